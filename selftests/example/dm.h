/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device model with one device: a display whose video RAM is in a BAR.  It
 * emulates nothing; what it has to do with guest frames is all there.
 *
 * main.c is what it does, and is written once.  How it says so to Xen is
 * written twice: with_api.c calls the shim, with_libxen.c has never heard of
 * it, as QEMU hasn't, and is linked with the options of xenphysmap-wrap.opt.
 */
#ifndef SELFTESTS_EXAMPLE_DM_H
#define SELFTESTS_EXAMPLE_DM_H

#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#define PAGE		4096
#define NOWHERE		UINT64_MAX	/* a BAR with decode off */

/* Where QEMU would put the video RAM of a guest with 48 MiB: above its RAM. */
#define HOME		0x3000
#define FRAMES		4096

/**
 * struct dm - the device model of one guest
 * @domid: the guest
 * @xch: to populate frames
 * @dmod: for everything else that Xen is asked for
 * @fmem: to map frames
 * @pm: the shim, where it is called
 * @server: our ioreq server
 * @vram: the video RAM, mapped
 * @bar: first frame of the BAR, or NOWHERE
 */
struct dm {
	uint32_t domid;
	xc_interface *xch;
	xendevicemodel_handle *dmod;
	xenforeignmemory_handle *fmem;
	struct xenphysmap *pm;
	ioservid_t server;
	uint64_t *vram;
	uint64_t bar;
};

/*
 * What differs.  All return 0, or -1 (NULL) and errno, as libxen's do.
 */
int dm_attach(struct dm *dm);
void dm_detach(struct dm *dm);

/* Populate the video RAM of a guest that is being created. */
int dm_populate(struct dm *dm, xen_pfn_t *frames);

/* Map the video RAM, by its home or (@addr: where it is mapped) by its BAR. */
void *dm_map(struct dm *dm, void *addr, const xen_pfn_t *frames, int *err);

/* The BAR of the device is at dm->bar from now on, or isn't any more. */
int dm_region_add(struct dm *dm);
int dm_region_del(struct dm *dm);

/* The guest has just programmed that address: its video RAM is to be there. */
int dm_relocate(struct dm *dm);

/* The guest stops, and may be saved; or it runs. */
int dm_stop(struct dm *dm);
int dm_run(struct dm *dm);

#endif
