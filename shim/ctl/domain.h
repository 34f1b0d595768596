/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Xen knows of a domain, and its pausing.  No xenstore, no QEMU.
 */
#ifndef XENPHYSMAP_CTL_DOMAIN_H
#define XENPHYSMAP_CTL_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#define UUID_SIZE	37	/* as text, with the NUL */

/**
 * struct domain - a guest, as it was when last asked for
 * @xch: ours
 * @domid: its number
 * @hvm: it needs a device model
 * @paused: by somebody, may be us
 * @ended: it has shut down, or is dying
 * @vcpus: how many it can have
 * @uuid: as libxl writes it
 */
struct domain {
	xc_interface *xch;
	uint32_t domid;
	bool hvm;
	bool paused;
	bool ended;
	unsigned int vcpus;
	char uuid[UUID_SIZE];
};

/**
 * domain_open() - Get access to a domain.
 * @dom: filled in
 * @domid: its number
 *
 * Return: 0, -ESRCH, or why Xen can't be asked.
 */
int domain_open(struct domain *dom, uint32_t domid);

/**
 * domain_refresh() - Ask again.
 * @dom: updated
 *
 * Return: 0 or -ESRCH.
 */
int domain_refresh(struct domain *dom);

/* Pauses add up: each wants its own unpause.  0 or -errno. */
int domain_pause(struct domain *dom);
int domain_unpause(struct domain *dom);

void domain_close(struct domain *dom);

#endif
