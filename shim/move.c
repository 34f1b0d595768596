// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How a block gets from one layout to another without losing a page: look at
 * the destination, make the steps, undo them if one fails, and keep pin and
 * records true.  Why it should go there is not decided here.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "counters.h"
#include "engine.h"
#include "log.h"
#include "mapping.h"
#include "plan.h"
#include "probes.h"

/* Frames of a block that one plan can move. */
struct piece {
	uint64_t off;
	uint64_t from;
	uint64_t to;
	uint64_t nr;
};

/* Does [gfn, gfn+nr) hold pages of the block other than the piece's? */
static bool in_own_way(const struct block *b, const struct piece *p)
{
	for (unsigned int i = 0; i < b->nr_runs; i++) {
		const struct run *r = &b->run[i];
		uint64_t head = p->off > r->off ? p->off - r->off : 0;
		uint64_t skip = p->off + p->nr > r->off ? p->off + p->nr - r->off : 0;

		if (head > r->nr)
			head = r->nr;
		if (skip > r->nr)
			skip = r->nr;
		if (head && frames_overlap(r->gfn, head, p->to, p->nr))
			return true;
		if (skip < r->nr && frames_overlap(r->gfn + skip, r->nr - skip, p->to, p->nr))
			return true;
	}
	return false;
}

/* What run @r and target @t have in common; false if nothing has to move. */
static bool intersect(const struct run *r, const struct run *t, struct piece *p)
{
	uint64_t end = r->off + r->nr < t->off + t->nr ? r->off + r->nr : t->off + t->nr;

	p->off = r->off > t->off ? r->off : t->off;
	if (p->off >= end)
		return false;
	p->nr = end - p->off;
	p->from = r->gfn + (p->off - r->off);
	p->to = t->gfn + (p->off - t->off);
	return p->from != p->to;
}

/*
 * The next piece on the way to a layout: one whose destination isn't taken by
 * the rest of the block.  1: found; 0: all are there; -EBUSY: all are stuck.
 */
static int next_piece(const struct block *b, const struct run *target, unsigned int nr_target,
		      struct piece *p)
{
	bool stuck = false;

	for (unsigned int i = 0; i < b->nr_runs; i++) {
		for (unsigned int j = 0; j < nr_target; j++) {
			if (!intersect(&b->run[i], &target[j], p))
				continue;
			if (!in_own_way(b, p))
				return 1;
			stuck = true;
		}
	}
	return stuck ? -EBUSY : 0;
}

/*
 * How far did a step get that failed?  Where that can't be seen, what has arrived
 * goes back, up to the first frame that has nothing.
 */
static uint64_t moved(struct xenphysmap *pm, uint64_t src, uint64_t dst, uint64_t nr)
{
	uint64_t n;
	int rc = mapping_moved(pm->fmem, pm->domid, dst, nr, &n), back;

	if (!rc)
		return n;
	back = relocate_step(&pm->relocate, dst, src, nr);
	if (back && back != -EINVAL && back != -EACCES)
		log_error("can't see how many of %" PRIu64 " frames went to 0x%" PRIx64 " (%s), "
			  "nor take them back (%s)", nr, dst, strerror(-rc), strerror(-back));
	return 0;
}

static int move_piece(struct xenphysmap *pm, struct block *b, const struct piece *p)
{
	struct plan plan;
	struct step s;

	plan_start(&plan, p->from, p->to, p->nr);
	while (plan_next(&plan, &s)) {
		int rc = relocate_step(&pm->relocate, p->from + s.off, p->to + s.off, s.nr);
		uint64_t n = rc ? moved(pm, p->from + s.off, p->to + s.off, s.nr) : s.nr;

		blocks_put(&pm->blocks, b, p->off + s.off, n, p->to + s.off);
		counters_add(COUNTER_frames_moved, n);
		/* for a migration: Xen notes it itself since 98fccdf0ac (4.19) */
		if (n)
			relocate_modified(&pm->relocate, p->to + s.off, n);
		if (rc)
			return rc;
	}
	return 0;
}

static int move_to(struct xenphysmap *pm, struct block *b, const struct run *target,
		   unsigned int nr_target)
{
	struct piece p;
	int rc;

	while ((rc = next_piece(b, target, nr_target, &p)) == 1) {
		rc = move_piece(pm, b, &p);
		if (rc)
			break;
	}
	return rc;
}

/* Make sure that no step can fail for lack of p2m tables: that loses pages. */
static int reserve(struct xenphysmap *pm, uint64_t gfn, uint64_t end)
{
	while (gfn < end) {
		if (relocate_reserve(&pm->relocate, gfn) == -ENOMEM)
			return -ENOMEM;
		gfn = (gfn / RELOCATE_TABLE + 1) * RELOCATE_TABLE;
	}
	return 0;
}

int move_look(struct xenphysmap *pm, uint64_t gfn, uint64_t nr, uint64_t *hit)
{
	int rc = relocate_empty(&pm->relocate, gfn, nr, hit);

	return rc && rc != -EBUSY ? mapping_empty(pm->fmem, pm->domid, gfn, nr, hit) : rc;
}

/* Is there nothing at [dst, dst+nr) but pages of the block itself? */
static int look_ahead(struct xenphysmap *pm, const struct block *b, uint64_t dst)
{
	uint64_t at = dst, end = dst + b->nr;

	while (at < end) {
		uint64_t gap = end, next = end, hit;
		int rc;

		/* the nearest of its own runs at or after @at */
		for (unsigned int i = 0; i < b->nr_runs; i++) {
			const struct run *r = &b->run[i];

			if (r->gfn + r->nr <= at || r->gfn >= gap)
				continue;
			gap = r->gfn > at ? r->gfn : at;
			next = r->gfn + r->nr;
		}
		rc = gap > at ? move_look(pm, at, gap - at, &hit) : 0;
		if (rc == -EBUSY)
			log_warn("%s can't move to 0x%" PRIx64 ": another page is at 0x%" PRIx64,
				 b->name, dst, hit);
		if (!rc)
			rc = reserve(pm, at, gap);
		if (rc == -ENOMEM)
			log_warn("%s can't move to 0x%" PRIx64 ": the domain's p2m pool is used "
				 "up (xl.cfg: shadow_memory)", b->name, dst);
		if (rc)
			return rc;
		at = next;
	}
	return 0;
}

/* Xen has let go of a page that it couldn't put down again. */
static void look_for_losses(struct xenphysmap *pm, const struct block *b)
{
	for (unsigned int i = 0; i < b->nr_runs; i++) {
		if (mapping_full(pm->fmem, pm->domid, b->run[i].gfn, b->run[i].nr) != -ENOENT)
			continue;
		log_error("%s: Xen has lost a page between 0x%" PRIx64 " and 0x%" PRIx64, b->name,
			  b->run[i].gfn, b->run[i].gfn + b->run[i].nr - 1);
		counters_add(COUNTER_errors_page_lost, 1);
	}
}

static int move_or_undo(struct xenphysmap *pm, struct block *b, uint64_t dst)
{
	const struct run target = { .off = 0, .gfn = dst, .nr = b->nr };
	struct run saved[BLOCK_RUNS_MAX];
	unsigned int nr_saved = b->nr_runs;
	uint64_t src = b->run[0].gfn;
	int rc, undo;

	if (!frames_valid(dst, b->nr) || dst + b->nr > P2M_MAX)
		return -EINVAL;
	if (!pm->fmem)
		return -EBADF;
	if (nr_saved + BLOCK_RUNS_FAIL > BLOCK_RUNS_MAX)
		return -EIO;
	rc = look_ahead(pm, b, dst);
	if (rc)
		return rc;

	memcpy(saved, b->run, sizeof(saved));
	rc = move_to(pm, b, &target, 1);
	if (!rc) {
		log_info("%s: %" PRIu64 " frames moved from 0x%" PRIx64 " to 0x%" PRIx64, b->name,
			 b->nr, src, dst);
		return 0;
	}
	undo = move_to(pm, b, saved, nr_saved);
	counters_add(undo ? COUNTER_moves_broken : COUNTER_moves_undone, 1);
	if (undo)
		log_error("%s: moving to 0x%" PRIx64 " failed (%s) and so did moving back (%s): "
			  "it is in %u pieces now", b->name, dst, strerror(-rc), strerror(-undo),
			  b->nr_runs);
	else
		log_error("%s: moving to 0x%" PRIx64 " failed (%s), it is back at 0x%" PRIx64,
			  b->name, dst, strerror(-rc), src);
	look_for_losses(pm, b);
	return rc;
}

static enum counter outcome(int rc)
{
	switch (rc) {
	case 0:
		return COUNTER_moves;
	case -EBUSY:
		return COUNTER_errors_taken;
	case -ENOMEM:
		return COUNTER_errors_p2m_pool;
	default:
		return COUNTER_errors_move;
	}
}

int move_block(struct xenphysmap *pm, struct block *b, uint64_t dst)
{
	int rc;

	if (block_place(b) == dst) {
		counters_add(COUNTER_moves_spared, 1);
		return 0;
	}
	PROBE(move_begin, (const char *)b->name, b->run[0].gfn, dst, b->nr);
	rc = move_or_undo(pm, b, dst);
	PROBE(move_end, (const char *)b->name, b->run[0].gfn, dst, b->nr, rc);
	counters_add(outcome(rc), 1);
	return rc;
}

int move_verify(struct xenphysmap *pm, struct block *b)
{
	int rc = 0;

	if (!b->claimed)
		return 0;
	if (!pm->fmem)
		return -EBADF;
	for (unsigned int i = 0; i < b->nr_runs && !rc; i++)
		rc = mapping_full(pm->fmem, pm->domid, b->run[i].gfn, b->run[i].nr);
	if (!rc)
		b->claimed = false;
	if (rc == -ENOENT) {
		log_warn("record of %s at 0x%" PRIx64 " is wrong: it hasn't %" PRIu64
			 " pages there; withdrawn", b->name, b->run[0].gfn, b->nr);
		counters_add(COUNTER_errors_restore, 1);
		move_forget(pm, b);
	}
	return rc;
}

void move_start_over(struct xenphysmap *pm)
{
	pm->pending = true;
	pm->anew = true;
}

/* The socket is full, or has another publisher at its end: nobody was told. */
static bool unheard(int rc)
{
	return rc == -EAGAIN || rc == -ECONNRESET;
}

int move_withdraw(struct xenphysmap *pm, uint64_t phys_offset, const char *name)
{
	int rc = pm->records->withdraw(pm->records, phys_offset);

	if (unheard(rc)) {
		move_start_over(pm);
	} else if (rc) {
		log_error("record of %s can't be withdrawn: %s", name, strerror(-rc));
		counters_add(COUNTER_errors_record, 1);
	} else {
		counters_add(COUNTER_records_withdrawn, 1);
	}
	return rc;
}

static int withdraw(struct xenphysmap *pm, const struct block *b, uint64_t off)
{
	return move_withdraw(pm, (b->home + off) << PAGE_SHIFT, b->name);
}

void move_forget(struct xenphysmap *pm, struct block *b)
{
	for (unsigned int i = 0; pm->records && i < b->nr_published; i++)
		withdraw(pm, b, b->published[i].off);
	blocks_del(&pm->blocks, b);
}

void move_pin(struct xenphysmap *pm, struct block *b)
{
	int rc;

	if (b->pin != GFN_NONE && b->pin != block_place(b)) {
		rc = relocate_pin(&pm->relocate, b->pin, b->nr, XEN_DOMCTL_DELETE_MEM_CACHEATTR);
		if (rc)
			log_warn("%s: old cache-attribute pin at 0x%" PRIx64 " stays: %s", b->name,
				 b->pin, strerror(-rc));
		b->pin = GFN_NONE;
	}
	if (b->pin != GFN_NONE || !block_at_bar(b))
		return;
	rc = relocate_pin(&pm->relocate, b->bar, b->nr, b->pin_type);
	if (rc)
		log_warn("%s: no cache-attribute pin at 0x%" PRIx64 ": %s", b->name, b->bar,
			 strerror(-rc));
	else
		b->pin = b->bar;
}

static bool has_run_at(const struct run *run, unsigned int nr, uint64_t off)
{
	for (unsigned int i = 0; i < nr; i++)
		if (run[i].off == off)
			return true;
	return false;
}

static int publish_run(struct xenphysmap *pm, const struct block *b, const struct run *r)
{
	struct record rec = {
		.phys_offset = (b->home + r->off) << PAGE_SHIFT,
		.start_addr = r->gfn << PAGE_SHIFT,
		.size = r->nr << PAGE_SHIFT,
	};
	int rc;

	memcpy(rec.name, b->name, sizeof(rec.name));
	rc = pm->records->publish(pm->records, &rec);
	PROBE(publish, (const char *)b->name, b->home + r->off, r->gfn, r->nr, rc);
	if (!rc)
		counters_add(COUNTER_records_published, 1);
	return rc;
}

static void not_published(struct xenphysmap *pm, const struct block *b, int rc)
{
	pm->pending = true;
	if (rc == -ECONNRESET) {
		move_start_over(pm);
	} else if (rc != -EAGAIN && !pm->complained) {
		log_error("record of %s can't be published: %s", b->name, strerror(-rc));
		counters_add(COUNTER_errors_record, 1);
		pm->complained = true;
	}
}

void move_publish(struct xenphysmap *pm, struct block *b)
{
	size_t size = b->nr_runs * sizeof(*b->run);
	int rc;

	/* all of them will be, in a moment */
	if (!pm->records || pm->anew ||
	    (b->nr_published == b->nr_runs && !memcmp(b->published, b->run, size)))
		return;
	for (unsigned int i = 0; i < b->nr_runs; i++) {
		rc = publish_run(pm, b, &b->run[i]);
		if (!rc)
			continue;
		not_published(pm, b, rc);
		/* nobody would remember to withdraw the pieces before it */
		if (i)
			move_start_over(pm);
		return;
	}
	pm->complained = false;
	for (unsigned int i = 0; i < b->nr_published; i++) {
		if (has_run_at(b->run, b->nr_runs, b->published[i].off))
			continue;
		rc = withdraw(pm, b, b->published[i].off);
		if (rc) {
			pm->pending = true;
			return;
		}
	}
	memcpy(b->published, b->run, size);
	b->nr_published = b->nr_runs;
}

/*
 * No record in xenstore is known to be true: away with them.  But not before
 * they have been read, for a guest that is being restored.
 */
static int make_anew(struct xenphysmap *pm)
{
	int rc = pm->loaded ? pm->records->clear(pm->records) : 0;

	if (unheard(rc)) {
		pm->pending = true;
		return rc;
	}
	if (rc)
		log_error("records that aren't true can't be withdrawn: %s", strerror(-rc));
	for (size_t i = 0; i < pm->blocks.nr; i++)
		pm->blocks.sorted[i]->nr_published = 0;
	pm->anew = false;
	return 0;
}

void move_publish_all(struct xenphysmap *pm)
{
	if (!pm->pending)
		return;
	pm->pending = false;
	if (!pm->records || (pm->anew && make_anew(pm)))
		return;
	for (size_t i = 0; i < pm->blocks.nr; i++)
		move_publish(pm, pm->blocks.sorted[i]);
}

/* The first may find the socket full, or its publisher dead and start another. */
#define BARRIER_TRIES	2

int move_barrier(struct xenphysmap *pm)
{
	int rc = 0;

	if (!pm->records)
		return 0;
	PROBE(barrier_begin, pm->domid);
	counters_add(COUNTER_barriers, 1);
	for (int i = 0; i < BARRIER_TRIES; i++) {
		move_publish_all(pm);
		rc = pm->records->barrier(pm->records);
		if (rc == -ECONNRESET)
			move_start_over(pm);
		else if (rc || !pm->pending)
			break;
	}
	if (!rc && pm->pending)
		rc = -ETIMEDOUT;
	if (rc)
		counters_add(COUNTER_errors_barrier, 1);
	PROBE(barrier_end, pm->domid, rc);
	return rc;
}
