// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The device model that knows nothing of the shim.  Without it a second move of
 * the BAR leaves the pages behind, and nobody knows where they are afterwards.
 */
#include <sys/mman.h>

#include "dm.h"

/* The ioreq server is created by everybody, and is what the shim waits for. */
int dm_attach(struct dm *dm)
{
	dm->pm = NULL;
	return 0;
}

void dm_detach(struct dm *dm)
{
	(void)dm;
}

int dm_populate(struct dm *dm, xen_pfn_t *frames)
{
	return xc_domain_populate_physmap_exact(dm->xch, dm->domid, FRAMES, 0, 0, frames);
}

void *dm_map(struct dm *dm, void *addr, const xen_pfn_t *frames, int *err)
{
	return xenforeignmemory_map2(dm->fmem, dm->domid, addr, PROT_READ | PROT_WRITE,
				     addr ? MAP_FIXED : 0, FRAMES, frames, err);
}

int dm_region_add(struct dm *dm)
{
	return xendevicemodel_map_io_range_to_ioreq_server(dm->dmod, dm->domid, dm->server, 1,
							   dm->bar * PAGE,
							   (dm->bar + FRAMES) * PAGE - 1);
}

int dm_region_del(struct dm *dm)
{
	return xendevicemodel_unmap_io_range_from_ioreq_server(dm->dmod, dm->domid, dm->server, 1,
							       dm->bar * PAGE,
							       (dm->bar + FRAMES) * PAGE - 1);
}

/* From home, always: that is where device models believe that it is. */
int dm_relocate(struct dm *dm)
{
	if (xendevicemodel_relocate_memory(dm->dmod, dm->domid, FRAMES, HOME, dm->bar))
		return -1;
	return xendevicemodel_pin_memory_cacheattr(dm->dmod, dm->domid, dm->bar,
						   dm->bar + FRAMES - 1,
						   XEN_DMOP_MEM_CACHEATTR_WB);
}

int dm_stop(struct dm *dm)
{
	return xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->server, 0);
}

int dm_run(struct dm *dm)
{
	return xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->server, 1);
}
