// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Has the restored device model the blocks that the saved guest had?  Where
 * blocks lie follows from the device model's command line and its ROM files,
 * and nothing in a save says so but our records.  Only reports: what is right
 * is decided by the device's state, and by maps (restore.c).
 *
 * Seen through maps only.  QEMU maps a block as a whole while it starts, in
 * units of its map cache, so two layouts that differ within one unit look
 * alike; QEMU >= 10 maps video RAM and no option ROM.
 */
#include <inttypes.h>
#include <string.h>

#include "engine.h"
#include "log.h"

/* MCACHE_BUCKET_SIZE of QEMU on 64 bits, in frames. */
#define UNIT	256

static bool inside(const struct block *b, uint64_t gfn, uint64_t nr)
{
	return b->home >= gfn && b->home + b->nr <= gfn + nr;
}

/* Is this the map of the block, exactly or in units? */
static bool fits(const struct block *b, uint64_t gfn, uint64_t nr)
{
	uint64_t start = b->home / UNIT * UNIT;
	uint64_t end = (b->home + b->nr + UNIT - 1) / UNIT * UNIT;

	return (gfn == b->home && nr == b->nr) || (gfn == start && gfn + nr == end);
}

static bool any_error(const int *err, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (err[i])
			return true;
	return false;
}

/* A record of old QEMUs, or of an old shim, is of video RAM and says no more. */
static bool knows_all(const struct xenphysmap *pm)
{
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (pm->blocks.sorted[i]->recorded && strcmp(pm->blocks.sorted[i]->name, VIDEO_RAM))
			return true;
	return false;
}

/* Guest RAM is below all homes, and no concern of ours. */
static bool among_homes(const struct xenphysmap *pm, uint64_t gfn)
{
	return pm->blocks.nr && gfn >= pm->blocks.sorted[0]->home;
}

void census_map(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, const int *err)
{
	bool known = false, fit = false, again = true;

	if (pm->counted || !among_homes(pm, gfn))
		return;
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (!b->recorded || !frames_overlap(b->home, b->nr, gfn, nr))
			continue;
		known = true;
		fit |= fits(b, gfn, nr);
		again &= b->met;
		b->met |= inside(b, gfn, nr);
	}
	if (!knows_all(pm))
		return;
	if (known && !fit)
		log_warn("the device model has a block in frames 0x%" PRIx64 "..0x%" PRIx64
			 " that is laid out otherwise in the saved guest", gfn, gfn + nr - 1);
	else if (any_error(err, nr) && (!known || again))
		log_warn("the device model has a block in frames 0x%" PRIx64 "..0x%" PRIx64
			 " that the saved guest hasn't", gfn, gfn + nr - 1);
	else
		return;
	pm->refused = pm->strict;
}

void census_end(struct xenphysmap *pm)
{
	bool maps_roms = false;

	if (pm->counted)
		return;
	pm->counted = true;
	for (size_t i = 0; i < pm->blocks.nr; i++)
		maps_roms |= pm->blocks.sorted[i]->met && !pm->blocks.sorted[i]->followed &&
			     strcmp(pm->blocks.sorted[i]->name, VIDEO_RAM);
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		const struct block *b = pm->blocks.sorted[i];

		if (maps_roms && b->recorded && !b->met)
			log_warn("%s: the saved guest's block of %" PRIu64 " frames at 0x%" PRIx64
				 " is none of this device model's", b->name, b->nr, b->home);
	}
}
