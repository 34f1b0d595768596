// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How the blocks of a restored guest become known.  Its pages were put into
 * the p2m by the toolstack before the device model started; where, is known
 * from a record, or from the first BAR that the device model maps.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "engine.h"
#include "log.h"
#include "probes.h"

/*
 * A save leaves video RAM at its BAR, or at home with decode off.  So where it
 * isn't at home its BAR is, and the device model, which is about to say so,
 * must not be taken for somebody who wants the block out of there.
 */
static void expect_bar(struct block *b)
{
	if (match_recorded(b) || strcmp(b->name, VIDEO_RAM) || block_place(b) == b->home ||
	    block_place(b) == GFN_NONE)
		return;
	if (!block_see(b, block_place(b)))
		b->bar = block_place(b);
}

static void claim_all(struct blocks *blocks)
{
	for (size_t i = 0; i < blocks->nr; i++) {
		struct block *b = blocks->sorted[i];

		b->claimed = true;
		b->recorded = true;
		expect_bar(b);
		/* what it was read from is what is published */
		memcpy(b->published, b->run, sizeof(b->run));
		b->nr_published = b->nr_runs;
	}
}

/* Records of the pieces of a split block follow each other under one name. */
static int claim(struct blocks *blocks, const struct record *rec)
{
	uint64_t home = rec->phys_offset >> PAGE_SHIFT;
	uint64_t place = rec->start_addr >> PAGE_SHIFT;
	uint64_t nr = rec->size >> PAGE_SHIFT;
	struct block *b = home ? blocks_at_home(blocks, home - 1) : NULL;

	if (b && !strcmp(b->name, rec->name) && b->home + b->nr == home)
		return blocks_extend(blocks, b, nr, place);
	return blocks_add(blocks, home, nr, place, rec->name, &b);
}

static int by_home(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->phys_offset > y->phys_offset) - (x->phys_offset < y->phys_offset);
}

static void claim_or_withdraw(struct xenphysmap *pm, const struct record *rec)
{
	int rc = claim(&pm->blocks, rec);

	if (!rc)
		return;
	log_warn("record %" PRIx64 " (%s at 0x%" PRIx64 ") is ignored: %s", rec->phys_offset,
		 rec->name, rec->start_addr >> PAGE_SHIFT, strerror(-rc));
	counters_add(COUNTER_errors_restore, 1);
	if (rc != -ENOMEM)
		move_withdraw(pm, rec->phys_offset, rec->name);
}

void restore_load(struct xenphysmap *pm)
{
	struct record *recs;
	int nr;

	if (pm->loaded || !pm->records)
		return;
	recs = calloc(RECORDS_MAX, sizeof(*recs));
	nr = recs ? pm->records->load(pm->records, recs) : -ENOMEM;
	pm->loaded = true;
	if (nr < 0)
		log_error("records can't be read: %s", strerror(-nr));
	if (nr > 0)
		qsort(recs, nr, sizeof(*recs), by_home);
	for (int i = 0; i < nr; i++)
		claim_or_withdraw(pm, &recs[i]);
	claim_all(&pm->blocks);
	free(recs);
}

void restore_forget(struct xenphysmap *pm)
{
	pm->learning = false;
	pm->fresh = true;
	for (size_t i = pm->blocks.nr; i-- > 0; )
		if (pm->blocks.sorted[i]->claimed)
			blocks_del(&pm->blocks, pm->blocks.sorted[i]);
	pm->loaded = true;
	move_start_over(pm);
}

static void count_restored(const struct block *b, enum counter how)
{
	counters_add(how, 1);
	PROBE(restore, (const char *)b->name, b->home, b->run[0].gfn, b->nr);
}

/* Does the map say anything against the part of the block that it covers? */
static bool contradicts(const struct block *b, uint64_t gfn, uint64_t nr, const int *err)
{
	uint64_t from = b->home > gfn ? b->home : gfn;
	uint64_t to = b->home + b->nr < gfn + nr ? b->home + b->nr : gfn + nr;

	for (uint64_t at = from; at < to; at++)
		if (err[at - gfn])
			return true;
	return false;
}

static bool all_empty(uint64_t nr, const int *err)
{
	for (uint64_t i = 0; i < nr; i++)
		if (!err[i])
			return false;
	return true;
}

static void note_unexplained(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err)
{
	if (!all_empty(nr, err))
		return;
	for (unsigned int i = 0; i < pm->nr_unexplained; i++)
		if (pm->unexplained[i].gfn == gfn && pm->unexplained[i].nr == nr)
			return;
	if (pm->nr_unexplained < UNEXPLAINED_MAX)
		pm->unexplained[pm->nr_unexplained++] = (struct region){ .gfn = gfn, .nr = nr };
}

/*
 * Video RAM is first mapped as a whole, and comes after guest RAM: another
 * length is wrong, and so is a home with nothing before it.
 */
static bool other_extent(const struct block *b, uint64_t gfn, uint64_t nr, const int *err)
{
	if (strcmp(b->name, VIDEO_RAM))
		return false;
	return b->home == gfn ? b->nr != nr : b->home > gfn && err[b->home - gfn - 1];
}

/*
 * A guest that was saved without the shim, and no page where video RAM has its
 * home.  If it can be found now, QEMU never gets a stand-in for it: with decode
 * off it wouldn't ask again.
 */
static bool find_unrecorded(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err)
{
	struct block *b;
	uint64_t place;

	if (pm->blocks.nr || pm->nr_unexplained || !all_empty(nr, err) ||
	    rescue_search(pm, gfn, GFN_NONE, nr, &place) ||
	    blocks_add(&pm->blocks, gfn, nr, place, VIDEO_RAM, &b))
		return false;
	log_warn("%s: no record, but found at 0x%" PRIx64 ", %" PRIu64 " frames", b->name, place,
		 nr);
	count_restored(b, COUNTER_restored_by_search);
	expect_bar(b);
	move_publish(pm, b);
	return true;
}

bool restore_judge(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err)
{
	bool right = true, known = false, whole;

	for (size_t i = pm->blocks.nr; i-- > 0; ) {
		struct block *b = pm->blocks.sorted[i];

		if (!frames_overlap(b->home, b->nr, gfn, nr))
			continue;
		known = true;
		if (!b->claimed)
			continue;
		whole = b->home >= gfn && b->home + b->nr <= gfn + nr;
		if (whole && rescue_rest(pm, b, err + (b->home - gfn))) {
			b->bar = GFN_NONE;
			expect_bar(b);
			right = false;
		} else if (contradicts(b, gfn, nr, err) || other_extent(b, gfn, nr, err)) {
			right = false;
			pm->refused = pm->strict;
			if (pm->refused)
				continue;
			log_warn("record of %s at 0x%" PRIx64 " is wrong: the device model hasn't "
				 "%" PRIu64 " frames there; withdrawn", b->name, b->run[0].gfn,
				 b->nr);
			counters_add(COUNTER_errors_restore, 1);
			move_forget(pm, b);
		} else if (whole) {
			b->claimed = false;
			log_info("%s: restored, %" PRIu64 " frames at 0x%" PRIx64, b->name, b->nr,
				 b->run[0].gfn);
			count_restored(b, COUNTER_restored_by_record);
		}
	}
	if (!known && find_unrecorded(pm, gfn, nr, err))
		return false;
	if (!known)
		note_unexplained(pm, gfn, nr, err);
	return right;
}

void restore_done(struct xenphysmap *pm)
{
	census_end(pm);
	for (size_t i = pm->blocks.nr; i-- > 0; )
		move_verify(pm, pm->blocks.sorted[i]);
}

/* At its place already, or else the video RAM: no other block has a BAR. */
static struct block *behind_bar(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	struct block *found = NULL;

	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->nr != nr)
			continue;
		if (block_place(b) == gfn)
			return b;
		/* where a record says it is doesn't make it a BAR, a region does */
		if (!strcmp(b->name, VIDEO_RAM) &&
		    !(block_at_bar(b) && follow_is_region(pm, b->bar, b->nr)))
			found = b;
	}
	return found;
}

/* The one map that failed as a whole and was of this length, or NULL. */
static const struct region *explained(const struct xenphysmap *pm, uint64_t nr)
{
	const struct region *found = NULL;
	unsigned int candidates = 0;

	for (unsigned int i = 0; i < pm->nr_unexplained; i++) {
		if (pm->unexplained[i].nr != nr)
			continue;
		found = &pm->unexplained[i];
		candidates++;
	}
	return candidates == 1 ? found : NULL;
}

static struct block *rescue(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	const struct region *home = explained(pm, nr);
	struct block *b = NULL;
	uint64_t place;

	if (!home || rescue_search(pm, home->gfn, gfn, nr, &place) ||
	    blocks_add(&pm->blocks, home->gfn, nr, place, VIDEO_RAM, &b))
		return NULL;
	log_warn("%s: not at its BAR at 0x%" PRIx64 ", but found at 0x%" PRIx64, b->name, gfn,
		 place);
	count_restored(b, COUNTER_restored_by_search);
	return b;
}

/* The device model has less memory below, say, than it had: where is home now? */
static struct block *rehome(struct xenphysmap *pm, struct block *b)
{
	const struct region *home = b->recorded && !b->met ? explained(pm, b->nr) : NULL;
	uint64_t was = b->home, nr = b->nr, place = block_place(b);

	if (!home || place == GFN_NONE)
		return b;
	if (move_verify(pm, b))
		return NULL;
	move_forget(pm, b);
	if (blocks_add(&pm->blocks, home->gfn, nr, place, VIDEO_RAM, &b))
		return NULL;
	log_warn("%s: at home at 0x%" PRIx64 " in the saved guest, at 0x%" PRIx64
		 " in this device model", b->name, was, b->home);
	return b;
}

struct block *restore_bar(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	struct block *b = behind_bar(pm, gfn, nr);
	int rc;

	census_end(pm);
	if (b)
		b = rehome(pm, b);
	if (!b)
		b = rescue(pm, gfn, nr);
	if (!b || move_verify(pm, b))
		return NULL;
	rc = block_see(b, gfn);
	if (!rc)
		rc = follow_bar(pm, b, gfn);
	if (rc)
		log_error("%s can't be brought to its BAR at 0x%" PRIx64 ": %s", b->name, gfn,
			  strerror(-rc));
	return b;
}

void restore_learn(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	const struct region *home = explained(pm, nr);
	struct block *b;
	int rc;

	if (!home) {
		log_warn("it isn't known which block is at 0x%" PRIx64, gfn);
		return;
	}
	rc = blocks_add(&pm->blocks, home->gfn, nr, gfn, VIDEO_RAM, &b);
	if (!rc) {
		rc = block_see(b, gfn);
		if (rc)
			blocks_del(&pm->blocks, b);
	}
	if (rc) {
		log_error("the block at 0x%" PRIx64 " can't be kept: %s", gfn, strerror(-rc));
		return;
	}
	b->bar = gfn;
	log_info("%s: found where its BAR is, %" PRIu64 " frames at 0x%" PRIx64, b->name, nr, gfn);
	count_restored(b, COUNTER_restored_by_bar);
	move_pin(pm, b);
	move_publish(pm, b);
}
