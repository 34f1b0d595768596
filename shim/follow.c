// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where a block should be.  Device models say so in two ways: by a relocate
 * call, once for each address that is new to them, and by registering the
 * BAR's frames as a region, every time.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "log.h"
#include "mapping.h"

/* Shelters are looked for in steps of QEMU's own allocation granularity. */
#define SHELTER_STEP	64
#define SHELTER_TRIES	1024

bool follow_is_region(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	for (size_t i = 0; i < pm->nr_regions; i++)
		if (pm->region[i].gfn == gfn && pm->region[i].nr == nr)
			return true;
	return false;
}

/* The end of something in [gfn, gfn+nr), or 0 where nothing is known there. */
static uint64_t taken_until(const struct xenphysmap *pm, uint64_t gfn, uint64_t nr,
			    const struct block *except)
{
	const struct block *b = blocks_in_place(&pm->blocks, gfn, nr, except);

	for (size_t i = 0; i < pm->nr_regions; i++) {
		const struct region *r = &pm->region[i];

		if (frames_overlap(r->gfn, r->nr, gfn, nr))
			return r->gfn + r->nr;
	}
	if (!b)
		return 0;
	for (unsigned int i = 0; i < b->nr_runs; i++)
		if (frames_overlap(b->run[i].gfn, b->run[i].nr, gfn, nr))
			return b->run[i].gfn + b->run[i].nr;
	return 0;
}

/* Above every home, and above the frames that are wanted. */
static uint64_t shelters_start(const struct xenphysmap *pm, uint64_t above)
{
	const struct block *last = pm->blocks.sorted[pm->blocks.nr - 1];
	uint64_t end = last->home + last->nr;

	return end > above ? end : above;
}

/* The next frames from @at on where nothing is known to be; -ENOSPC: there are none. */
static int next_shelter(const struct xenphysmap *pm, uint64_t *at, uint64_t nr,
			const struct block *except)
{
	uint64_t until;

	do {
		*at = (*at + SHELTER_STEP - 1) / SHELTER_STEP * SHELTER_STEP;
		if (!frames_valid(*at, nr))
			return -ENOSPC;
		until = taken_until(pm, *at, nr, except);
		if (until)
			*at = until;
	} while (until);
	return 0;
}

static int to_shelter(struct xenphysmap *pm, struct block *b, uint64_t above)
{
	uint64_t at = shelters_start(pm, above);
	int rc = -EBUSY;

	for (int i = 0; i < SHELTER_TRIES && rc == -EBUSY; i++) {
		rc = next_shelter(pm, &at, b->nr, b);
		if (!rc)
			rc = move_block(pm, b, at);
		at += SHELTER_STEP;
	}
	return rc == -EBUSY ? -ENOSPC : rc;
}

int follow_find_shelter(struct xenphysmap *pm, uint64_t above, uint64_t nr, uint64_t *place)
{
	int rc = pm->fmem ? -EBUSY : -EBADF;

	*place = shelters_start(pm, above);
	for (int i = 0; i < SHELTER_TRIES && rc == -EBUSY; i++) {
		uint64_t hit = *place;

		rc = next_shelter(pm, place, nr, NULL);
		if (!rc)
			rc = mapping_empty(pm->fmem, pm->domid, *place, nr, &hit);
		if (rc == -EBUSY)
			*place = hit + 1;
	}
	return rc == -EBUSY ? -ENOSPC : rc;
}

/* A block that has no right to its place leaves: home, or where it can. */
static int send_away(struct xenphysmap *pm, struct block *b, uint64_t gfn, uint64_t nr)
{
	int rc = move_verify(pm, b);

	if (rc)
		return rc == -ENOENT ? 0 : rc;
	if (frames_overlap(b->home, b->nr, gfn, nr) || taken_until(pm, b->home, b->nr, b))
		rc = to_shelter(pm, b, gfn + nr);
	else
		rc = move_block(pm, b, b->home);
	move_pin(pm, b);
	move_publish(pm, b);
	return rc;
}

int follow_make_room(struct xenphysmap *pm, uint64_t gfn, uint64_t nr,
		     const struct block *except)
{
	struct block *b;

	while ((b = blocks_in_place(&pm->blocks, gfn, nr, except))) {
		int rc;

		if (block_at_bar(b)) {
			log_warn("%s keeps 0x%" PRIx64 ", its BAR, though 0x%" PRIx64
				 " is wanted too", b->name, b->bar, gfn);
			return -EBUSY;
		}
		rc = send_away(pm, b, gfn, nr);
		if (rc)
			return rc;
	}
	return 0;
}

static int bring(struct xenphysmap *pm, struct block *b, uint64_t gfn)
{
	int rc = follow_make_room(pm, gfn, b->nr, b);

	if (!rc)
		rc = move_block(pm, b, gfn);
	move_pin(pm, b);
	move_publish(pm, b);
	return rc;
}

/* The firmware will choose the same in the guest's next life. */
static void remember_bar(struct xenphysmap *pm, const struct block *b)
{
	struct record rec = {
		.phys_offset = b->home << PAGE_SHIFT,
		.start_addr = b->bar << PAGE_SHIFT,
		.size = b->nr << PAGE_SHIFT,
	};
	bool right = b->guessed && block_place(b) == b->bar;
	int rc = 0;

	if (!pm->fresh || strcmp(b->name, VIDEO_RAM))
		return;
	pm->fresh = false;
	memcpy(rec.name, b->name, sizeof(rec.name));
	if (pm->records && !right)
		rc = pm->records->remember(pm->records, &rec);
	if (rc == -ECONNRESET)
		move_start_over(pm);
	if (rc)
		log_debug("%s: its BAR isn't remembered: %s", b->name, strerror(-rc));
}

int follow_bar(struct xenphysmap *pm, struct block *b, uint64_t bar)
{
	b->bar = bar;
	/* it may not move there now, and the region that goes is to be noticed */
	known_add(&pm->blocks.known, bar, b->nr);
	remember_bar(pm, b);
	b->guessed = false;
	if (!block_at_bar(b) && relocate_log_dirty(&pm->relocate)) {
		log_info("%s: its BAR is at 0x%" PRIx64 ", it stays at 0x%" PRIx64
			 " while the guest is being migrated", b->name, bar, block_place(b));
		pm->deferred = true;
		move_publish(pm, b);
		return 0;
	}
	return bring(pm, b, bar);
}

/*
 * The block whose BAR a region is: one that has none now (QEMU removes regions
 * before it adds any), and is there still, or was and won't be relocated again.
 */
static struct block *owner(const struct xenphysmap *pm, const struct region *r)
{
	if (!known_any(&pm->blocks.known, r->gfn, r->nr))
		return NULL;
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->nr != r->nr || (b->bar != GFN_NONE && b->bar != r->gfn) || b->followed ||
		    (b->device != DEVICE_NONE && r->by != DEVICE_NONE && b->device != r->by))
			continue;
		if (block_seen(b, r->gfn) ||
		    (block_place(b) == r->gfn && r->gfn != b->home && !b->guessed))
			return b;
	}
	return NULL;
}

static void remember(struct xenphysmap *pm, const struct region *r)
{
	size_t max = pm->nr_regions < pm->max_regions ? pm->max_regions : 2 * pm->nr_regions + 8;
	struct region *grown = pm->region;

	if (max > pm->max_regions)
		grown = realloc(pm->region, max * sizeof(*grown));
	if (!grown) {
		log_error("no memory to remember the region at 0x%" PRIx64, r->gfn);
		return;
	}
	grown[pm->nr_regions++] = *r;
	pm->region = grown;
	pm->max_regions = max;
}

static void send_away_from(struct xenphysmap *pm, const struct region *r)
{
	const struct block *b = blocks_in_place(&pm->blocks, r->gfn, r->nr, NULL);
	int rc;

	/* two BARs at one address are the guest's mistake and not an event */
	if (!b || block_at_bar(b))
		return;
	rc = follow_make_room(pm, r->gfn, r->nr, NULL);
	if (rc)
		log_error("a block is in the way of the region at 0x%" PRIx64 ": %s", r->gfn,
			  strerror(-rc));
}

/*
 * A region just where a guess has put a block is its BAR, of which the device
 * model will say so in its very next call; or it belongs to something else.
 */
static bool may_be_its_bar(const struct xenphysmap *pm, const struct region *r)
{
	const struct block *b = blocks_in_place(&pm->blocks, r->gfn, r->nr, NULL);

	return b && b->guessed && block_place(b) == r->gfn && b->nr == r->nr;
}

static void judge_suspect(struct xenphysmap *pm)
{
	const struct region suspect = pm->suspect;

	pm->suspect.nr = 0;
	if (suspect.nr && follow_is_region(pm, suspect.gfn, suspect.nr))
		send_away_from(pm, &suspect);
}

static void follow_or_say(struct xenphysmap *pm, struct block *b, uint64_t bar)
{
	int rc = follow_bar(pm, b, bar);

	if (rc)
		log_error("%s can't follow its BAR to 0x%" PRIx64 ": %s", b->name, bar,
			  strerror(-rc));
}

/* From now on it is a block without a BAR, as for the device model. */
static void give_up(struct xenphysmap *pm, struct block *b)
{
	uint64_t place = block_place(b);
	int rc = 0;

	b->followed = false;
	b->device = DEVICE_NONE;
	b->bar = GFN_NONE;
	block_rename(b, NULL);
	if (place != b->home)
		rc = send_away(pm, b, place, place == GFN_NONE ? 0 : b->nr);
	else
		move_publish(pm, b);
	if (rc)
		log_error("%s can't leave 0x%" PRIx64 ": %s", b->name, place, strerror(-rc));
}

void follow_others(struct xenphysmap *pm)
{
	struct block *b;
	uint64_t bar;

	while ((b = match_doubt(pm)))
		give_up(pm, b);
	while ((b = match_next(pm, &bar))) {
		b->bar = bar;
		match_name(b);
		follow_or_say(pm, b, bar);
	}
}

void follow_return(struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (!b->followed || b->claimed)
			continue;
		if (!pm->every_bar)
			give_up(pm, b);
		else if (b->bar != GFN_NONE)
			follow_or_say(pm, b, b->bar);
	}
}

void follow_region_add(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	const struct region region = { gfn, nr, match_cause(pm) };
	struct block *mine;

	judge_suspect(pm);
	mine = owner(pm, &region);
	remember(pm, &region);
	if (mine)
		follow_or_say(pm, mine, gfn);
	follow_others(pm);
	if (mine)
		return;
	if (may_be_its_bar(pm, &region))
		pm->suspect = region;
	else
		send_away_from(pm, &region);
	match_explain(pm, &region);
}

void follow_region_del(struct xenphysmap *pm, uint64_t gfn, uint64_t nr)
{
	judge_suspect(pm);
	for (size_t i = 0; i < pm->nr_regions; i++) {
		if (pm->region[i].gfn != gfn || pm->region[i].nr != nr)
			continue;
		pm->region[i] = pm->region[--pm->nr_regions];
		break;
	}
	if (!known_any(&pm->blocks.known, gfn, nr))
		return;
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->bar == gfn && b->nr == nr)
			b->bar = GFN_NONE;
	}
}

static int settle_block(struct xenphysmap *pm, struct block *b)
{
	uint64_t want = b->bar == GFN_NONE || b->followed ? b->home : b->bar;

	if (block_place(b) == want || b->claimed)
		return 0;
	if (want == b->home && taken_until(pm, want, b->nr, b)) {
		log_info("%s can't be at home for the save: its frames are in use", b->name);
		return 0;
	}
	return bring(pm, b, want);
}

/* A BAR that is no more mustn't be in a save: another device's may be there. */
static void name_all(struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (!b->followed || b->claimed)
			continue;
		match_name(b);
		move_publish(pm, b);
	}
}

int follow_settle(struct xenphysmap *pm)
{
	int first = 0;

	judge_suspect(pm);
	name_all(pm);
	if (relocate_log_dirty(&pm->relocate))
		return 0;
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		int rc = settle_block(pm, pm->blocks.sorted[i]);

		if (rc && !first)
			first = rc;
	}
	return first;
}

void follow_restored(struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->bar != GFN_NONE && !follow_is_region(pm, b->bar, b->nr))
			b->bar = GFN_NONE;
	}
	for (size_t i = 0; i < pm->nr_regions; i++)
		send_away_from(pm, &pm->region[i]);
}

void follow_deferred(struct xenphysmap *pm)
{
	if (!pm->deferred || relocate_log_dirty(&pm->relocate))
		return;
	pm->deferred = false;
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (pm->blocks.sorted[i]->bar != GFN_NONE && !pm->blocks.sorted[i]->followed)
			settle_block(pm, pm->blocks.sorted[i]);
	follow_return(pm);
}
