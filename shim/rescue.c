// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that stock QEMU saved after its BAR had moved: the device's state
 * names the new BAR, the pages are at the old one, and nothing says where that
 * was.  Looked for where a BAR can be, and taken only if there is no doubt.
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

int rescue_search(struct xenphysmap *pm, uint64_t home, uint64_t bar, uint64_t nr,
		  uint64_t *place)
{
	/* RAM ends where homes begin, or fills all that isn't a hole below 4 GiB */
	uint64_t start = home < SEARCH_END ? home + nr : 0;
	uint64_t found = GFN_NONE;

	if ((nr & (nr - 1)) || nr < SEARCH_MIN || !pm->fmem || !empty(pm, bar))
		return -ENOENT;
	for (uint64_t gfn = (start + nr - 1) / nr * nr; gfn + nr <= SEARCH_END; gfn += nr) {
		if (blocks_in_place(&pm->blocks, gfn, nr, NULL) || !stands_alone(pm, gfn, nr))
			continue;
		if (found != GFN_NONE) {
			log_error("video RAM may be at 0x%" PRIx64 " or at 0x%" PRIx64
				  ": neither is taken", found, gfn);
			return -ENOTUNIQ;
		}
		found = gfn;
	}
	if (found == GFN_NONE)
		return -ENOENT;
	*place = found;
	return 0;
}
