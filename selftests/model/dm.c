// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The device model of the tests.  Errors are ignored where QEMU ignores them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dm.h"
#include "next.h"

#define PAGE	4096
#define WB	6

/* libxen as the device model finds it, and libxen itself. */
#define MEMBER(type, failure, name, node, params, args)	type (*name) params;
#define THROUGH(type, failure, name, node, params, args)	.name = name,
#define AROUND(type, failure, name, node, params, args)	.name = next_##name,

struct dm_calls {
	SYMBOLS_INTERPOSED(MEMBER)
};

static const struct dm_calls shim = { SYMBOLS_INTERPOSED(THROUGH) };
static const struct dm_calls stock = { SYMBOLS_INTERPOSED(AROUND) };

void dm_start(struct dm *dm, uint32_t domid, enum dm_age age, bool is_stock, bool incoming)
{
	memset(dm, 0, sizeof(*dm));
	dm->calls = is_stock ? &stock : &shim;
	dm->age = age;
	dm->domid = domid;
	dm->incoming = incoming;
	dm->xch = xc_interface_open(NULL, NULL, 0);
	dm->fmem = xenforeignmemory_open(NULL, 0);
	dm->dmod = xendevicemodel_open(NULL, 0);
	dm->calls->xendevicemodel_create_ioreq_server(dm->dmod, domid, 2, &dm->id);
	dm->calls->xendevicemodel_set_ioreq_server_state(dm->dmod, domid, dm->id, 1);
}

/* Not from the heap: an allocation that fails is to be one of the shim's. */
static xen_pfn_t *frames(uint64_t gfn, uint64_t nr)
{
	static xen_pfn_t list[DM_FRAMES];

	if (nr > DM_FRAMES)
		abort();
	for (uint64_t i = 0; i < nr; i++)
		list[i] = gfn + i;
	return list;
}

/* How many frames of the map are errors; all of them where there is no map. */
static uint64_t map(struct dm *dm, uint64_t gfn, uint64_t nr, void *addr, char **mapped)
{
	static int err[DM_FRAMES];
	uint64_t bad = 0;

	*mapped = dm->calls->xenforeignmemory_map2(dm->fmem, dm->domid, addr,
						   PROT_READ | PROT_WRITE, addr ? MAP_FIXED : 0,
						   nr, frames(gfn, nr), err);
	dm->dead |= !*mapped;
	for (uint64_t i = 0; i < nr; i++)
		bad += !*mapped || err[i];
	return bad;
}

/* Memory that the guest will never see. */
static void make_do(struct dm_block *b)
{
	if (b->map)
		munmap(b->map, b->nr * PAGE);
	b->map = mmap(NULL, b->nr * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (b->map == MAP_FAILED)
		abort();
	b->dummy = true;
}

int dm_add_block(struct dm *dm, uint64_t home, uint64_t nr)
{
	struct dm_block *b = &dm->block[dm->nr_blocks++];
	int rc = 0, saved;

	*b = (struct dm_block){ .home = home, .nr = nr };
	if (!dm->incoming)
		rc = dm->calls->xc_domain_populate_physmap_exact(dm->xch, dm->domid, nr, 0, 0,
								 frames(home, nr));
	saved = errno;
	if (!rc && map(dm, home, nr, NULL, &b->map))
		make_do(b);
	errno = saved;
	return rc;
}

int dm_add_device(struct dm *dm, uint8_t slot)
{
	return dm->calls->xendevicemodel_map_pcidev_to_ioreq_server(dm->dmod, dm->domid, dm->id, 0,
								    0, slot, 0);
}

static bool has_entry(const struct dm *dm, uint64_t gfn)
{
	for (unsigned int i = 0; i < dm->nr_entries; i++)
		if (gfn - dm->entry[i].bar < dm->entry[i].block->nr)
			return true;
	return false;
}

static void drop_entry(struct dm *dm, uint64_t bar)
{
	for (unsigned int i = 0; i < dm->nr_entries; i++)
		if (dm->entry[i].bar == bar)
			dm->entry[i] = dm->entry[--dm->nr_entries];
}

void dm_forget_entries(struct dm *dm)
{
	dm->nr_entries = 0;
}

void dm_map_io(struct dm *dm, uint64_t gfn, uint64_t nr)
{
	dm->calls->xendevicemodel_map_io_range_to_ioreq_server(dm->dmod, dm->domid, dm->id, 1,
							       gfn * PAGE,
							       (gfn + nr) * PAGE - 1);
}

void dm_unmap_io(struct dm *dm, uint64_t gfn, uint64_t nr)
{
	dm->calls->xendevicemodel_unmap_io_range_from_ioreq_server(dm->dmod, dm->domid, dm->id, 1,
								   gfn * PAGE,
								   (gfn + nr) * PAGE - 1);
}

/* A restoring device model takes the pages at the BAR into its mapping. */
static int replace(struct dm *dm, struct dm_block *b, uint64_t bar)
{
	char *mapped;

	if (map(dm, bar, b->nr, b->map, &mapped) || mapped != b->map) {
		make_do(b);
		dm->dead = true;
		errno = EFAULT;
		return -1;
	}
	b->dummy = false;
	return 0;
}

static int relocate(struct dm *dm, uint64_t src, uint64_t dst, uint64_t nr)
{
	int rc = 0;

	if (dm->age != DM_2_10)
		return dm->calls->xendevicemodel_relocate_memory(dm->dmod, dm->domid, nr, src,
								 dst);
	for (uint64_t i = 0; i < nr && !rc; i++)
		rc = dm->calls->xc_domain_add_to_physmap(dm->xch, dm->domid, XENMAPSPACE_gmfn,
							 src + i, dst + i);
	return rc;
}

int dm_map_bar(struct dm *dm, struct dm_block *b, uint64_t bar)
{
	int rc;

	dm_map_io(dm, bar, b->nr);
	if (has_entry(dm, bar))
		return 0;
	if (dm->nr_entries == DM_ENTRIES)
		abort();
	dm->entry[dm->nr_entries++] = (struct dm_entry){ b, bar };
	if (dm->incoming)
		return replace(dm, b, bar);
	rc = relocate(dm, b->home, bar, b->nr);
	if (!rc && dm->age != DM_2_10)
		dm->calls->xendevicemodel_pin_memory_cacheattr(dm->dmod, dm->domid, bar,
							       bar + b->nr - 1, WB);
	return rc;
}

void dm_unmap_bar(struct dm *dm, struct dm_block *b, uint64_t bar)
{
	dm_unmap_io(dm, bar, b->nr);
	if (dm->age != DM_11_1)
		return;
	drop_entry(dm, bar);
	relocate(dm, bar, b->home, b->nr);
}

int dm_move_bar(struct dm *dm, struct dm_block *b, uint64_t from, uint64_t to)
{
	dm_unmap_bar(dm, b, from);
	return dm_map_bar(dm, b, to);
}

int dm_stop(struct dm *dm)
{
	return dm->calls->xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->id, 0);
}

int dm_continue(struct dm *dm)
{
	dm->incoming = false;
	return dm->calls->xendevicemodel_set_ioreq_server_state(dm->dmod, dm->domid, dm->id, 1);
}

int dm_track(struct dm *dm, uint64_t gfn, uint32_t nr, unsigned long *bitmap)
{
	return dm->calls->xendevicemodel_track_dirty_vram(dm->dmod, dm->domid, gfn, nr, bitmap);
}

int dm_modified(struct dm *dm, uint64_t gfn, uint32_t nr)
{
	return dm->calls->xendevicemodel_modified_memory(dm->dmod, dm->domid, gfn, nr);
}

void dm_end(struct dm *dm)
{
	for (unsigned int i = 0; i < dm->nr_blocks; i++)
		if (dm->block[i].map)
			munmap(dm->block[i].map, dm->block[i].nr * PAGE);
	dm->calls->xendevicemodel_close(dm->dmod);
	dm->calls->xenforeignmemory_close(dm->fmem);
	dm->calls->xc_interface_close(dm->xch);
	dm->nr_blocks = 0;
}
