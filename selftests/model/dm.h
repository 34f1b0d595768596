/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device model of the tests: what QEMU does with guest frames, call by
 * call, and nothing else.  Its calls are libxen's, through the shim, or around
 * it (stock).  Known from QEMU's source and from traces of five versions.
 */
#ifndef SELFTESTS_MODEL_DM_H
#define SELFTESTS_MODEL_DM_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

/* What differs between QEMU's releases here. */
enum dm_age {
	DM_7_2,		/* 2.11 .. 10: a block is moved once for each new address */
	DM_2_10,	/* page by page, through libxenctrl */
	DM_11_1,	/* moved home whenever decode goes off */
};

#define DM_BLOCKS	8
#define DM_ENTRIES	256
#define DM_FRAMES	(1u << 17)	/* the largest block: 512 MiB */

struct dm_block {
	uint64_t home;
	uint64_t nr;
	char *map;
	bool dummy;	/* QEMU found no page there, and made do with memory of its own */
};

/* QEMU's XenPhysmap: it makes no second call for an address in this list. */
struct dm_entry {
	const struct dm_block *block;
	uint64_t bar;
};

struct dm_calls;

struct dm {
	const struct dm_calls *calls;
	enum dm_age age;
	uint32_t domid;
	bool incoming;
	bool dead;	/* a map failed as a whole, or none was where it must be */
	xendevicemodel_handle *dmod;
	xenforeignmemory_handle *fmem;
	xc_interface *xch;
	ioservid_t id;
	struct dm_block block[DM_BLOCKS];
	unsigned int nr_blocks;
	struct dm_entry entry[DM_ENTRIES];
	unsigned int nr_entries;
};

void dm_start(struct dm *dm, uint32_t domid, enum dm_age age, bool stock, bool incoming);

/* 0, or -1 with what populate said; the block is in dm->block[] either way. */
int dm_add_block(struct dm *dm, uint64_t home, uint64_t nr);

/*
 * The block's BAR appears at an address, or goes from there.  -1 with errno is
 * what QEMU logs as a failure of the relocation; a restoring QEMU that finds no
 * pages at the BAR asserts: -1 with EFAULT, and it is dead.
 */
int dm_map_bar(struct dm *dm, struct dm_block *block, uint64_t bar);
void dm_unmap_bar(struct dm *dm, struct dm_block *block, uint64_t bar);

/* Decode off, a new address, decode on. */
int dm_move_bar(struct dm *dm, struct dm_block *block, uint64_t from, uint64_t to);

/* The next address is new to it, even if it overlaps one it knows. */
void dm_forget_entries(struct dm *dm);

/* What was added since the last one is this PCI device's. */
int dm_add_device(struct dm *dm, uint8_t slot);

/* The frames of some other device. */
void dm_map_io(struct dm *dm, uint64_t gfn, uint64_t nr);
void dm_unmap_io(struct dm *dm, uint64_t gfn, uint64_t nr);

/* "stop", after which the toolstack saves; and its opposite. */
int dm_stop(struct dm *dm);
int dm_continue(struct dm *dm);

int dm_track(struct dm *dm, uint64_t gfn, uint32_t nr, unsigned long *bitmap);
int dm_modified(struct dm *dm, uint64_t gfn, uint32_t nr);

/* The process ends: mappings go, the domain's frames stay. */
void dm_end(struct dm *dm);

#endif
