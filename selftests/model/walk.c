// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The invariants of the shim.  Knows the p2m, the engine's table, xenstore and
 * the pins, and compares each with each.  Allocates only where blocks are
 * learnt: allocations may be failing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fakexen/fakexen.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"
#include "walk.h"

#define OWNERS_MAX	16
#define STAMPS		97	/* a page in so many has something written in it */

/* Pages that came to be in the same place. */
struct owner {
	uint64_t home;
	uint64_t nr;
	uint64_t *page;
	bool may_go;
};

static struct owner owner[OWNERS_MAX];
static unsigned int nr_owners;
static uint64_t known, frames_seen;
static bool good;

#define WRONG(fmt, ...) \
	(good = ksft_fail(__FILE__, __LINE__, fmt, ##__VA_ARGS__))

static void stamp(const struct owner *o, uint64_t i)
{
	const uint64_t words[2] = { o->home + i, ~o->page[i] };

	fakexen_page_write(o->page[i], 0, words, sizeof(words));
}

static bool is_stamped(const struct owner *o, uint64_t i)
{
	uint64_t words[2];

	fakexen_page_read(o->page[i], 0, words, sizeof(words));
	return words[0] == o->home + i && words[1] == ~o->page[i];
}

static bool has_stamp(const struct owner *o, uint64_t i)
{
	return i % STAMPS == 0 || i == o->nr - 1;
}

static struct owner *new_owner(uint64_t home, uint64_t nr, bool may_go)
{
	struct owner *o = &owner[nr_owners++];

	if (nr_owners > OWNERS_MAX)
		abort();
	*o = (struct owner){ home, nr, calloc(nr, sizeof(*o->page)), may_go };
	if (!o->page)
		abort();
	known += nr;
	return o;
}

static void learn(struct owner *o, uint64_t place)
{
	for (uint64_t i = 0; i < o->nr; i++) {
		o->page[i] = fakexen_page_at(place + i);
		if (!o->page[i])
			abort();
		if (has_stamp(o, i))
			stamp(o, i);
	}
}

static void count(uint64_t gfn, uint64_t page, void *arg)
{
	uint64_t *run = arg;

	(void)page;
	if (run[1] && run[0] + run[1] != gfn) {
		learn(new_owner(run[0], run[1], false), run[0]);
		run[1] = 0;
	}
	if (!run[1]++)
		run[0] = gfn;
}

void walk_start(void)
{
	uint64_t run[2] = { 0, 0 };

	while (nr_owners)
		free(owner[--nr_owners].page);
	known = 0;
	fakexen_for_each_frame(count, run);
	if (run[1])
		learn(new_owner(run[0], run[1], false), run[0]);
}

void walk_add(uint64_t home, uint64_t nr)
{
	walk_add_at(home, home, nr);
}

void walk_add_at(uint64_t home, uint64_t place, uint64_t nr)
{
	learn(new_owner(home, nr, true), place);
}

static const struct owner *owner_of(uint64_t home)
{
	for (unsigned int i = 0; i < nr_owners; i++)
		if (owner[i].may_go && owner[i].home == home)
			return &owner[i];
	return NULL;
}

uint64_t walk_place(uint64_t home)
{
	const struct owner *o = owner_of(home);
	uint64_t place = fakexen_frame_of(o->page[0]);

	for (uint64_t i = 0; i < o->nr; i++)
		if (fakexen_frame_of(o->page[i]) != place + i)
			return FAKEXEN_NOWHERE;
	return place;
}

/* A page and the frame it says it is in agree. */
static void look_at_frame(uint64_t gfn, uint64_t page, void *arg)
{
	(void)arg;
	frames_seen++;
	if (fakexen_frame_of(page) != gfn)
		WRONG("page %" PRIu64 " in frame %#" PRIx64 ", says %#" PRIx64, page, gfn,
		      fakexen_frame_of(page));
}

/* Where the table has a page; where it is if the table doesn't know it. */
static uint64_t should_be(const struct owner *o, uint64_t i)
{
	const struct xenphysmap *pm = seam_engine();

	if (!o->may_go)
		return o->home + i;
	if (!pm || !blocks_at_home(&pm->blocks, o->home + i))
		return fakexen_frame_of(o->page[i]);
	return blocks_translate(&pm->blocks, o->home + i);
}

/* Every page is in the frame where the table has it, with its content. */
static uint64_t look_at_owner(const struct owner *o)
{
	uint64_t nowhere = 0, astray = 0;

	for (uint64_t i = 0; i < o->nr; i++) {
		uint64_t at = fakexen_frame_of(o->page[i]), should = should_be(o, i);

		if (has_stamp(o, i) && !is_stamped(o, i))
			WRONG("page %" PRIu64 " of %#" PRIx64 " as it was", i, o->home);
		if (at == FAKEXEN_NOWHERE)
			nowhere++;
		else if (at != should && !astray++)
			WRONG("page %" PRIu64 " of %#" PRIx64 " at %#" PRIx64 ", is at %#" PRIx64,
			      i, o->home, should, at);
	}
	if (astray > 1)
		WRONG("no page astray, seen %" PRIu64 " of %#" PRIx64, astray, o->home);
	return nowhere;
}

static void look_at_pages(unsigned int tolerated)
{
	uint64_t nowhere = 0;

	frames_seen = 0;
	fakexen_for_each_frame(look_at_frame, NULL);
	for (unsigned int i = 0; i < nr_owners; i++)
		nowhere += look_at_owner(&owner[i]);
	if (frames_seen + nowhere != known)
		WRONG("%" PRIu64 " pages of the guest's, found %" PRIu64, known - nowhere,
		      frames_seen);
	if (nowhere && !(tolerated & WALK_LOST))
		WRONG("no page in no frame, seen %" PRIu64, nowhere);
	if (nowhere && !seam_logged("Xen has lost a page"))
		WRONG("a word in the log about %" PRIu64 " lost pages", nowhere);
}

static const struct run *run_of(const struct record *rec, const struct block **block)
{
	const struct xenphysmap *pm = seam_engine();
	uint64_t home = rec->phys_offset >> PAGE_SHIFT;

	*block = blocks_at_home(&pm->blocks, home);
	for (unsigned int i = 0; *block && i < (*block)->nr_runs; i++)
		if ((*block)->home + (*block)->run[i].off == home)
			return &(*block)->run[i];
	return NULL;
}

/* A record that the shim didn't read is still one for libxl to carry. */
static bool is_true(const struct record *rec)
{
	uint64_t home = rec->phys_offset >> PAGE_SHIFT, nr = rec->size >> PAGE_SHIFT;

	for (unsigned int i = 0; i < nr_owners; i++) {
		const struct owner *o = &owner[i];

		if (!o->may_go || home < o->home || home + nr > o->home + o->nr)
			continue;
		for (uint64_t j = 0; j < nr; j++)
			if (fakexen_frame_of(o->page[home - o->home + j]) !=
			    (rec->start_addr >> PAGE_SHIFT) + j)
				return false;
		return true;
	}
	return false;
}

static void look_at_record(const struct record *rec, unsigned int tolerated)
{
	const struct block *b;
	const struct run *r = run_of(rec, &b);

	if (!b && is_true(rec))
		return;
	if (!r)
		WRONG("no record %" PRIx64 ", there is no such block", rec->phys_offset);
	else if (r->gfn != rec->start_addr >> PAGE_SHIFT || r->nr != rec->size >> PAGE_SHIFT ||
		 strcmp(b->name, rec->name))
		WRONG("record %" PRIx64 " true: says %" PRIx64 " at %" PRIx64 " (%s), is %" PRIx64
		      " at %" PRIx64 " (%s)", rec->phys_offset, rec->size, rec->start_addr,
		      rec->name, r->nr << PAGE_SHIFT, r->gfn << PAGE_SHIFT, b->name);
	else if (!(tolerated & WALK_LOST) &&
		 (!fakexen_page_at(r->gfn) || !fakexen_page_at(r->gfn + r->nr - 1)))
		WRONG("record %" PRIx64 " true: no pages at %" PRIx64, rec->phys_offset,
		      rec->start_addr);
}

static void look_at_records(unsigned int tolerated)
{
	const struct xenphysmap *pm = seam_engine();
	struct record rec[RECORDS_OF_MAX];
	unsigned int nr, incomplete, runs = 0;

	nr = records_of(pm->domid, rec, &incomplete);
	if (incomplete)
		WRONG("no record with a node missing, seen %u", incomplete);
	if ((tolerated & WALK_RECORDS) || !pm->records)
		return;
	for (unsigned int i = 0; i < nr; i++)
		look_at_record(&rec[i], tolerated);
	for (size_t i = 0; i < pm->blocks.nr; i++)
		runs += pm->blocks.sorted[i]->nr_runs;
	if (nr < runs)
		WRONG("%u records, seen %u", runs, nr);
}

static const struct block *block_pinned(uint64_t place, uint64_t nr)
{
	const struct xenphysmap *pm = seam_engine();

	for (size_t i = 0; i < pm->blocks.nr; i++) {
		const struct block *b = pm->blocks.sorted[i];

		if (b->nr == nr && block_place(b) == place)
			return b;
	}
	return NULL;
}

static void look_at_pins(unsigned int tolerated)
{
	const struct xenphysmap *pm = seam_engine();
	struct fakexen_pin pin[64];
	size_t nr = fakexen_pins(pin, 64), needed = 0;

	if (tolerated & WALK_PINS)
		return;
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		const struct block *b = pm->blocks.sorted[i];

		needed += block_at_bar(b) && follow_is_region(pm, b->bar, b->nr);
	}
	for (size_t i = 0; i < nr; i++)
		if (!block_pinned(pin[i].first, pin[i].last - pin[i].first + 1))
			WRONG("no pin at %#" PRIx64 ", where no block is", pin[i].first);
	if (nr < needed || nr > pm->blocks.nr)
		WRONG("%zu to %zu pins, seen %zu", needed, pm->blocks.nr, nr);
}

bool walk(unsigned int tolerated)
{
	good = true;
	look_at_pages(tolerated);
	if (seam_engine()) {
		look_at_records(tolerated);
		look_at_pins(tolerated);
	}
	return good;
}

bool walk_record_is(uint32_t domid, uint64_t home, uint64_t place, uint64_t nr, const char *name)
{
	struct record rec[RECORDS_OF_MAX];
	unsigned int incomplete, found = records_of(domid, rec, &incomplete);

	for (unsigned int i = 0; i < found; i++)
		if (rec[i].phys_offset == home << PAGE_SHIFT)
			return rec[i].start_addr == place << PAGE_SHIFT &&
			       rec[i].size == nr << PAGE_SHIFT && !strcmp(rec[i].name, name);
	return place == GFN_NONE;
}
