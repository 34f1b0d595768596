// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The device model that calls the shim: for the video RAM instead of libxen,
 * for its region and its ioreq server beside libxen.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include <xenphysmap.h>

#include "dm.h"

/* The handles are lent; the shim opens none of its own. */
int dm_attach(struct dm *dm)
{
	const struct xenphysmap_handles handles = {
		.size = sizeof(handles),
		.dmod = dm->dmod,
		.fmem = dm->fmem,
		.xch = dm->xch,
		.publisher = getenv("XENPHYSMAP_PUBLISHER"),
	};

	dm->pm = xenphysmap_open(dm->domid, &handles, 0);
	return dm->pm ? 0 : -1;
}

void dm_detach(struct dm *dm)
{
	xenphysmap_close(dm->pm);
}

int dm_populate(struct dm *dm, xen_pfn_t *frames)
{
	if (xc_domain_populate_physmap_exact(dm->xch, dm->domid, FRAMES, 0, 0, frames))
		return -1;
	return xenphysmap_add(dm->pm, HOME, FRAMES, "vga.vram");
}

void *dm_map(struct dm *dm, void *addr, const xen_pfn_t *frames, int *err)
{
	return xenphysmap_map(dm->pm, addr, PROT_READ | PROT_WRITE, addr ? MAP_FIXED : 0, FRAMES,
			      frames, err);
}

int dm_region_add(struct dm *dm)
{
	if (xendevicemodel_map_io_range_to_ioreq_server(dm->dmod, dm->domid, dm->server, 1,
							dm->bar * PAGE,
							(dm->bar + FRAMES) * PAGE - 1))
		return -1;
	xenphysmap_region_add(dm->pm, dm->bar, dm->bar + FRAMES - 1);
	return 0;
}

int dm_region_del(struct dm *dm)
{
	if (xendevicemodel_unmap_io_range_from_ioreq_server(dm->dmod, dm->domid, dm->server, 1,
							    dm->bar * PAGE,
							    (dm->bar + FRAMES) * PAGE - 1))
		return -1;
	xenphysmap_region_del(dm->pm, dm->bar, dm->bar + FRAMES - 1);
	return 0;
}

/* From home, always: the shim knows where it is. */
int dm_relocate(struct dm *dm)
{
	if (xenphysmap_relocate(dm->pm, HOME, dm->bar, FRAMES))
		return -1;
	return xenphysmap_pin(dm->pm, dm->bar, dm->bar + FRAMES - 1, XEN_DMOP_MEM_CACHEATTR_WB);
}

/* In this order: once the server is disabled a toolstack reads the records. */
int dm_stop(struct dm *dm)
{
	if (xenphysmap_barrier(dm->pm))
		return -1;
	return xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->server, 0);
}

int dm_run(struct dm *dm)
{
	xenphysmap_running(dm->pm);
	return xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->server, 1);
}
