/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of blocks: for every frame that QEMU thinks of, where its page is.
 * Pure: no Xen, no I/O, no globals.  Frames everywhere, never bytes.
 */
#ifndef XENPHYSMAP_SHIM_BLOCKS_H
#define XENPHYSMAP_SHIM_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gfn.h"
#include "known.h"
#include "record.h"

/*
 * A block is in one piece unless a move failed and could not be undone: see
 * blocks_put().  What one failed move leaves is at most four pieces.
 */
#define BLOCK_RUNS_MAX	16
#define BLOCK_RUNS_FAIL	3	/* that one failed move may add */

/* A block of no PCI device (what has this number is the host bridge), or not known. */
#define DEVICE_NONE	0
/* Of the one that the device model is making. */
#define DEVICE_OPEN	UINT32_MAX

/* XEN_DMOP_MEM_CACHEATTR_WB, which is what QEMU asks for. */
#define BLOCK_PIN_WB	6

/**
 * struct run - pages of a block that are in consecutive frames
 * @off: first frame, counted from the block's home
 * @gfn: where that frame's page is now
 * @nr: frames
 */
struct run {
	uint64_t off;
	uint64_t gfn;
	uint64_t nr;
};

/**
 * struct block - one of QEMU's RAM blocks that lives in guest frames
 * @home: first frame where QEMU populated it
 * @nr: frames
 * @name: QEMU's name for it, or ram@<phys_offset>
 * @run: where the pages are, ascending by @off, covering [0, @nr) exactly
 * @nr_runs: 1, or more while the block is split
 * @bar: where the guest's device has it mapped, GFN_NONE with decode off
 * @seen: every @bar that QEMU has a mapping entry for: it makes no relocate
 *        call for these ever again
 * @nr_seen: of them
 * @pin: first frame of the cache-attribute pin, GFN_NONE without one
 * @pin_type: the pin's type, XEN_DMOP_MEM_CACHEATTR_*
 * @claimed: known from a record only, not yet found in the p2m
 * @guessed: placed where its BAR was in an earlier life, and had none yet
 * @device: the PCI device that has it, as segment, bus, device and function; or
 *          DEVICE_NONE, or DEVICE_OPEN
 * @followed: its BAR is known from match.h, not from a relocate call
 * @explained: the log says why it isn't followed
 * @recorded: a record told of it first
 * @met: and the device model has mapped its home since
 * @known: of the table that it is in
 * @published: the runs that have a record
 * @nr_published: of them
 */
struct block {
	uint64_t home;
	uint64_t nr;
	char name[RECORD_NAME_SIZE];
	struct run run[BLOCK_RUNS_MAX];
	unsigned int nr_runs;
	uint64_t bar;
	uint64_t *seen;
	size_t nr_seen;
	uint64_t pin;
	uint32_t pin_type;
	bool claimed;
	bool guessed;
	uint32_t device;
	bool followed;
	bool explained;
	bool recorded;
	bool met;
	struct known *known;
	struct run published[BLOCK_RUNS_MAX];
	unsigned int nr_published;
};

/**
 * struct blocks - the table
 * @sorted: by home, no two homes overlap
 * @nr: blocks in it
 * @away_start: no frame below has a page elsewhere
 * @away_end: nor from here on; a map outside [start, end) needs no look
 * @known: every home, place and seen address that there ever was
 */
struct blocks {
	struct block **sorted;
	size_t nr;
	uint64_t away_start;
	uint64_t away_end;
	struct known known;
};

/**
 * blocks_add() - Learn a block that is in one piece.
 * @table: the table
 * @home: first frame of its home
 * @nr: frames
 * @place: where its pages are
 * @name: or NULL for ram@<phys_offset>
 * @block: the new block, owned by the table
 *
 * Return: 0, -EINVAL (not a range of guest frames), -EEXIST (overlaps another
 * block's home), -EBUSY (overlaps another block's place) or -ENOMEM.
 */
int blocks_add(struct blocks *table, uint64_t home, uint64_t nr, uint64_t place,
	       const char *name, struct block **block);

/**
 * block_rename() - Give a block another name; its records have the old one.
 * @block: the block
 * @name: or NULL for ram@<phys_offset>
 */
void block_rename(struct block *block, const char *name);

/**
 * blocks_extend() - A block goes on where it seemed to end.
 * @table: the table
 * @block: of the table, in few pieces
 * @nr: frames to add to its home
 * @place: where their pages are
 *
 * Return: as blocks_add(), or -E2BIG.
 */
int blocks_extend(struct blocks *table, struct block *block, uint64_t nr, uint64_t place);

/**
 * blocks_del() - Forget a block.
 * @table: the table
 * @block: of the table, or NULL; freed
 */
void blocks_del(struct blocks *table, struct block *block);

/**
 * blocks_clear() - Forget all blocks.
 * @table: the table
 */
void blocks_clear(struct blocks *table);

/**
 * blocks_at_home() - Find the block that has a frame in its home.
 * @table: the table
 * @gfn: a frame as QEMU counts
 *
 * Return: the block, or NULL.
 */
struct block *blocks_at_home(const struct blocks *table, uint64_t gfn);

/**
 * blocks_in_place() - Find a block that has pages in a range now.
 * @table: the table
 * @gfn: first frame
 * @nr: frames
 * @except: a block that doesn't count, or NULL
 *
 * Return: the first such block, or NULL.
 */
struct block *blocks_in_place(const struct blocks *table, uint64_t gfn, uint64_t nr,
			      const struct block *except);

/**
 * blocks_translate() - Where is the page of a frame of QEMU's?
 * @table: the table
 * @gfn: a frame as QEMU counts
 *
 * Return: its frame in the p2m; @gfn itself where no block is involved.
 */
uint64_t blocks_translate(const struct blocks *table, uint64_t gfn);

/**
 * blocks_put() - Note that pages have moved.
 * @table: the table
 * @block: of the table
 * @off: first frame that moved, counted from home
 * @nr: frames
 * @gfn: where the first of them is now
 *
 * Return: 0, or -E2BIG where the block would be in too many pieces; a caller
 * that reserved three free runs beforehand can't see that.
 */
int blocks_put(struct blocks *table, struct block *block, uint64_t off, uint64_t nr,
	       uint64_t gfn);

/**
 * block_place() - Where is the block?
 * @block: the block
 *
 * Return: its first frame, or GFN_NONE while it is split.
 */
static inline uint64_t block_place(const struct block *block)
{
	return block->nr_runs == 1 ? block->run[0].gfn : GFN_NONE;
}

/* Is the block where the guest's device has it mapped? */
static inline bool block_at_bar(const struct block *block)
{
	return block->bar != GFN_NONE && block_place(block) == block->bar;
}

/**
 * block_see() - Remember an address that QEMU has a mapping entry for.
 * @block: the block
 * @bar: first frame
 *
 * Return: 0 or -ENOMEM.
 */
int block_see(struct block *block, uint64_t bar);

/**
 * block_unsee() - The opposite of block_see(); a missing address is no error.
 * @block: the block
 * @bar: first frame
 */
void block_unsee(struct block *block, uint64_t bar);

/**
 * block_seen() - Does QEMU have a mapping entry for this address?
 * @block: the block
 * @bar: first frame
 */
bool block_seen(const struct block *block, uint64_t bar);

#endif
