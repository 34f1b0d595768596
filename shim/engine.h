/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The inside of a struct xenphysmap, shared by the engine's own files:
 *
 *	physmap.c	the public functions: lock, look up, decide
 *	view.c		which frames are meant when the device model names some
 *	populate.c	where the blocks of a fresh guest get their pages
 *	restore.c	how blocks of a restored guest become known
 *	census.c	whether they are the blocks that the saved guest had
 *	rescue.c	where video RAM is that nobody has told us of
 *	follow.c	where a block should be: BARs, regions, the barrier
 *	match.c		whose BAR a region is that no call tells of
 *	move.c		how a block gets from one layout to another
 *
 * Each may call those below it.  Everything here runs under the lock, but for
 * view_concerned() and view_concerned_by().
 */
#ifndef XENPHYSMAP_SHIM_ENGINE_H
#define XENPHYSMAP_SHIM_ENGINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xenforeignmemory.h>

#include "area.h"
#include "blocks.h"
#include "records.h"
#include "relocate.h"
#include "request.h"
#include "xenphysmap.h"

/**
 * struct region - frames that a device answers for
 * @gfn: first frame
 * @nr: frames
 * @by: the device whose configuration made it appear, or DEVICE_NONE
 */
struct region {
	uint64_t gfn;
	uint64_t nr;
	uint32_t by;
};

/**
 * struct kept - a mapping of a whole block that is made only once
 * @home: of the block, GFN_NONE where there is none
 * @prot: as it was asked for
 * @area: where it is, and how to recognise it
 */
struct kept {
	uint64_t home;
	int prot;
	struct area area;
};

/* Failed maps of whole blocks that a restored device model may still explain. */
#define UNEXPLAINED_MAX	16

/**
 * struct xenphysmap - one guest
 * @lock: around everything
 * @domid: the guest
 * @fmem: borrowed
 * @relocate: dm_ops, with the borrowed handles for them
 * @request: of the device model's ioreq server
 * @every_bar: blocks are followed, too, that the device model doesn't relocate
 * @records: NULL where there are none
 * @loaded: the records have been read
 * @pending: some record isn't known to be on its way
 * @anew: nobody knows which records there are: all are to be made anew
 * @complained: the log says that records can't be published
 * @deferred: a block waits for the end of a live migration to be moved
 * @learning: the guest may be being restored: maps tell where its blocks are
 * @counted: and the device model has made all of its blocks
 * @fresh: it is booting, and hasn't had its video RAM's BAR anywhere
 * @recalled: whether it booted before has been asked
 * @guess: where that had its first BAR; of 0 frames where it isn't known
 * @runs: the guest may have done something since its first block was populated
 * @suspect: a region is where a guess has put a block, see follow_region_add()
 * @quiet: nothing of the above is to be done; read and written atomically,
 *         read without the lock
 * @strict: a device model that contradicts the records gets no memory
 * @refused: it has
 * @vram_at: where video RAM is that no record names, or GFN_NONE
 * @blocks: what we know
 * @region: the device model's regions, unsorted
 * @nr_regions: of them
 * @max_regions: that there is memory for
 * @kept: the video RAM of a device model that is being restored
 * @unexplained: runs that were mapped as a whole and had no page at all
 * @nr_unexplained: of them
 * @searches: how often frames were looked for, see rescue_rest()
 */
struct xenphysmap {
	pthread_mutex_t lock;
	uint32_t domid;
	xenforeignmemory_handle *fmem;
	struct relocate relocate;
	struct request request;
	bool every_bar;
	struct records *records;
	bool loaded;
	bool pending;
	bool anew;
	bool complained;
	bool deferred;
	bool learning;
	bool counted;
	bool fresh;
	bool recalled;
	struct region guess;
	bool runs;
	struct region suspect;
	bool quiet;
	bool strict;
	bool refused;
	uint64_t vram_at;
	struct blocks blocks;
	struct region *region;
	size_t nr_regions;
	size_t max_regions;
	struct kept kept;
	struct region unexplained[UNEXPLAINED_MAX];
	unsigned int nr_unexplained;
	unsigned int searches;
};

/* The block that QEMU relocates; it relocates no other (xen_add_to_physmap()). */
#define VIDEO_RAM	"vga.vram"

/* physmap.c: what the entries need beyond the public functions */

/**
 * physmap_new() - xenphysmap_open() with records of the entry's choice.
 * @domid: the guest
 * @handles: borrowed; @fmem may come later, see physmap_lend()
 * @records: owned by the handle from now on, or NULL
 *
 * Return: a handle, or NULL (ENOMEM).
 */
struct xenphysmap *physmap_new(uint32_t domid, const struct xenphysmap_handles *handles,
			       struct records *records);

/**
 * physmap_choose() - Force a way to move frames, for tests.
 * @pm: the handle
 * @way: dm_op, range or page
 *
 * Return: whether there is such a way.
 */
bool physmap_choose(struct xenphysmap *pm, const char *way);

/**
 * physmap_be_strict() - Have the records stand against the device model.
 * @pm: the handle
 *
 * A device model with other blocks than those recorded is given no memory, so
 * that it ends before it has written over a page of the guest: for those who
 * can start another one then.
 */
void physmap_be_strict(struct xenphysmap *pm);

/**
 * physmap_choose_vram() - Settle where video RAM is if no record says so.
 * @pm: the handle
 * @addr: in bytes, hexadecimal
 *
 * Return: whether there can be video RAM at such an address.
 */
bool physmap_choose_vram(struct xenphysmap *pm, const char *addr);

/**
 * physmap_choose_bars() - Which blocks go to their BARs?
 * @pm: the handle
 * @which: vga, what the device model relocates; or all, see match.c
 *
 * Return: whether there is such a choice.
 */
bool physmap_choose_bars(struct xenphysmap *pm, const char *which);

/**
 * physmap_device() - A PCI device has been made, with the blocks populated since
 *                    the last one.
 * @pm: the handle
 * @device: segment, bus, device and function, as Xen counts
 * @known: Xen has taken it for a new one
 */
void physmap_device(struct xenphysmap *pm, uint32_t device, bool known);

/**
 * physmap_lend() - Borrow handles where there are none yet.
 * @pm: the handle
 * @fmem: for looks at the p2m, or NULL
 * @xch: for the slowest way to move, or NULL
 */
void physmap_lend(struct xenphysmap *pm, xenforeignmemory_handle *fmem, xc_interface *xch);

/**
 * physmap_return() - A handle is about to be closed by its owner.
 * @pm: the handle
 * @handle: any pointer
 *
 * Return: whether @pm can't work any more without it.
 */
bool physmap_return(struct xenphysmap *pm, const void *handle);

/**
 * physmap_populate() - Populate a block, and look after it from now on.
 * @pm: the handle
 * @xch: of the device model
 * @home: first frame
 * @nr: frames
 * @flags: XENMEMF_*
 *
 * A block that took shelter there leaves.  The first such call on a device
 * model that hasn't mapped any block says that the guest is a fresh one.
 *
 * Return: 0; -1 with what xc_domain_populate_physmap_exact() said; 1: nothing
 * was done, and the caller has to populate it.
 */
int physmap_populate(struct xenphysmap *pm, xc_interface *xch, uint64_t home, uint64_t nr,
		     unsigned int flags);

/**
 * physmap_add_page() - A device model of QEMU <= 2.10 moves one page.
 * @pm: the handle
 * @src: frame
 * @dst: frame afterwards
 *
 * Return: 0: done, with all of its block; -1 with errno; 1: not about a block.
 */
int physmap_add_page(struct xenphysmap *pm, uint64_t src, uint64_t dst);

/**
 * physmap_map() - xenphysmap_map() through a handle of the caller's choice.
 */
void *physmap_map(struct xenphysmap *pm, xenforeignmemory_handle *fmem, void *addr, int prot,
		  int flags, size_t nr, const xen_pfn_t *gfns, int *err);

/* view.c */

/**
 * struct view_call - a call of xenforeignmemory_map2(), less the frames
 */
struct view_call {
	xenforeignmemory_handle *fmem;
	uint32_t domid;
	void *addr;
	int prot;
	int flags;
	size_t nr;
	int *err;
};

/**
 * view_map() - Map what is meant by @gfns.
 * @pm: the engine
 * @call: the rest of the call
 * @gfns: frames as the device model counts
 *
 * Return: as xenforeignmemory_map2().
 */
void *view_map(struct xenphysmap *pm, const struct view_call *call, const xen_pfn_t *gfns);

/**
 * view_concerned() - Is a call about these frames any business of ours?
 * @pm: the engine
 * @gfn: first frame
 * @nr: frames
 *
 * Needs no lock.  Whoever is told "no" makes the real call, and nothing else.
 *
 * Return: false only if no block has to do with these frames, and nothing else
 * is to be done on the next occasion.
 */
bool view_concerned(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr);

/**
 * view_concerned_by() - view_concerned() for a list of frames.
 * @pm: the engine
 * @gfns: frames, in any order
 * @nr: of them
 */
bool view_concerned_by(const struct xenphysmap *pm, const xen_pfn_t *gfns, size_t nr);

/* 0, or what Xen said, or -ENODATA: take everything to be dirty. */
int view_track(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, unsigned long *bitmap);

/* 0, or what Xen said. */
int view_modified(struct xenphysmap *pm, uint64_t gfn, uint64_t nr);

/* move.c */

/**
 * move_block() - Move a block, all or nothing.
 * @pm: the engine
 * @b: the block
 * @dst: first frame of its new place; must hold nothing but its own pages
 *
 * Return: 0, -EBUSY, -EIO, or what Xen said.
 */
int move_block(struct xenphysmap *pm, struct block *b, uint64_t dst);

/**
 * move_look() - Is there no page in a range of frames?
 * @pm: the engine, with a handle to map
 * @gfn: first frame
 * @nr: frames
 * @hit: the first frame that has one, where the answer is -EBUSY
 *
 * Asks Xen, or maps the frames where Xen doesn't let itself be asked.
 *
 * Return: 0, -EBUSY, or the error that kept us from asking.
 */
int move_look(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, uint64_t *hit);

/**
 * move_verify() - Is what a record claims true?
 * @pm: the engine
 * @b: the block; forgotten, with its records, where the answer is no
 *
 * Return: 0; -ENOENT and @b is no more; or the error that kept us from asking.
 */
int move_verify(struct xenphysmap *pm, struct block *b);

/**
 * move_forget() - Forget a block and withdraw its records.
 * @pm: the engine
 * @b: the block, freed
 */
void move_forget(struct xenphysmap *pm, struct block *b);

/**
 * move_pin() - Make the block's pin true: at its BAR, and nowhere else.
 * @pm: the engine
 * @b: the block
 */
void move_pin(struct xenphysmap *pm, struct block *b);

/**
 * move_publish() - Make the records of one block true.
 * @pm: the engine
 * @b: the block
 */
void move_publish(struct xenphysmap *pm, struct block *b);

/**
 * move_start_over() - Somebody wasn't told what to withdraw, or is gone who
 *                     knew: have all records made anew.
 * @pm: the engine
 *
 * Before the present call returns, or as soon as it can be.
 */
void move_start_over(struct xenphysmap *pm);

/**
 * move_withdraw() - A record isn't true.
 * @pm: the engine, with records
 * @phys_offset: of the record, in bytes
 * @name: of what it was about, for the log
 *
 * Return: 0, or why it couldn't be withdrawn; a lost message is made up for.
 */
int move_withdraw(struct xenphysmap *pm, uint64_t phys_offset, const char *name);

/**
 * move_publish_all() - Publish again what could not be published before.
 * @pm: the engine
 */
void move_publish_all(struct xenphysmap *pm);

/**
 * move_barrier() - Wait until all records are in xenstore.
 * @pm: the engine
 *
 * Return: 0, -ETIMEDOUT, or why there is nobody to write them.
 */
int move_barrier(struct xenphysmap *pm);

/* match.c */

/**
 * match_device() - physmap_device(), under the lock.
 */
void match_device(struct xenphysmap *pm, uint32_t device, bool known);

/**
 * match_recorded() - A record tells a block's device, and its BAR.
 * @b: the block, claimed
 *
 * Return: whether it does.
 */
bool match_recorded(struct block *b);

/**
 * match_cause() - Which device's configuration makes regions appear now?
 * @pm: the engine
 *
 * Return: DEVICE_NONE where that isn't known, or isn't wanted.
 */
uint32_t match_cause(struct xenphysmap *pm);

/**
 * match_next() - Find a block whose BAR appeared, without any doubt.
 * @pm: the engine
 * @bar: first frame of the region
 *
 * Return: a block without a BAR, or NULL.
 */
struct block *match_next(struct xenphysmap *pm, uint64_t *bar);

/**
 * match_doubt() - Find a block whose BAR may be another region than was thought.
 * @pm: the engine
 *
 * Return: the block, or NULL.
 */
struct block *match_doubt(struct xenphysmap *pm);

/**
 * match_explain() - A region appeared and is nobody's: say why, once for a block.
 * @pm: the engine
 * @r: the region
 */
void match_explain(struct xenphysmap *pm, const struct region *r);

/**
 * match_name() - Have the block's records tell its device and its BAR.
 * @b: the block, followed
 */
void match_name(struct block *b);

/* follow.c */

/**
 * follow_bar() - A block's device has it mapped at @bar; bring it there.
 * @pm: the engine
 * @b: the block
 * @bar: first frame
 *
 * Not while the guest is being migrated live: pages that have been sent stay at
 * the destination, at their old frames, and a second copy doesn't fit into the
 * domain.  The block stays where it is, its accesses trap, and its record and
 * the device's state tell the destination what to do.
 *
 * Return: 0, or why it couldn't be brought.
 */
int follow_bar(struct xenphysmap *pm, struct block *b, uint64_t bar);

/**
 * follow_make_room() - Send away blocks that have no right to their place.
 * @pm: the engine
 * @gfn: first frame that is wanted
 * @nr: frames
 * @except: a block that may stay, or NULL
 *
 * Return: 0, or why one couldn't leave.
 */
int follow_make_room(struct xenphysmap *pm, uint64_t gfn, uint64_t nr,
		     const struct block *except);

/**
 * follow_find_shelter() - Find empty frames that no block has a right to.
 * @pm: the engine, with a block
 * @above: no frame below this one will do
 * @nr: frames
 * @place: the first of them
 *
 * Return: 0, -ENOSPC, -EBADF (no handle to look through), or why a look failed.
 */
int follow_find_shelter(struct xenphysmap *pm, uint64_t above, uint64_t nr, uint64_t *place);

void follow_region_add(struct xenphysmap *pm, uint64_t gfn, uint64_t nr);
void follow_region_del(struct xenphysmap *pm, uint64_t gfn, uint64_t nr);
bool follow_is_region(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr);

/**
 * follow_others() - Bring blocks to BARs that no relocate call tells of.
 * @pm: the engine
 */
void follow_others(struct xenphysmap *pm);

/**
 * follow_return() - The guest runs, again: back to the BARs.
 * @pm: the engine
 *
 * The opposite of follow_settle() for blocks that the device model doesn't
 * relocate; who isn't to be followed any more goes home for good.
 */
void follow_return(struct xenphysmap *pm);

/**
 * follow_settle() - Bring every block where a device model looks for it that is
 *                   restored with its device's state: to its BAR, or home with
 *                   decode off; and home if none ever relocates it.
 * @pm: the engine
 *
 * Does nothing while the guest is being migrated live, see follow_bar().
 *
 * Return: 0, or the first error.
 */
int follow_settle(struct xenphysmap *pm);

/**
 * follow_deferred() - Move what had to wait, if it need not wait any more.
 * @pm: the engine
 */
void follow_deferred(struct xenphysmap *pm);

/**
 * follow_restored() - The device's state has been loaded: judge by it.
 * @pm: the engine
 *
 * A BAR that was taken for granted, because a record placed the block there,
 * and that no region confirms, is none.
 */
void follow_restored(struct xenphysmap *pm);

/* populate.c */

/**
 * populate_block() - Give a block its pages: at home, or where this guest had
 *                    its BAR when it last booted.
 * @pm: the engine
 * @b: the block, which has none yet
 * @xch: of the device model
 * @flags: XENMEMF_*
 *
 * Return: 0, or what Xen said.
 */
int populate_block(struct xenphysmap *pm, struct block *b, xc_interface *xch,
		   unsigned int flags);

/* rescue.c */

/**
 * rescue_search() - Look for video RAM that isn't at its BAR, without a record.
 * @pm: the engine
 * @home: its home, as far as maps have told
 * @bar: the BAR, which is no answer if it has pages; GFN_NONE: not known yet
 * @nr: frames, a power of two
 * @place: where it is
 *
 * Return: 0, -ENOENT, or -ENOTUNIQ where more than one place would do.
 */
int rescue_search(struct xenphysmap *pm, uint64_t home, uint64_t bar, uint64_t nr,
		  uint64_t *place);

/**
 * rescue_rest() - A record was true once: find the frames that aren't there.
 * @pm: the engine
 * @b: the block, known from a record only
 * @err: the errors of a map of all of its frames
 *
 * A device model that was killed in the middle of a move, or after it, had no
 * time to say so.  What is missing is in one stretch then, and fills just that
 * stretch at home or where a BAR can be, with nothing beside it.
 *
 * Return: whether @b's runs, and its records, are true now.
 */
bool rescue_rest(struct xenphysmap *pm, struct block *b, const int *err);

/* census.c */

/**
 * census_map() - A restored device model maps frames: are these of its saved self?
 * @pm: the engine
 * @gfn: first frame asked for, as QEMU counts
 * @nr: frames, consecutive
 * @err: their errors
 *
 * Says what differs, before the device model can write there.
 */
void census_map(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err);

/**
 * census_end() - The restored device model has made all of its blocks.
 * @pm: the engine
 *
 * Says which of the saved guest's it hasn't.
 */
void census_end(struct xenphysmap *pm);

/* restore.c */

/**
 * restore_done() - Whatever is known from records only is now found, or gone.
 * @pm: the engine
 */
void restore_done(struct xenphysmap *pm);

/**
 * restore_load() - Read the records, once.
 * @pm: the engine
 */
void restore_load(struct xenphysmap *pm);

/**
 * restore_forget() - The device model is starting afresh: no record is true.
 * @pm: the engine
 */
void restore_forget(struct xenphysmap *pm);

/**
 * restore_judge() - Learn from the outcome of a map of QEMU's frames.
 * @pm: the engine
 * @gfn: first frame asked for, as QEMU counts
 * @nr: frames, consecutive
 * @err: their errors
 *
 * Return: false where a record turned out to be wrong: map again without it.
 */
bool restore_judge(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err);

/**
 * restore_bar() - A restored device model is about to map a BAR.
 * @pm: the engine
 * @gfn: first frame of the BAR
 * @nr: frames
 *
 * Return: the block behind it, brought there if it could be, or NULL.
 */
struct block *restore_bar(struct xenphysmap *pm, uint64_t gfn, uint64_t nr);

/**
 * restore_learn() - The map of a BAR that no block was known for succeeded.
 * @pm: the engine
 * @gfn: first frame of the BAR
 * @nr: frames
 */
void restore_learn(struct xenphysmap *pm, uint64_t gfn, uint64_t nr);

#endif
