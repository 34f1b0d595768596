/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's requests to its device model, from a third party's view: whether
 * any is under way, and the end of ioreq servers whose process is gone.
 */
#ifndef XENPHYSMAP_CTL_IOREQS_H
#define XENPHYSMAP_CTL_IOREQS_H

#include <stdint.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

/**
 * struct ioreqs - access to a domain's ioreq servers
 * @domid: the guest
 * @vcpus: how many it can have
 * @dmod: ours
 * @fmem: ours
 */
struct ioreqs {
	domid_t domid;
	unsigned int vcpus;
	xendevicemodel_handle *dmod;
	xenforeignmemory_handle *fmem;
};

/**
 * enum ioreqs_state - what is under way
 * @IOREQS_NONE: nothing
 * @IOREQS_ANSWERED: a vcpu hasn't fetched its answer yet: it is paused
 * @IOREQS_ASKED: the device model has something to do
 */
enum ioreqs_state {
	IOREQS_NONE,
	IOREQS_ANSWERED,
	IOREQS_ASKED,
};

/**
 * ioreqs_open() - Get access.
 * @io: filled in
 * @domid: the guest
 * @vcpus: how many it can have
 *
 * Return: 0 or -errno.
 */
int ioreqs_open(struct ioreqs *io, uint32_t domid, unsigned int vcpus);

void ioreqs_close(struct ioreqs *io);

/**
 * ioreqs_state() - What is under way between a guest that is paused and QEMU.
 * @io: access
 *
 * Return: an enum ioreqs_state over all of QEMU's servers, living and dead; or
 * -ENXIO where QEMU has none, or what Xen said.
 */
int ioreqs_state(struct ioreqs *io);

/**
 * ioreqs_sweep() - Destroy the servers that a dead QEMU has left.
 * @io: access
 * @dead: a bit for each of them; those that are destroyed are cleared
 *
 * An answer that a paused vcpu hasn't fetched is in the server's page.  Xen
 * finds it there when the vcpu runs again, even if the server is disabled and
 * its process is gone; once it is destroyed the vcpu would read whatever it had
 * asked with.  Such servers are left, for a call when the guest has run.
 *
 * Return: 0 or -errno.
 */
int ioreqs_sweep(struct ioreqs *io, unsigned int *dead);

/**
 * ioreqs_servers() - Which servers are QEMU's?
 * @io: access; the guest must be paused
 *
 * Return: a bit for each.
 */
unsigned int ioreqs_servers(struct ioreqs *io);

#endif
