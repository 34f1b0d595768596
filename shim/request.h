/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest has asked for that the device model is doing right now: the
 * only thing that tells why a region appears.  Reads the page that Xen and the
 * device model share, and writes nothing there.
 */
#ifndef XENPHYSMAP_SHIM_REQUEST_H
#define XENPHYSMAP_SHIM_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

struct shared_iopage;

/**
 * struct request - access to an ioreq server's requests; zeroed is none
 * @id: the server
 * @fmem: borrowed, what @page was mapped with
 * @res: of that mapping
 * @page: NULL until it is looked at for the first time
 * @failed: it can't be had
 */
struct request {
	ioservid_t id;
	xenforeignmemory_handle *fmem;
	xenforeignmemory_resource_handle *res;
	const volatile struct shared_iopage *page;
	bool failed;
};

/**
 * request_device() - Whose configuration space is being written?
 * @r: access
 * @fmem: borrowed from the device model
 * @domid: the guest
 * @device: the PCI device as Xen counts: segment, bus, device, function
 *
 * Return: 0, -ENOENT (the device model is at something else), -EBADF (no
 * handle), or why the page can't be had: -EOPNOTSUPP before Xen 4.11.
 */
int request_device(struct request *r, xenforeignmemory_handle *fmem, uint32_t domid,
		   uint32_t *device);

/**
 * request_close() - Unmap the page, while its handle is open.
 * @r: access, which can be used again
 */
void request_close(struct request *r);

#endif
