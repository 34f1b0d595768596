// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * DOC: Theory of operation
 *
 * QEMU believes that a block's pages are at home until it relocates them and
 * that it relocates them from home, always.  The truth is in one table: where
 * each block's pages are.  Every call that names frames is answered from the
 * table, and every call that could make the table untrue goes through it.
 *
 * This file is the public interface: it takes the lock, finds out what a call
 * is about, and leaves the work to the files named in engine.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "engine.h"
#include "log.h"
#include "mapping.h"

static int fail(int rc)
{
	if (!rc)
		return 0;
	errno = -rc;
	return -1;
}

/* After this a call about other frames may go its own way without the lock. */
static void unlock(struct xenphysmap *pm)
{
	bool quiet = pm->fmem && !pm->learning && !pm->deferred && !pm->pending;

	__atomic_store_n(&pm->quiet, quiet, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&pm->lock);
}

/* Leave errno alone unless the call fails: it is the device model's. */
#define LOCKED(pm, rc, expression) do {		\
	int saved_ = errno;			\
						\
	pthread_mutex_lock(&(pm)->lock);	\
	(rc) = (expression);			\
	follow_deferred(pm);			\
	move_publish_all(pm);			\
	unlock(pm);				\
	errno = saved_;				\
} while (0)

struct xenphysmap *physmap_new(uint32_t domid, const struct xenphysmap_handles *handles,
			       struct records *records)
{
	struct xenphysmap *pm = calloc(1, sizeof(*pm));

	if (!pm)
		return NULL;
	pthread_mutex_init(&pm->lock, NULL);
	pm->domid = domid;
	pm->fmem = handles->fmem;
	pm->relocate.domid = domid;
	pm->relocate.dmod = handles->dmod;
	pm->relocate.xch = handles->xch;
	pm->records = records;
	pm->learning = true;
	pm->vram_at = GFN_NONE;
	pm->blocks.away_start = GFN_NONE;
	pm->kept.home = GFN_NONE;
	counters_show(domid);
	return pm;
}

void xenphysmap_close(struct xenphysmap *pm)
{
	if (!pm)
		return;
	request_close(&pm->request);
	if (pm->records)
		pm->records->close(pm->records);
	relocate_close(&pm->relocate);
	blocks_clear(&pm->blocks);
	free(pm->region);
	pthread_mutex_destroy(&pm->lock);
	free(pm);
}

bool physmap_choose(struct xenphysmap *pm, const char *way)
{
	return relocate_choose(&pm->relocate, way);
}

void physmap_be_strict(struct xenphysmap *pm)
{
	pm->strict = true;
}

bool physmap_choose_vram(struct xenphysmap *pm, const char *addr)
{
	uint64_t at;

	if (record_unhex(addr, strlen(addr), &at) || at & ~PAGE_MASK || at > ADDR_MAX)
		return false;
	pm->vram_at = at >> PAGE_SHIFT;
	return true;
}

bool physmap_choose_bars(struct xenphysmap *pm, const char *which)
{
	pm->every_bar = !strcmp(which, "all");
	return pm->every_bar || !strcmp(which, "vga");
}

void physmap_lend(struct xenphysmap *pm, xenforeignmemory_handle *fmem, xc_interface *xch)
{
	pthread_mutex_lock(&pm->lock);
	if (!pm->fmem)
		pm->fmem = fmem;
	if (!pm->relocate.xch)
		pm->relocate.xch = xch;
	unlock(pm);
}

bool physmap_return(struct xenphysmap *pm, const void *handle)
{
	bool needed;

	pthread_mutex_lock(&pm->lock);
	if (pm->request.fmem == handle)
		request_close(&pm->request);
	if (pm->fmem == handle)
		pm->fmem = NULL;
	if (pm->relocate.xch == handle)
		pm->relocate.xch = NULL;
	needed = pm->relocate.dmod == handle;
	unlock(pm);
	return needed;
}

/* Has any block's page been seen?  Then this isn't the start of a guest. */
static bool anything_seen(const struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (!pm->blocks.sorted[i]->claimed)
			return true;
	return pm->nr_unexplained;
}

/* Who populates a block before looking at any doesn't restore a guest. */
static void begin_afresh(struct xenphysmap *pm)
{
	if (pm->learning && !anything_seen(pm))
		restore_forget(pm);
}

/*
 * Where a block can get its pages: at home, if whatever is there can leave.  Xen
 * would put them in front of those that are there, and these would be lost.
 */
static int find_room(struct xenphysmap *pm, uint64_t home, uint64_t nr, uint64_t *place)
{
	int rc = follow_make_room(pm, home, nr, NULL);

	*place = home;
	if (!rc)
		return 0;
	rc = follow_find_shelter(pm, home + nr, nr, place);
	if (rc)
		log_error("no frames for the %" PRIu64 " at 0x%" PRIx64 ", which are in use: %s",
			  nr, home, strerror(-rc));
	else
		log_warn("%" PRIu64 " frames at 0x%" PRIx64 " are in use: populated at 0x%" PRIx64,
			 nr, home, *place);
	return rc;
}

/*
 * 1: the device model has to do without us; else what Xen said.  Known before it
 * is there: a block that can't be remembered must not be anywhere but at home.
 */
static int populate(struct xenphysmap *pm, xc_interface *xch, uint64_t home, uint64_t nr,
		    unsigned int flags)
{
	uint64_t place;
	struct block *b;
	int rc;

	begin_afresh(pm);
	rc = find_room(pm, home, nr, &place);
	if (rc)
		return rc;
	rc = blocks_add(&pm->blocks, home, nr, place, NULL, &b);
	if (rc) {
		log_error("%" PRIu64 " frames at 0x%" PRIx64 " are populated and not looked after: "
			  "%s", nr, home, strerror(-rc));
		return place == home ? 1 : rc;
	}
	b->device = DEVICE_OPEN;
	rc = populate_block(pm, b, xch, flags);
	if (rc)
		blocks_del(&pm->blocks, b);
	else
		move_publish(pm, b);
	return rc;
}

static int device(struct xenphysmap *pm, uint32_t number, bool known)
{
	match_device(pm, number, known);
	return 0;
}

void physmap_device(struct xenphysmap *pm, uint32_t number, bool known)
{
	int rc;

	LOCKED(pm, rc, device(pm, number, known));
	(void)rc;
}

int physmap_populate(struct xenphysmap *pm, xc_interface *xch, uint64_t home, uint64_t nr,
		     unsigned int flags)
{
	int rc;

	LOCKED(pm, rc, populate(pm, xch, home, nr, flags));
	return rc > 0 ? rc : fail(rc);
}

static int running(struct xenphysmap *pm)
{
	/* QEMU enables its ioreq server once before it has any memory at all */
	if (!anything_seen(pm))
		return 0;
	pm->runs = true;
	if (pm->learning) {
		pm->learning = false;
		restore_done(pm);
		follow_restored(pm);
	}
	follow_return(pm);
	return 0;
}

void xenphysmap_running(struct xenphysmap *pm)
{
	int rc;

	LOCKED(pm, rc, running(pm));
	(void)rc;
}

static int add(struct xenphysmap *pm, uint64_t home, uint64_t nr, const char *name)
{
	struct record rec;
	struct block *b;
	int rc = name ? record_set_name(&rec, name, strlen(name)) : 0;

	begin_afresh(pm);
	if (!rc)
		rc = blocks_add(&pm->blocks, home, nr, home, name, &b);
	if (!rc)
		move_publish(pm, b);
	return rc;
}

int xenphysmap_add(struct xenphysmap *pm, uint64_t home, uint64_t nr, const char *name)
{
	int rc;

	LOCKED(pm, rc, add(pm, home, nr, name));
	return fail(rc);
}

static bool has_video_ram(const struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (!strcmp(pm->blocks.sorted[i]->name, VIDEO_RAM))
			return true;
	return false;
}

/*
 * QEMU's own name for a block is in no call; but it relocates one block only.  A
 * second one that is relocated all the same must not be taken for more of it.
 * Published before the move: who is killed in it leaves a block that is known.
 */
static void is_video_ram(struct xenphysmap *pm, struct block *b)
{
	bool first = !has_video_ram(pm);

	if (!b->followed && (!first || strncmp(b->name, "ram@", 4)))
		return;
	b->followed = false;
	block_rename(b, first ? VIDEO_RAM : NULL);
	move_publish(pm, b);
}

/* A block that was populated in a way we don't see. */
static int adopt(struct xenphysmap *pm, uint64_t src, uint64_t nr, struct block **b)
{
	int rc;

	if (nr > BLOCK_MAX || !pm->fmem || blocks_in_place(&pm->blocks, src, nr, NULL))
		return -EINVAL;
	rc = mapping_full(pm->fmem, pm->domid, src, nr);
	if (rc)
		return rc == -ENOENT ? -EINVAL : rc;
	return blocks_add(&pm->blocks, src, nr, src, VIDEO_RAM, b);
}

/* The block that [gfn, gfn+nr) names, by where it is or by any address that it had. */
static struct block *named(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	struct block *past = NULL;

	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->nr != nr)
			continue;
		if (block_place(b) == gfn)
			return b;
		if (!past && block_seen(b, gfn))
			past = b;
	}
	return past;
}

/* QEMU >= 11 forgets its entry and will relocate again for this address too. */
static int leave_bar(struct block *b, uint64_t bar)
{
	block_unsee(b, bar);
	if (b->bar == bar)
		b->bar = GFN_NONE;
	log_debug("%s: decode off at 0x%" PRIx64 ", its pages stay until wanted", b->name, bar);
	return 0;
}

static int relocate(struct xenphysmap *pm, uint64_t src, uint64_t dst, uint64_t nr)
{
	struct block *b = blocks_at_home(&pm->blocks, dst), *from = named(pm, src, nr);
	int rc;

	if (b && from == b && b->home == dst)
		return leave_bar(b, src);
	b = blocks_at_home(&pm->blocks, src);
	/* a record that nobody has confirmed doesn't stand against QEMU's word */
	if (b && b->claimed && (b->home != src || b->nr != nr)) {
		move_forget(pm, b);
		b = NULL;
	}
	if (!b)
		b = from;
	else if (b->home != src || b->nr != nr)
		return -EINVAL;
	rc = b ? move_verify(pm, b) : adopt(pm, src, nr, &b);
	if (!rc)
		rc = block_see(b, dst);
	if (rc)
		return rc;
	is_video_ram(pm, b);
	if (b->device == DEVICE_NONE)
		b->device = match_cause(pm);
	rc = follow_bar(pm, b, dst);
	/* what was ambiguous while it might have been any block's BAR */
	follow_others(pm);
	return rc;
}

int xenphysmap_relocate(struct xenphysmap *pm, uint64_t src, uint64_t dst, uint64_t nr)
{
	int rc = -EINVAL;

	if (frames_valid(src, nr) && frames_valid(dst, nr))
		LOCKED(pm, rc, relocate(pm, src, dst, nr));
	if (rc)
		log_error("relocating %" PRIu64 " frames from 0x%" PRIx64 " to 0x%" PRIx64 ": %s",
			  nr, src, dst, strerror(-rc));
	return fail(rc);
}

static int add_page(struct xenphysmap *pm, uint64_t src, uint64_t dst)
{
	struct block *b = blocks_at_home(&pm->blocks, src);

	if (!b)
		return 1;
	if (blocks_translate(&pm->blocks, src) == dst)
		return 0;
	if (b->home == src)
		return relocate(pm, src, dst, b->nr);
	/* the first page has taken the others along, or has had them wait with it */
	return b->bar == GFN_NONE || dst - b->bar != src - b->home;
}

int physmap_add_page(struct xenphysmap *pm, uint64_t src, uint64_t dst)
{
	int rc;

	LOCKED(pm, rc, add_page(pm, src, dst));
	return rc > 0 ? rc : fail(rc);
}

static int pin(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, uint32_t type)
{
	struct block *b = named(pm, gfn, nr);
	int rc;

	/* what follows the block needs no second pin, and none elsewhere */
	if (b && type != XEN_DOMCTL_DELETE_MEM_CACHEATTR) {
		if (b->pin != GFN_NONE && b->pin_type == type)
			return 0;
		b->pin_type = type;
		if (block_place(b) != gfn)
			return 0;
	}
	rc = relocate_pin(&pm->relocate, gfn, nr, type);
	if (b && !rc)
		b->pin = type == XEN_DOMCTL_DELETE_MEM_CACHEATTR ? GFN_NONE : gfn;
	return rc;
}

int xenphysmap_pin(struct xenphysmap *pm, uint64_t first, uint64_t last, uint32_t type)
{
	int rc;

	LOCKED(pm, rc, pin(pm, first, last - first + 1, type));
	return fail(rc);
}

void *physmap_map(struct xenphysmap *pm, xenforeignmemory_handle *fmem, void *addr, int prot,
		  int flags, size_t nr, const xen_pfn_t *gfns, int *err)
{
	const struct view_call call = { fmem, pm->domid, addr, prot, flags, nr, err };
	int error = errno;
	void *map;

	pthread_mutex_lock(&pm->lock);
	map = view_map(pm, &call, gfns);
	if (!map)
		error = errno;
	move_publish_all(pm);
	unlock(pm);
	errno = error;
	return map;
}

void *xenphysmap_map(struct xenphysmap *pm, void *addr, int prot, int flags, size_t nr,
		     const xen_pfn_t *gfns, int *err)
{
	return physmap_map(pm, pm->fmem, addr, prot, flags, nr, gfns, err);
}

static int region(struct xenphysmap *pm, uint64_t first, uint64_t last,
		  void (*change)(struct xenphysmap *pm, uint64_t gfn, uint64_t nr))
{
	if (last < first || !frames_valid(first, last - first + 1))
		return -EINVAL;
	change(pm, first, last - first + 1);
	return 0;
}

void xenphysmap_region_add(struct xenphysmap *pm, uint64_t first, uint64_t last)
{
	int rc;

	LOCKED(pm, rc, region(pm, first, last, follow_region_add));
	if (rc)
		log_warn("region 0x%" PRIx64 "..0x%" PRIx64 " is ignored", first, last);
}

void xenphysmap_region_del(struct xenphysmap *pm, uint64_t first, uint64_t last)
{
	int rc;

	LOCKED(pm, rc, region(pm, first, last, follow_region_del));
	(void)rc;
}

int xenphysmap_track(struct xenphysmap *pm, uint64_t first, uint64_t nr, unsigned long *bitmap)
{
	int rc;

	LOCKED(pm, rc, view_track(pm, first, nr, bitmap));
	return fail(rc);
}

int xenphysmap_modified(struct xenphysmap *pm, uint64_t first, uint64_t nr)
{
	int rc;

	LOCKED(pm, rc, view_modified(pm, first, nr));
	return fail(rc);
}

static int barrier(struct xenphysmap *pm)
{
	int rc = follow_settle(pm), records = move_barrier(pm);

	if (records)
		log_error("a save now may carry no records: %s", strerror(-records));
	return rc ? rc : records;
}

int xenphysmap_barrier(struct xenphysmap *pm)
{
	int rc;

	LOCKED(pm, rc, barrier(pm));
	return fail(rc);
}

int xenphysmap_for_each(struct xenphysmap *pm,
			int (*fn)(const struct xenphysmap_block *block, void *arg), void *arg)
{
	int rc = 0;

	pthread_mutex_lock(&pm->lock);
	for (size_t i = 0; i < pm->blocks.nr && !rc; i++) {
		const struct block *b = pm->blocks.sorted[i];
		const struct xenphysmap_block block = {
			.size = sizeof(block),
			.home = b->home,
			.place = block_place(b),
			.nr = b->nr,
			.bar = b->bar,
			.name = b->name,
		};

		rc = fn(&block, arg);
	}
	pthread_mutex_unlock(&pm->lock);
	return rc;
}
