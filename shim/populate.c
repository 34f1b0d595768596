// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How a block of a fresh guest gets its pages: in extents as large as they fit,
 * and at once where its BAR will be, where that is known from the guest's last
 * boot.  The firmware's choice for the same devices is the same every time; the
 * first relocation then has nothing to move.  A guess that is wrong costs one
 * ordinary move, and one that hits anything isn't taken.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "engine.h"
#include "log.h"
#include "mapping.h"
#include "next.h"

/* The largest extents that Xen gives a device model by default: 2 MiB. */
#define LARGE_ORDER	9
#define LARGE		(UINT64_C(1) << LARGE_ORDER)

/**
 * struct source - whom pages are asked of
 * @pm: the engine
 * @xch: of the device model
 * @flags: XENMEMF_*, as the device model asked
 */
struct source {
	struct xenphysmap *pm;
	xc_interface *xch;
	unsigned int flags;
};

static unsigned int list_frames(xen_pfn_t list[LARGE], uint64_t gfn, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		list[i] = gfn + i;
	return nr;
}

static int extents(const struct source *s, uint64_t gfn, uint64_t nr, unsigned int order)
{
	xen_pfn_t list[LARGE];

	return next_xc_domain_populate_physmap_exact(s->xch, s->pm->domid,
						     list_frames(list, gfn, nr), order,
						     s->flags, list) ? -errno : 0;
}

/* Up to the next frame where a large extent may begin. */
static uint64_t part(uint64_t gfn, uint64_t left)
{
	uint64_t nr = LARGE - gfn % LARGE;

	return nr < left ? nr : left;
}

/* On failure @done is what is there for certain; more may be. */
static int fill(const struct source *s, uint64_t gfn, uint64_t nr, uint64_t *done)
{
	bool large = true;
	int rc = 0;

	for (*done = 0; *done < nr; *done += part(gfn + *done, nr - *done)) {
		uint64_t at = gfn + *done, n = part(at, nr - *done);

		/* memory that is in small pieces will be so for the rest too */
		large = large && (n < LARGE || !extents(s, at, 1, LARGE_ORDER));
		if (!large || n < LARGE)
			rc = extents(s, at, n, 0);
		if (rc)
			return rc;
	}
	return 0;
}

/* The frames were empty before: all that is there now is to go. */
static int drain(const struct source *s, uint64_t gfn, uint64_t nr, uint64_t done)
{
	xen_pfn_t list[LARGE];
	uint64_t rest, n;
	int rc = mapping_moved(s->pm->fmem, s->pm->domid, gfn + done, part(gfn + done, nr - done),
			       &rest);

	if (!rc)
		done += rest;
	for (uint64_t i = 0; i < done; i += n) {
		n = part(gfn + i, done - i);
		if (next_xc_domain_decrease_reservation_exact(s->xch, s->pm->domid,
							      list_frames(list, gfn + i, n), 0,
							      list))
			rc = -errno;
	}
	return rc;
}

/* Where did this guest have its video RAM when it last booted? */
static void recall(struct xenphysmap *pm)
{
	struct record rec;

	if (pm->recalled || !pm->records)
		return;
	pm->recalled = true;
	if (pm->records->recall(pm->records, &rec) == 1)
		pm->guess = (struct region){
			.gfn = rec.start_addr >> PAGE_SHIFT,
			.nr = rec.size >> PAGE_SHIFT,
		};
}

/* Is it a block like that, and would it be in nobody's way there? */
static bool promising(struct xenphysmap *pm, const struct block *b)
{
	const struct region *g = &pm->guess;
	uint64_t hit;

	if (g->nr != b->nr || g->gfn == block_place(b) || g->gfn + g->nr > P2M_MAX ||
	    blocks_in_place(&pm->blocks, g->gfn, g->nr, b))
		return false;
	for (size_t i = 0; i < pm->nr_regions; i++)
		if (frames_overlap(pm->region[i].gfn, pm->region[i].nr, g->gfn, g->nr))
			return false;
	return pm->fmem && !move_look(pm, g->gfn, g->nr, &hit);
}

static int fill_in_place(const struct source *s, struct block *b)
{
	uint64_t place = s->pm->guess.gfn, done;
	int rc = fill(s, place, b->nr, &done), undo;

	if (!rc) {
		blocks_put(&s->pm->blocks, b, 0, b->nr, place);
		b->guessed = true;
		log_info("%s: %" PRIu64 " frames at 0x%" PRIx64 " from the start", b->name, b->nr,
			 place);
		return 0;
	}
	log_warn("%s: no pages at 0x%" PRIx64 " (%s), its BAR of the last boot", b->name, place,
		 strerror(-rc));
	undo = drain(s, place, b->nr, done);
	if (undo)
		log_error("pages at 0x%" PRIx64 " can't be given back: %s", place, strerror(-undo));
	return rc;
}

/*
 * A device model maps nothing of a fresh guest before its blocks are there, and
 * has no handle yet to lend.  It isn't restricted yet either.
 */
static bool put_in_place(const struct source *s, struct block *b)
{
	struct xenphysmap *pm = s->pm;
	xenforeignmemory_handle *own = NULL;
	bool done;

	if (!pm->fmem && pm->guess.nr == b->nr)
		pm->fmem = own = next_xenforeignmemory_open(NULL, 0);
	done = promising(pm, b) && !fill_in_place(s, b);
	if (!own)
		return done;
	pm->fmem = NULL;
	next_xenforeignmemory_close(own);
	return done;
}

int populate_block(struct xenphysmap *pm, struct block *b, xc_interface *xch, unsigned int flags)
{
	const struct source s = { pm, xch, flags };
	uint64_t done;

	recall(pm);
	if (put_in_place(&s, b)) {
		/* once: other blocks of that length have no BAR */
		pm->guess.nr = 0;
		return 0;
	}
	return fill(&s, block_place(b), b->nr, &done);
}
