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

static unsigned int list_extents(xen_pfn_t list[LARGE], uint64_t gfn, uint64_t nr,
				 unsigned int order)
{
	for (uint64_t i = 0; i < nr; i++)
		list[i] = gfn + (i << order);
	return nr;
}

static int pages(const struct source *s, uint64_t gfn, uint64_t nr)
{
	xen_pfn_t list[LARGE];

	return next_xc_domain_populate_physmap_exact(s->xch, s->pm->domid,
						     list_extents(list, gfn, nr, 0), 0, s->flags,
						     list) ? -errno : 0;
}

/* How many of @nr large extents there are afterwards, or -1. */
static int large_extents(const struct source *s, uint64_t gfn, uint64_t nr, unsigned int flags)
{
	xen_pfn_t list[LARGE];

	if (nr > LARGE)
		nr = LARGE;
	return next_xc_domain_populate_physmap(s->xch, s->pm->domid,
					       list_extents(list, gfn, nr, LARGE_ORDER),
					       LARGE_ORDER, flags, list);
}

static int give_back(const struct source *s, uint64_t gfn, uint64_t nr, unsigned int order)
{
	xen_pfn_t list[LARGE];

	return next_xc_domain_decrease_reservation_exact(s->xch, s->pm->domid,
							 list_extents(list, gfn, nr, order), order,
							 list) ? -errno : 0;
}

/*
 * Have Xen look at the frames, all of a table at a time, and mark them as to be
 * populated on demand, which it refuses where anything is.  Populating them for good
 * then takes the marks away.  A guest that touches a mark dies of it, since there is
 * nothing to populate it with: this is for one that doesn't run yet.
 *
 * -EOPNOTSUPP: they have to be looked at one by one.
 */
static int claim(const struct source *s, uint64_t gfn, uint64_t nr)
{
	int rc, done;

	if (s->pm->runs || gfn % LARGE || nr % LARGE || nr > LARGE * LARGE)
		return -EOPNOTSUPP;
	done = large_extents(s, gfn, nr / LARGE, XENMEMF_populate_on_demand);
	if (done == (int)(nr / LARGE))
		return 0;
	rc = done > 0 ? give_back(s, gfn, done, LARGE_ORDER) : 0;
	if (rc)
		log_error("frames at 0x%" PRIx64 " can't be given back: %s", gfn, strerror(-rc));
	return done < 0 ? -EOPNOTSUPP : -EBUSY;
}

/* Up to the next frame where a large extent may begin. */
static uint64_t part(uint64_t gfn, uint64_t left)
{
	uint64_t nr = LARGE - gfn % LARGE;

	return nr < left ? nr : left;
}

/* As many large extents as there is memory for; frames that have pages then. */
static uint64_t fill_large(const struct source *s, uint64_t gfn, uint64_t nr)
{
	int done = 0;

	if (gfn % LARGE == 0 && nr >= LARGE)
		done = large_extents(s, gfn, nr / LARGE, s->flags);
	return done > 0 ? done * LARGE : 0;
}

/* On failure @done is what is there for certain; more may be. */
static int fill(const struct source *s, uint64_t gfn, uint64_t nr, uint64_t *done)
{
	bool large = true;

	for (*done = 0; *done < nr;) {
		uint64_t at = gfn + *done, n = large ? fill_large(s, at, nr - *done) : 0;

		if (!n) {
			int rc;

			/* memory that is in small pieces will be so for the rest too */
			large = large && at % LARGE;
			n = part(at, nr - *done);
			rc = pages(s, at, n);
			if (rc)
				return rc;
		}
		*done += n;
	}
	return 0;
}

/*
 * The frames were empty before: all that is there now is to go.  Where they were
 * claimed nothing may be looked at, and what isn't a page is a mark.
 */
static int drain(const struct source *s, uint64_t gfn, uint64_t nr, uint64_t done, bool claimed)
{
	uint64_t n = part(gfn + done, nr - done), rest = done + n;
	int rc = 0;

	if (claimed && rest < nr)
		rc = give_back(s, gfn + rest, (nr - rest) / LARGE, LARGE_ORDER);
	else if (!claimed)
		rc = mapping_moved(s->pm->fmem, s->pm->domid, gfn + done, n, &n);
	if (claimed || !rc)
		done += n;
	for (uint64_t i = 0; i < done; i += n) {
		int undo;

		n = part(gfn + i, done - i);
		undo = give_back(s, gfn + i, n, 0);
		rc = undo ? undo : rc;
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

	if (g->nr != b->nr || g->gfn == block_place(b) || g->gfn + g->nr > P2M_MAX ||
	    blocks_in_place(&pm->blocks, g->gfn, g->nr, b))
		return false;
	for (size_t i = 0; i < pm->nr_regions; i++)
		if (frames_overlap(pm->region[i].gfn, pm->region[i].nr, g->gfn, g->nr))
			return false;
	return pm->fmem;
}

static int fill_in_place(const struct source *s, struct block *b)
{
	uint64_t place = s->pm->guess.gfn, done, hit;
	int rc = claim(s, place, b->nr), undo;
	bool claimed = !rc;

	if (rc == -EOPNOTSUPP)
		rc = move_look(s->pm, place, b->nr, &hit);
	if (rc)
		return rc;
	rc = fill(s, place, b->nr, &done);
	if (!rc) {
		blocks_put(&s->pm->blocks, b, 0, b->nr, place);
		b->guessed = true;
		log_info("%s: %" PRIu64 " frames at 0x%" PRIx64 " from the start", b->name, b->nr,
			 place);
		return 0;
	}
	log_warn("%s: no pages at 0x%" PRIx64 " (%s), its BAR of the last boot", b->name, place,
		 strerror(-rc));
	undo = drain(s, place, b->nr, done, claimed);
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
