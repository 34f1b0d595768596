/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * DOC: Words and rules
 *
 * Keeps a Xen guest's video RAM where the guest put it.
 *
 * For device models that link the shim in.  Under LD_PRELOAD nobody calls
 * this interface: the libxen calls of the device model do.
 *
 * Words: a *block* is a piece of device memory that lives in guest frames.
 * Its *home* is where the device model populated it, its *place* is where its
 * pages are now.  Frames are 4 KiB and counted from 0; a gfn is a guest frame
 * number.
 *
 * All functions may be called from any thread.  They return 0 and leave errno
 * alone, or return -1 (NULL) and set errno, as libxen's do.  A handle must not
 * be used in a child of fork(2).
 */
#ifndef XENPHYSMAP_H
#define XENPHYSMAP_H

#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is declared here is what the shared library exports. */
#pragma GCC visibility push(default)

struct xenphysmap;

/* for xenphysmap_open(), see there */
#define XENPHYSMAP_F_NO_RECORDS		(1U << 0)

/**
 * struct xenphysmap_handles - what the shim borrows from its device model
 * @size: sizeof(struct xenphysmap_handles), so that members can be added
 * @dmod: needed; all changes of the p2m go through it
 * @fmem: needed; destinations of moves are looked at through it where Xen can't be
 *        asked, which opens privcmd for a moment
 * @xch: may be NULL; needed on Xen before 4.11 only
 * @publisher: path of the xenphysmap-publisher program that is to be started
 *             and to write the records, so that no call waits for xenstore and
 *             a device model can give up its xenstore handles; or NULL: they are
 *             written in this process
 *
 * The handles stay the caller's and must outlive the struct xenphysmap.
 */
struct xenphysmap_handles {
	size_t size;
	xendevicemodel_handle *dmod;
	xenforeignmemory_handle *fmem;
	xc_interface *xch;
	const char *publisher;
};

/**
 * struct xenphysmap_block - a snapshot of one block
 * @size: sizeof(struct xenphysmap_block) as the library knows it
 * @home: first gfn of its home
 * @place: first gfn where its pages are; UINT64_MAX while it is split
 * @nr: frames
 * @bar: first gfn where its device maps it, UINT64_MAX where it doesn't
 * @name: as in its record; valid during the callback only
 */
struct xenphysmap_block {
	size_t size;
	uint64_t home;
	uint64_t place;
	uint64_t nr;
	uint64_t bar;
	const char *name;
};

/**
 * xenphysmap_open() - Start looking after a guest's blocks.
 * @domid: the guest
 * @handles: borrowed until xenphysmap_close()
 * @flags: 0, or XENPHYSMAP_F_NO_RECORDS: publish no records and read none
 *
 * Records are read and written below the relative xenstore path
 * device-model/<domid>/physmap.  Records found there become blocks when
 * their pages are first mapped, see xenphysmap_map().
 *
 * Return: a handle owned by the caller, or NULL with errno EINVAL (handles or
 * flags), ENOMEM, or why the publisher couldn't be started.
 */
struct xenphysmap *xenphysmap_open(uint32_t domid, const struct xenphysmap_handles *handles,
				   unsigned int flags);

/**
 * xenphysmap_close() - Stop; blocks, pins and records stay as they are.
 * @pm: the handle, or NULL
 */
void xenphysmap_close(struct xenphysmap *pm);

/**
 * xenphysmap_add() - Tell of a block that the device model has populated.
 * @pm: the handle
 * @home: first gfn
 * @nr: frames
 * @name: recorded with it, at most 63 printable characters, or NULL
 *
 * Before any other block is known this says that the guest is a fresh one:
 * records of an earlier guest are removed.
 *
 * Return: 0, or -1 with errno EINVAL (no such frames, bad name), EEXIST (overlaps
 * another block's home), EBUSY (another block's pages are there), or ENOMEM.
 */
int xenphysmap_add(struct xenphysmap *pm, uint64_t home, uint64_t nr, const char *name);

/**
 * xenphysmap_relocate() - Move a block to its device's BAR.
 * @pm: the handle
 * @src: first gfn of the block's home, wherever its pages are
 * @dst: first gfn of the BAR; the block's home says that decode is off now
 * @nr: frames, all of the block
 *
 * All or nothing: on failure the pages are where they were.  Says 0 without
 * a hypercall where the block is at @dst already.  For decode off (@dst is
 * home) the pages may stay until their frames are wanted; and while the guest is
 * being migrated live they do stay, until that has failed or they are at the
 * destination.  The cache-attribute pin follows the pages, and so does the
 * record.
 *
 * Return: 0, or -1 with errno EINVAL (no such frames or not a whole block), EBUSY
 * (@dst holds pages that aren't the block's: moving there would free them), EIO
 * (earlier failures left the block in pieces), ENOSPC (another block is there and
 * can go nowhere), or what Xen said: EPERM, EACCES, EXDEV, ENOMEM, ESRCH.
 */
int xenphysmap_relocate(struct xenphysmap *pm, uint64_t src, uint64_t dst, uint64_t nr);

/**
 * xenphysmap_pin() - Pin the cache attribute of a range.
 * @pm: the handle
 * @first: first gfn
 * @last: last gfn
 * @type: XEN_DMOP_MEM_CACHEATTR_*, or XEN_DMOP_DELETE_MEM_CACHEATTR
 *
 * A pin of a block's BAR is remembered: it goes with the block from then on.
 *
 * Return: 0, or -1 with errno as xendevicemodel_pin_memory_cacheattr().
 */
int xenphysmap_pin(struct xenphysmap *pm, uint64_t first, uint64_t last, uint32_t type);

/**
 * xenphysmap_map() - xenforeignmemory_map2() for frames counted from home.
 * @pm: the handle
 * @addr: as for xenforeignmemory_map2()
 * @prot: likewise
 * @flags: likewise
 * @nr: frames
 * @gfns: the frames; those of a block's home stand for its pages, wherever
 *        they are.  With MAP_FIXED they may be those of a BAR instead: that is
 *        how a restored device model says where a BAR is, and the block is
 *        moved there first if it must be.
 * @err: receives an errno (negative) or 0 for each frame, or NULL
 *
 * Return: the mapping, to be unmapped with munmap(2), or NULL with errno as
 * xenforeignmemory_map2().
 */
void *xenphysmap_map(struct xenphysmap *pm, void *addr, int prot, int flags, size_t nr,
		     const xen_pfn_t *gfns, int *err);

/**
 * xenphysmap_region_add() - Tell of frames that a device answers for from now.
 * @pm: the handle
 * @first: first gfn
 * @last: last gfn
 *
 * A block that had its BAR there comes back; a block whose pages are still
 * there, but not by its BAR, leaves.  Failures are logged: the region is
 * there whether or not a block could be moved.
 */
void xenphysmap_region_add(struct xenphysmap *pm, uint64_t first, uint64_t last);

/**
 * xenphysmap_region_del() - The opposite of xenphysmap_region_add().
 * @pm: the handle
 * @first: first gfn
 * @last: last gfn
 */
void xenphysmap_region_del(struct xenphysmap *pm, uint64_t first, uint64_t last);

/**
 * xenphysmap_track() - xendevicemodel_track_dirty_vram() for a block.
 * @pm: the handle
 * @first: first gfn, of a block's home or of any BAR it had
 * @nr: frames
 * @bitmap: receives a bit for each frame, the first in bit 0; of @nr bits, rounded
 *          up to whole longs; the caller's
 *
 * Return: 0, or -1 with errno as xendevicemodel_track_dirty_vram(), or ENODATA:
 * which frames are dirty can't be told, so all of them are.
 */
int xenphysmap_track(struct xenphysmap *pm, uint64_t first, uint64_t nr, unsigned long *bitmap);

/**
 * xenphysmap_modified() - xendevicemodel_modified_memory() for a block.
 * @pm: the handle
 * @first: first gfn, of a block's home or of any BAR it had
 * @nr: frames
 *
 * Return: 0, or -1 with errno as xendevicemodel_modified_memory().
 */
int xenphysmap_modified(struct xenphysmap *pm, uint64_t first, uint64_t nr);

/**
 * xenphysmap_running() - Tell that the guest runs from now on.
 * @pm: the handle
 *
 * To be called whenever it begins to run, again too.  In a restored device
 * model this says that the devices' state has been loaded: records that no map
 * has confirmed are checked, and a BAR that a record lets expect and that no
 * region confirms is none: its decode is off.
 */
void xenphysmap_running(struct xenphysmap *pm);

/**
 * xenphysmap_barrier() - Make the guest ready to be saved.
 * @pm: the handle
 *
 * On return every block is where its device's state says: at its BAR, or at
 * home with decode off (not so in a live migration, see xenphysmap_relocate());
 * and every record is in xenstore.  The only function that waits for xenstore,
 * for five seconds at the most.
 *
 * Return: 0, or -1 with errno ETIMEDOUT (records aren't known to be there), or that
 * of the first move that failed.
 */
int xenphysmap_barrier(struct xenphysmap *pm);

/**
 * xenphysmap_for_each() - Look at all blocks.
 * @pm: the handle
 * @fn: called for each block, ascending by home; must not call back into the
 *      shim; a non-zero return ends the walk
 * @arg: passed to @fn
 *
 * Return: 0, or what @fn returned.
 */
int xenphysmap_for_each(struct xenphysmap *pm,
			int (*fn)(const struct xenphysmap_block *block, void *arg), void *arg);

/**
 * struct xenphysmap_record - what xenstore says about a run of a block
 * @size: sizeof(struct xenphysmap_record) as the library knows it
 * @phys_offset: home, in bytes
 * @start_addr: place, in bytes
 * @length: in bytes
 * @name: the block's; valid during the callback only
 */
struct xenphysmap_record {
	size_t size;
	uint64_t phys_offset;
	uint64_t start_addr;
	uint64_t length;
	const char *name;
};

/**
 * xenphysmap_records() - Look at a guest's records, without changing anything.
 * @domid: the guest
 * @fn: called for each well-formed record; a non-zero return ends the walk
 * @arg: passed to @fn
 *
 * Needs no struct xenphysmap: this is for tools beside the device model.  Looks
 * in the part of xenstore of the domain that libxl says the device model runs
 * in; where libxl says nothing, in the caller's.
 *
 * Return: 0, what @fn returned, or -1 with errno ENOMEM or what libxenstore
 * said.
 */
int xenphysmap_records(uint32_t domid,
		       int (*fn)(const struct xenphysmap_record *record, void *arg), void *arg);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* XENPHYSMAP_H */
