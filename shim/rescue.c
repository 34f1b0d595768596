// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Video RAM that isn't where it is said to be: of a guest that stock QEMU saved
 * after its BAR had moved, or with decode off, or whose device model was killed
 * in the middle of a move.  Looked for where it can be, and taken only if there
 * is no doubt, or if somebody has chosen.
 */
#include <errno.h>
#include <inttypes.h>

#include "engine.h"
#include "log.h"
#include "mapping.h"

/* A BAR that a guest may move is below 4 GiB, for a 32-bit BAR. */
#define SEARCH_END	(FOUR_GIB >> PAGE_SHIFT)

static bool empty(struct xenphysmap *pm, uint64_t gfn)
{
	uint64_t hit;

	return !mapping_empty(pm->fmem, pm->domid, gfn, 1, &hit);
}

/* QEMU allocates in steps of 256 KiB: bounds the search to 16,384 places. */
#define SEARCH_MIN	64

/* Exactly @nr frames with pages: video RAM, and not a part of something else. */
static bool stands_alone(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	return !empty(pm, gfn) && (!gfn || empty(pm, gfn - 1)) && empty(pm, gfn + nr) &&
	       !mapping_full(pm->fmem, pm->domid, gfn, nr);
}

/* Somebody knows better; not that there is video RAM where there are no pages. */
static int chosen(struct xenphysmap *pm, uint64_t nr, uint64_t *place)
{
	int rc = blocks_in_place(&pm->blocks, pm->vram_at, nr, NULL) ? -EBUSY :
		 mapping_full(pm->fmem, pm->domid, pm->vram_at, nr);

	if (rc)
		log_error("XENPHYSMAP_VRAM_AT: there is no video RAM at 0x%" PRIx64, pm->vram_at);
	*place = pm->vram_at;
	return rc;
}

int rescue_search(struct xenphysmap *pm, uint64_t home, uint64_t bar, uint64_t nr,
		  uint64_t *place)
{
	/* RAM ends where homes begin, or fills all that isn't a hole below 4 GiB */
	uint64_t start = home < SEARCH_END ? home + nr : 0;
	uint64_t found = GFN_NONE, gfn = (start + nr - 1) / nr * nr;

	if ((nr & (nr - 1)) || nr < SEARCH_MIN || !pm->fmem)
		return -ENOENT;
	if (pm->vram_at != GFN_NONE)
		return chosen(pm, nr, place);
	if (bar != GFN_NONE && !empty(pm, bar))
		return -ENOENT;
	for (; gfn + nr <= SEARCH_END; gfn += nr) {
		gfn = mapping_next(pm->fmem, pm->domid, gfn, nr, SEARCH_END);
		if (gfn + nr > SEARCH_END)
			break;
		if (blocks_in_place(&pm->blocks, gfn, nr, NULL) || !stands_alone(pm, gfn, nr))
			continue;
		if (found != GFN_NONE) {
			log_error("video RAM may be at 0x%" PRIx64 " or at 0x%" PRIx64
				  ": neither is taken, XENPHYSMAP_VRAM_AT can choose",
				  found, gfn);
			return -ENOTUNIQ;
		}
		found = gfn;
	}
	if (found == GFN_NONE)
		return -ENOENT;
	*place = found;
	return 0;
}

/* Is nothing in [gfn, gfn+nr) but pages of @own? */
static bool own_or_empty(struct xenphysmap *pm, const struct run *own, uint64_t gfn, uint64_t nr)
{
	uint64_t end = gfn + nr, hit;

	while (gfn < end) {
		int rc = mapping_empty(pm->fmem, pm->domid, gfn, end - gfn, &hit);

		if (!rc)
			return true;
		if (rc != -EBUSY || !frames_within(hit, own->gfn, own->nr))
			return false;
		gfn = own->gfn + own->nr;
	}
	return true;
}

/* The smallest option ROM; and how many such blocks are looked for. */
#define SEARCH_FEWEST	16
#define SEARCHES_MAX	8

/* Frames of a block that aren't where the rest is. */
struct gap {
	uint64_t off;
	uint64_t nr;
};

/* Could a move to @dst have filled the gap, and been interrupted? */
static bool was_moving_to(struct xenphysmap *pm, const struct block *b, const struct gap *gap,
			  uint64_t dst)
{
	const struct run *own = &b->run[0];
	uint64_t at = dst + gap->off, end = gap->off + gap->nr;

	if (empty(pm, at) || blocks_in_place(&pm->blocks, dst, b->nr, b))
		return false;
	/* what is there must not be the pages that have stayed */
	if (gap->off && frames_overlap(at, gap->nr, own->gfn, gap->off))
		return false;
	if (end < b->nr && frames_overlap(at, gap->nr, own->gfn + end, b->nr - end))
		return false;
	return !mapping_full(pm->fmem, pm->domid, at, gap->nr) &&
	       own_or_empty(pm, own, dst, gap->off) &&
	       own_or_empty(pm, own, dst + end, b->nr - end);
}

/* What goes on beside the block is something else: guest RAM, mostly. */
static bool is_edge(struct xenphysmap *pm, uint64_t gfn)
{
	return blocks_in_place(&pm->blocks, gfn, 1, NULL) || empty(pm, gfn);
}

static bool stands_apart(struct xenphysmap *pm, const struct block *b, uint64_t dst)
{
	return is_edge(pm, dst - 1) && is_edge(pm, dst + b->nr);
}

/* The one place where the gap's frames can be, home or elsewhere. */
static uint64_t find_moved(struct xenphysmap *pm, const struct block *b, const struct gap *gap)
{
	uint64_t start = b->home < SEARCH_END ? b->home + 1 : SEARCH_MIN;
	uint64_t found = GFN_NONE;

	if (was_moving_to(pm, b, gap, b->home))
		found = b->home;
	/* a few frames may be anything, and many records nonsense */
	if (b->nr < SEARCH_FEWEST || pm->searches++ >= SEARCHES_MAX)
		return found;
	for (uint64_t gfn = (start + SEARCH_MIN - 1) / SEARCH_MIN * SEARCH_MIN;
	     gfn + b->nr <= SEARCH_END; gfn += SEARCH_MIN) {
		if (!was_moving_to(pm, b, gap, gfn) || !stands_apart(pm, b, gfn))
			continue;
		if (found != GFN_NONE)
			return GFN_NONE;
		found = gfn;
	}
	return found;
}

bool rescue_rest(struct xenphysmap *pm, struct block *b, const int *err)
{
	const uint64_t from = b->run[0].gfn;
	struct gap gap = { 0, 0 };
	uint64_t to;

	while (gap.off < b->nr && !err[gap.off])
		gap.off++;
	while (gap.off + gap.nr < b->nr && err[gap.off + gap.nr] == -EINVAL)
		gap.nr++;
	for (uint64_t i = gap.off + gap.nr; i < b->nr; i++)
		if (err[i])
			return false;
	if (!gap.nr || b->nr_runs > 1)
		return false;
	to = find_moved(pm, b, &gap);
	if (to == GFN_NONE) {
		log_error("%s: %" PRIu64 " of its %" PRIu64 " frames aren't at 0x%" PRIx64
			  ", and can't be found", b->name, gap.nr, b->nr, from);
		return false;
	}
	if (blocks_put(&pm->blocks, b, gap.off, gap.nr, to + gap.off))
		return false;
	log_warn("%s: a move from 0x%" PRIx64 " to 0x%" PRIx64 " was interrupted, %" PRIu64 " of %"
		 PRIu64 " frames had moved", b->name, from, to, gap.nr, b->nr);
	move_publish(pm, b);
	return true;
}
