// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Frames as the device model sees them, and what is really meant: maps, dirty
 * tracking, and dirtying.  Moves nothing by itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "counters.h"
#include "engine.h"
#include "log.h"
#include "next.h"
#include "probes.h"

static bool consecutive(const xen_pfn_t *gfns, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (gfns[i] != gfns[0] + i)
			return false;
	return true;
}

/* An address is given to another map only after what we keep there is gone. */
static void forget_kept(struct xenphysmap *pm, const void *map, size_t nr)
{
	uintptr_t start = (uintptr_t)map, end = start + (nr << PAGE_SHIFT);

	if (map && start < pm->kept.area.end && pm->kept.area.start < end)
		pm->kept.home = GFN_NONE;
}

static void *map_frames(struct xenphysmap *pm, const struct view_call *call, const xen_pfn_t *gfns)
{
	void *map = next_xenforeignmemory_map2(call->fmem, call->domid, call->addr, call->prot,
					       call->flags, call->nr, gfns, call->err);

	forget_kept(pm, map, call->nr);
	return map;
}

/*
 * The frame to map where QEMU names one.  In a guest that is being restored one
 * that is nobody's home, and has a block's page, isn't what QEMU means: it has a
 * device that the saved guest hadn't, and would load its ROM over that page.
 */
static xen_pfn_t true_frame(const struct xenphysmap *pm, xen_pfn_t gfn)
{
	const struct block *b;

	if (!pm->learning || blocks_at_home(&pm->blocks, gfn))
		return blocks_translate(&pm->blocks, gfn);
	b = blocks_in_place(&pm->blocks, gfn, 1, NULL);
	return b && !b->claimed ? P2M_MAX : gfn;
}

/* The map of QEMU's frames @gfns, each wherever its page is. */
static void *map_translated(struct xenphysmap *pm, const struct view_call *call,
			    const xen_pfn_t *gfns)
{
	xen_pfn_t *true_gfns = NULL;
	void *map;

	for (size_t i = 0; i < call->nr; i++) {
		xen_pfn_t gfn = true_frame(pm, gfns[i]);

		if (gfn == gfns[i] && !true_gfns)
			continue;
		if (!true_gfns) {
			true_gfns = malloc(call->nr * sizeof(*true_gfns));
			if (!true_gfns) {
				errno = ENOMEM;
				return NULL;
			}
			memcpy(true_gfns, gfns, i * sizeof(*gfns));
		}
		true_gfns[i] = gfn;
	}
	if (true_gfns)
		counters_add(COUNTER_maps_translated, 1);
	map = map_frames(pm, call, true_gfns ? true_gfns : gfns);
	if (call->nr)
		PROBE(map, gfns[0], true_gfns ? true_gfns[0] : gfns[0], call->nr, map);
	free(true_gfns);
	return map;
}

/*
 * A device model that is being restored maps its video RAM by its home, which
 * stock QEMU fails at, and once more by its BAR, at the same address.  Here the
 * first map is of the same pages as the second will be.
 */
static void keep_if_whole(struct xenphysmap *pm, const struct view_call *call, uint64_t gfn,
			  const void *map)
{
	const struct block *b = blocks_at_home(&pm->blocks, gfn);

	if (!b || b->home != gfn || b->nr != call->nr || strcmp(b->name, VIDEO_RAM))
		return;
	for (size_t i = 0; i < call->nr; i++)
		if (call->err[i])
			return;
	if (!area_describe(map, call->nr << PAGE_SHIFT, &pm->kept.area))
		return;
	pm->kept.home = gfn;
	pm->kept.prot = call->prot;
}

/*
 * Is what a second map would make there already?  Moves don't matter: what is
 * mapped are pages, wherever they are.  Nothing else in this process maps as
 * many frames, and what it maps of this guest we see, see forget_kept().
 */
static bool is_kept(const struct xenphysmap *pm, const struct view_call *call,
		    const struct block *b)
{
	const struct kept *k = &pm->kept;

	return k->home == b->home && call->addr == (void *)k->area.start &&
	       call->prot == k->prot && call->flags == MAP_FIXED && call->err &&
	       call->nr == b->nr && area_unchanged(&k->area);
}

static void *map_home(struct xenphysmap *pm, const struct view_call *call, const xen_pfn_t *gfns)
{
	void *map = map_translated(pm, call, gfns);

	if (!pm->learning || !map || !call->err || !consecutive(gfns, call->nr))
		return map;
	census_map(pm, gfns[0], call->nr, call->err);
	if (pm->refused || !restore_judge(pm, gfns[0], call->nr, call->err)) {
		if (!(call->flags & MAP_FIXED))
			next_xenforeignmemory_unmap(call->fmem, map, call->nr);
		if (pm->refused) {
			log_error("the device model has other blocks than the guest: "
				  "it gets no memory");
			errno = ESTALE;
			return NULL;
		}
		map = map_translated(pm, call, gfns);
		if (!map)
			return NULL;
		restore_judge(pm, gfns[0], call->nr, call->err);
	}
	keep_if_whole(pm, call, gfns[0], map);
	return map;
}

static void *map_bar(struct xenphysmap *pm, const struct view_call *call, const xen_pfn_t *gfns)
{
	struct block *b = restore_bar(pm, gfns[0], call->nr);
	void *map;

	if (b && block_place(b) != gfns[0]) {
		/* it can't be brought there: its true pages are still the best answer */
		xen_pfn_t *home = malloc(call->nr * sizeof(*home));

		if (!home)
			return NULL;
		for (size_t i = 0; i < call->nr; i++)
			home[i] = b->home + i;
		map = map_translated(pm, call, home);
		free(home);
		return map;
	}
	if (b && is_kept(pm, call, b)) {
		log_debug("%s: is mapped already", b->name);
		counters_add(COUNTER_maps_kept, 1);
		memset(call->err, 0, call->nr * sizeof(*call->err));
		return call->addr;
	}
	map = map_frames(pm, call, gfns);
	if (b || !map)
		return map;
	for (size_t i = 0; call->err && i < call->nr; i++)
		if (call->err[i])
			return map;
	restore_learn(pm, gfns[0], call->nr);
	return map;
}

void *view_map(struct xenphysmap *pm, const struct view_call *call, const xen_pfn_t *gfns)
{
	if (pm->learning)
		restore_load(pm);
	/* while it is being restored, QEMU maps a BAR as such; never otherwise */
	if (pm->learning && call->nr && (call->flags & MAP_FIXED) &&
	    consecutive(gfns, call->nr) && follow_is_region(pm, gfns[0], call->nr))
		return map_bar(pm, call, gfns);
	return map_home(pm, call, gfns);
}

bool view_concerned(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	return !__atomic_load_n(&pm->quiet, __ATOMIC_ACQUIRE) ||
	       known_any(&pm->blocks.known, gfn, nr);
}

/*
 * Each frame is looked at once, then the smallest aligned power of two that has
 * them all: the bucket, where QEMU's mapcache asks.
 */
bool view_concerned_by(const struct xenphysmap *pm, const xen_pfn_t *gfns, size_t nr)
{
	xen_pfn_t differ[4] = { 0 }, any;
	uint64_t span;
	size_t i = 0;

	if (!nr)
		return false;
	/* in fours that don't wait for each other */
	for (; i + 4 <= nr; i += 4)
		for (size_t j = 0; j < 4; j++)
			differ[j] |= gfns[i + j] ^ gfns[0];
	for (; i < nr; i++)
		differ[0] |= gfns[i] ^ gfns[0];
	any = differ[0] | differ[1] | differ[2] | differ[3];
	span = any ? ~UINT64_C(0) >> __builtin_clzll(any) : 0;
	return view_concerned(pm, gfns[0] & ~span, span + 1);
}

static bool was_at(const struct block *b, uint64_t gfn, uint64_t *off)
{
	for (size_t i = 0; i < b->nr_seen; i++) {
		if (!frames_within(gfn, b->seen[i], b->nr))
			continue;
		*off = gfn - b->seen[i];
		return true;
	}
	return false;
}

/* The block whose BAR is there; or was, if no other's is. */
static struct block *behind(const struct xenphysmap *pm, uint64_t gfn, uint64_t *off)
{
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->bar == GFN_NONE || !frames_within(gfn, b->bar, b->nr))
			continue;
		*off = gfn - b->bar;
		return b;
	}
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (was_at(pm->blocks.sorted[i], gfn, off))
			return pm->blocks.sorted[i];
	return NULL;
}

/* Which block, and which of its frames, does QEMU mean by @gfn? */
static struct block *meant(const struct xenphysmap *pm, uint64_t gfn, uint64_t *off)
{
	struct block *b = behind(pm, gfn, off);

	if (b)
		return b;
	b = blocks_at_home(&pm->blocks, gfn);
	if (b)
		*off = gfn - b->home;
	return b;
}

int view_track(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, unsigned long *bitmap)
{
	uint64_t off;
	const struct block *b = nr ? meant(pm, gfn, &off) : NULL;
	int rc;

	if (b && block_place(b) == GFN_NONE)
		return -ENODATA;
	if (b)
		gfn = block_place(b) + off;
	rc = relocate_track(&pm->relocate, gfn, nr, bitmap);
	/* QEMU ignores other errors and shows the last picture for ever */
	return rc == -EPERM || rc == -E2BIG ? -ENODATA : rc;
}

int view_modified(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	uint64_t off;
	const struct block *b = meant(pm, gfn, &off);
	int rc = 0;

	if (!b)
		return relocate_modified(&pm->relocate, gfn, nr);
	for (unsigned int i = 0; i < b->nr_runs && !rc; i++) {
		const struct run *r = &b->run[i];
		uint64_t from = off > r->off ? off : r->off;
		uint64_t to = off + nr < r->off + r->nr ? off + nr : r->off + r->nr;

		if (from < to)
			rc = relocate_modified(&pm->relocate, r->gfn + (from - r->off), to - from);
	}
	return rc;
}
