// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the table of blocks know where every page is?  Beside tables of single
 * cases, random operations are made on the table and on a model of it that is
 * too simple to be wrong: one array that says for each frame whose home it is
 * and where its page is.  A failure here means that QEMU is shown the wrong
 * memory, or that a move is planned onto pages of another block.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "ksft_harness.h"

/* ---- what is always true of a table ---- */

static void expect_runs_sound(const struct block *b)
{
	uint64_t off = 0;

	ASSERT_LT(0, b->nr_runs);
	ASSERT_LE(b->nr_runs, BLOCK_RUNS_MAX);
	for (unsigned int r = 0; r < b->nr_runs; r++) {
		ASSERT_EQ(off, b->run[r].off);
		ASSERT_LT(0, b->run[r].nr);
		if (r)
			ASSERT_NE(b->run[r - 1].gfn + b->run[r - 1].nr, b->run[r].gfn)
				TH_LOG("runs %u and %u are one", r - 1, r);
		off += b->run[r].nr;
	}
	ASSERT_EQ(b->nr, off);
}

static void expect_sound(const struct blocks *table)
{
	uint64_t from = GFN_NONE, to = 0, end = 0;

	for (size_t i = 0; i < table->nr; i++) {
		const struct block *b = table->sorted[i];

		expect_runs_sound(b);
		ASSERT_LE(end, b->home);
		end = b->home + b->nr;
		if (b->nr_runs == 1 && b->run[0].gfn == b->home)
			continue;
		if (from == GFN_NONE)
			from = b->home;
		to = end;
	}
	/* as tight as can be, or maps that aren't about blocks become slow */
	if (from == GFN_NONE) {
		ASSERT_LE(table->away_end, table->away_start);
	} else {
		ASSERT_EQ(from, table->away_start);
		ASSERT_EQ(to, table->away_end);
	}
}

/* ---- single cases ---- */

FIXTURE(blocks) {
	struct blocks table;
	struct block *b;
};
FIXTURE_SETUP(blocks)
{
	self->table.away_start = GFN_NONE;
}
FIXTURE_TEARDOWN(blocks)
{
	blocks_clear(&self->table);
	EXPECT_EQ(0, self->table.nr);
}

static struct block *add(struct blocks *table, uint64_t home, uint64_t nr, uint64_t place)
{
	struct block *b = NULL;

	ASSERT_EQ(0, blocks_add(table, home, nr, place, "vga.vram", &b));
	expect_sound(table);
	return b;
}

static void put(struct blocks *table, struct block *b, uint64_t off, uint64_t nr, uint64_t gfn)
{
	ASSERT_EQ(0, blocks_put(table, b, off, nr, gfn));
	expect_sound(table);
}

static void extend(struct blocks *table, struct block *b, uint64_t nr, uint64_t place)
{
	ASSERT_EQ(0, blocks_extend(table, b, nr, place));
	expect_sound(table);
}

TEST_F(blocks, empty)
{
	EXPECT_EQ(0x1234, blocks_translate(&self->table, 0x1234));
	EXPECT_EQ(0, blocks_translate(&self->table, 0));
	EXPECT_NULL(blocks_at_home(&self->table, 0));
	EXPECT_NULL(blocks_in_place(&self->table, 0, GFN_MAX, NULL));
	blocks_del(&self->table, NULL);
}

TEST_F(blocks, new_block)
{
	struct block *b = add(&self->table, 0x8000, 0x1000, 0xf0000);

	EXPECT_EQ(0x8000, b->home);
	EXPECT_EQ(0x1000, b->nr);
	EXPECT_STREQ("vga.vram", b->name);
	EXPECT_EQ(0xf0000, block_place(b));
	EXPECT_EQ(GFN_NONE, b->bar);
	EXPECT_EQ(GFN_NONE, b->pin);
	EXPECT_EQ(BLOCK_PIN_WB, b->pin_type);
	EXPECT_EQ(0, b->nr_seen);
	EXPECT_EQ(0, b->nr_published);
	EXPECT_FALSE(b->claimed);
	EXPECT_FALSE(block_at_bar(b));
	b->bar = 0xf1000;
	EXPECT_FALSE(block_at_bar(b));
	b->bar = 0xf0000;
	EXPECT_TRUE(block_at_bar(b));
}

TEST_F(blocks, edges)
{
	struct block *b = add(&self->table, 0x8000, 0x1000, 0xf0000);

	EXPECT_EQ(0x7fff, blocks_translate(&self->table, 0x7fff));
	EXPECT_EQ(0xf0000, blocks_translate(&self->table, 0x8000));
	EXPECT_EQ(0xf0fff, blocks_translate(&self->table, 0x8fff));
	EXPECT_EQ(0x9000, blocks_translate(&self->table, 0x9000));
	EXPECT_EQ(0xf0000, blocks_translate(&self->table, 0xf0000));
	EXPECT_NULL(blocks_at_home(&self->table, 0x7fff));
	EXPECT_EQ(b, blocks_at_home(&self->table, 0x8000));
	EXPECT_EQ(b, blocks_at_home(&self->table, 0x8fff));
	EXPECT_NULL(blocks_at_home(&self->table, 0x9000));
	EXPECT_NULL(blocks_in_place(&self->table, 0xef000, 0x1000, NULL));
	EXPECT_EQ(b, blocks_in_place(&self->table, 0xef000, 0x1001, NULL));
	EXPECT_EQ(b, blocks_in_place(&self->table, 0xf0fff, 1, NULL));
	EXPECT_NULL(blocks_in_place(&self->table, 0xf1000, 1, NULL));
	EXPECT_NULL(blocks_in_place(&self->table, 0xf0000, 0x1000, b));
	EXPECT_NULL(blocks_in_place(&self->table, 0x8000, 0x1000, NULL));
}

/* 63 characters, and the NUL */
#define LONGEST	"012345678901234567890123456789012345678901234567890123456789012"

TEST_F(blocks, names)
{
	ASSERT_EQ(0, blocks_add(&self->table, 0x8000, 1, 0x8000, NULL, &self->b));
	EXPECT_STREQ("ram@8000000", self->b->name);
	ASSERT_EQ(0, blocks_add(&self->table, GFN_MAX - 1, 1, 0xf0000, NULL, &self->b));
	EXPECT_STREQ("ram@ffffffffff000", self->b->name);
	ASSERT_EQ(0, blocks_add(&self->table, 0, 1, 0, LONGEST, &self->b));
	EXPECT_STREQ(LONGEST, self->b->name);
	EXPECT_EQ(-EINVAL, blocks_add(&self->table, 1, 1, 1, LONGEST "3", &self->b));
	EXPECT_EQ(3, self->table.nr);
}

TEST_F(blocks, add_refuses)
{
	static const struct {
		int rc;
		uint64_t home, nr, place;
	} row[] = {
		/* no frames that a guest could have */
		{ -EINVAL, 0x1000, 0, 0x1000 },
		{ -EINVAL, GFN_MAX, 1, 0x1000 },
		{ -EINVAL, 0x1000, 1, GFN_MAX },
		{ -EINVAL, GFN_MAX - 1, 2, 0x1000 },
		{ -EINVAL, 0x1000, 2, GFN_MAX - 1 },
		{ -EINVAL, 0x1000, UINT64_MAX, 0x1000 },
		{ -EINVAL, 0x1000, -UINT64_C(0x1000), 0x1000 },
		{ -EINVAL, UINT64_MAX, 1, 0x1000 },
		{ -EINVAL, 0x1000, 1, GFN_NONE },
		/* another block's home */
		{ -EEXIST, 0x8000, 0x1000, 0x100000 },
		{ -EEXIST, 0x8fff, 1, 0x100000 },
		{ -EEXIST, 0x8fff, 0x1000, 0x100000 },
		{ -EEXIST, 0x7fff, 2, 0x100000 },
		{ -EEXIST, 0x7000, 0x3000, 0x100000 },
		{ -EEXIST, 0x7000, 0x10000, 0x100000 },
		{ -EEXIST, 0x800, 0x7801, 0x100000 },
		/* another block's pages */
		{ -EBUSY, 0x9000, 1, 0xf0000 },
		{ -EBUSY, 0x9000, 0x1000, 0xef001 },
		{ -EBUSY, 0x9000, 0x1000, 0xf0fff },
		{ -EBUSY, 0x9000, 0x3000, 0xef000 },
		{ -EBUSY, 0x9000, 1, 0xf8000 },
	};
	struct block *b = add(&self->table, 0x8000, 0x1000, 0xf0000);

	add(&self->table, 0x20000, 0x1000, 0xf8000);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		EXPECT_EQ(row[i].rc, blocks_add(&self->table, row[i].home, row[i].nr,
						row[i].place, NULL, &self->b))
			TH_LOG("row %zu", i);
	EXPECT_EQ(2, self->table.nr);
	EXPECT_NULL(self->b);
	expect_sound(&self->table);
	/* where home touches, where the place touches, and on an empty home */
	add(&self->table, 0x9000, 0x1000, 0xf1000);
	add(&self->table, 0x7000, 0x1000, 0xef000);
	add(&self->table, 0x1000, 0x1000, 0x8000);
	EXPECT_EQ(b, blocks_at_home(&self->table, 0x8000));
}

TEST_F(blocks, at_the_last_frame)
{
	struct block *b = add(&self->table, GFN_MAX - 2, 1, GFN_MAX - 1);

	EXPECT_EQ(GFN_MAX - 1, blocks_translate(&self->table, GFN_MAX - 2));
	EXPECT_EQ(-EBUSY, blocks_extend(&self->table, b, 1, GFN_MAX - 1));
	EXPECT_EQ(-EINVAL, blocks_extend(&self->table, b, 2, 0x1000));
	extend(&self->table, b, 1, 0x1000);
	EXPECT_EQ(0x1000, blocks_translate(&self->table, GFN_MAX - 1));
	EXPECT_EQ(-EINVAL, blocks_extend(&self->table, b, 1, 0x2000));
}

TEST_F(blocks, split_and_join)
{
	struct block *b = add(&self->table, 0x8000, 0x1000, 0x8000);

	put(&self->table, b, 0x400, 0x200, 0xf0400);
	EXPECT_EQ(3, b->nr_runs);
	EXPECT_EQ(GFN_NONE, block_place(b));
	EXPECT_FALSE(block_at_bar(b));
	EXPECT_EQ(0x83ff, blocks_translate(&self->table, 0x83ff));
	EXPECT_EQ(0xf0400, blocks_translate(&self->table, 0x8400));
	EXPECT_EQ(0xf05ff, blocks_translate(&self->table, 0x85ff));
	EXPECT_EQ(0x8600, blocks_translate(&self->table, 0x8600));
	EXPECT_EQ(b, blocks_in_place(&self->table, 0xf0000, 0x401, NULL));
	EXPECT_NULL(blocks_in_place(&self->table, 0x8400, 0x200, NULL));
	/* the head follows, then the tail: one piece, elsewhere */
	put(&self->table, b, 0, 0x400, 0xf0000);
	EXPECT_EQ(2, b->nr_runs);
	put(&self->table, b, 0x600, 0xa00, 0xf0600);
	EXPECT_EQ(0xf0000, block_place(b));
	/* and back at once */
	put(&self->table, b, 0, 0x1000, 0x8000);
	EXPECT_EQ(0x8000, block_place(b));
	EXPECT_LE(self->table.away_end, self->table.away_start);
	put(&self->table, b, 7, 0, 0xf0000);
	EXPECT_EQ(0x8000, block_place(b));
}

/* Over several runs at once, and a part of a run that stays where it is. */
TEST_F(blocks, put_over_runs)
{
	struct block *b = add(&self->table, 0, 100, 1000);

	put(&self->table, b, 10, 10, 2000);
	put(&self->table, b, 30, 10, 3000);
	put(&self->table, b, 50, 10, 4000);
	EXPECT_EQ(7, b->nr_runs);
	put(&self->table, b, 15, 40, 5000);
	EXPECT_EQ(5, b->nr_runs);
	EXPECT_EQ(2004, blocks_translate(&self->table, 14));
	EXPECT_EQ(5000, blocks_translate(&self->table, 15));
	EXPECT_EQ(5039, blocks_translate(&self->table, 54));
	EXPECT_EQ(4005, blocks_translate(&self->table, 55));
	EXPECT_EQ(1060, blocks_translate(&self->table, 60));
	put(&self->table, b, 20, 10, 5005);
	EXPECT_EQ(5, b->nr_runs);
}

static void shatter(struct blocks *table, struct block *b, unsigned int runs)
{
	for (unsigned int r = 1; r < runs; r++)
		put(table, b, 10 * r, b->nr - 10 * r, 1000 * r);
	ASSERT_EQ(runs, b->nr_runs);
}

TEST_F(blocks, too_many_pieces)
{
	struct block *b = add(&self->table, 0x8000, 1000, 0x8000), before;

	shatter(&self->table, b, BLOCK_RUNS_MAX - 1);
	before = *b;
	EXPECT_EQ(-E2BIG, blocks_put(&self->table, b, 3, 3, 0xf0000));
	EXPECT_MEMEQ(&before, b, sizeof(before));
	shatter(&self->table, b, BLOCK_RUNS_MAX);
	before = *b;
	EXPECT_EQ(-E2BIG, blocks_put(&self->table, b, 3, 3, 0xf0000));
	EXPECT_EQ(-E2BIG, blocks_put(&self->table, b, 0, 3, 0xf0000));
	EXPECT_EQ(-E2BIG, blocks_extend(&self->table, b, 1, 0xf0000));
	EXPECT_MEMEQ(&before, b, sizeof(before));
	/* what needs no further piece is possible still */
	put(&self->table, b, 0, 10, 0xf0000);
	put(&self->table, b, 0, 1000, 0xf0000);
	EXPECT_EQ(0xf0000, block_place(b));
}

/* move.c reserves that many, and then takes no error into account. */
TEST_F(blocks, reserved_pieces_suffice)
{
	struct block *b = add(&self->table, 0x8000, 1000, 0x8000);

	shatter(&self->table, b, BLOCK_RUNS_MAX - BLOCK_RUNS_FAIL);
	put(&self->table, b, 3, 3, 0xf0000);
	EXPECT_LE(b->nr_runs, BLOCK_RUNS_MAX - 1);
}

TEST_F(blocks, extend_goes_on)
{
	struct block *b = add(&self->table, 0x8000, 16, 0xf0000);

	extend(&self->table, b, 16, 0xf0010);
	EXPECT_EQ(1, b->nr_runs);
	EXPECT_EQ(0xf001f, blocks_translate(&self->table, 0x801f));
	extend(&self->table, b, 1, 0x8020);
	EXPECT_EQ(2, b->nr_runs);
	EXPECT_EQ(33, b->nr);
	EXPECT_EQ(0x8020, blocks_translate(&self->table, 0x8020));
	EXPECT_EQ(b, blocks_at_home(&self->table, 0x8020));
}

TEST_F(blocks, extend_refuses)
{
	struct block *b = add(&self->table, 0x8000, 16, 0xf0000);

	add(&self->table, 0x8020, 16, 0xf8000);
	EXPECT_EQ(-EINVAL, blocks_extend(&self->table, b, 0, 0xf0010));
	EXPECT_EQ(-EINVAL, blocks_extend(&self->table, b, 1, GFN_NONE));
	EXPECT_EQ(-EINVAL, blocks_extend(&self->table, b, UINT64_MAX, 0xf0010));
	EXPECT_EQ(-EBUSY, blocks_extend(&self->table, b, 1, 0xf8000));
	EXPECT_EQ(-EBUSY, blocks_extend(&self->table, b, 1, 0xf0000));
	EXPECT_EQ(-EEXIST, blocks_extend(&self->table, b, 17, 0xf0010));
	EXPECT_EQ(-EEXIST, blocks_extend(&self->table, b, 0x1000, 0xf0010));
	EXPECT_EQ(16, b->nr);
	extend(&self->table, b, 16, 0xf0010);
	EXPECT_EQ(-EEXIST, blocks_extend(&self->table, b, 1, 0xf0020));
	EXPECT_EQ(32, b->nr);
	expect_sound(&self->table);
}

TEST_F(blocks, seen)
{
	struct block *b = add(&self->table, 0x8000, 16, 0x8000);

	EXPECT_FALSE(block_seen(b, 0xf0000));
	block_unsee(b, 0xf0000);
	for (int twice = 0; twice < 2; twice++)
		for (uint64_t i = 0; i < 100; i++)
			ASSERT_EQ(0, block_see(b, 0xf0000 + i));
	EXPECT_EQ(100, b->nr_seen);
	for (uint64_t i = 0; i < 100; i += 2)
		block_unsee(b, 0xf0000 + i);
	EXPECT_EQ(50, b->nr_seen);
	for (uint64_t i = 0; i < 100; i++)
		EXPECT_EQ(i % 2, block_seen(b, 0xf0000 + i));
}

TEST_F(blocks, del)
{
	struct block *low = add(&self->table, 0x1000, 16, 0xf0000);
	struct block *high = add(&self->table, 0x3000, 16, 0xf2000);
	struct block *mid = add(&self->table, 0x2000, 16, 0xf1000);

	ASSERT_EQ(0, block_see(mid, 0xf1000));
	blocks_del(&self->table, mid);
	expect_sound(&self->table);
	EXPECT_EQ(0x2000, blocks_translate(&self->table, 0x2000));
	EXPECT_EQ(high, blocks_at_home(&self->table, 0x3000));
	blocks_del(&self->table, high);
	expect_sound(&self->table);
	EXPECT_EQ(0x1010, self->table.away_end);
	blocks_del(&self->table, low);
	expect_sound(&self->table);
	EXPECT_EQ(0, self->table.nr);
	add(&self->table, 0x2000, 16, 0xf1000);
}

/* The first by home, whatever the order of the places. */
TEST_F(blocks, in_place_order)
{
	struct block *low = add(&self->table, 0x1000, 16, 0xf2000);
	struct block *high = add(&self->table, 0x2000, 16, 0xf1000);

	EXPECT_EQ(low, blocks_in_place(&self->table, 0xf0000, 0x10000, NULL));
	EXPECT_EQ(high, blocks_in_place(&self->table, 0xf0000, 0x10000, low));
	EXPECT_EQ(high, blocks_in_place(&self->table, 0xf0000, 0x2000, NULL));
}

/* ---- ten thousand ---- */

#define MANY	10000

/* A number below MANY for each below MANY, in no order. */
static uint64_t shuffled(uint64_t i)
{
	return i * 7919 % MANY;
}

TEST_F_TIMEOUT(blocks, ten_thousand, 60)
{
	struct blocks *table = &self->table;

	for (uint64_t i = 0; i < MANY; i++)
		ASSERT_EQ(0, blocks_add(table, 0x100000 + 16 * shuffled(i), 16,
					0x800000 + 16 * i, NULL, &self->b));
	expect_sound(table);
	EXPECT_EQ(MANY, table->nr);
	for (uint64_t i = 0; i < MANY; i++)
		for (uint64_t at = 0; at < 16; at += 15)
			ASSERT_EQ(0x800000 + 16 * i + at,
				  blocks_translate(table, 0x100000 + 16 * shuffled(i) + at));
	for (uint64_t i = 1; i < MANY; i += 2)
		blocks_del(table, blocks_at_home(table, 0x100000 + 16 * shuffled(i)));
	expect_sound(table);
	EXPECT_EQ(MANY / 2, table->nr);
	for (uint64_t i = 0; i < MANY; i++) {
		uint64_t home = 0x100000 + 16 * shuffled(i);

		ASSERT_EQ(i % 2 ? home : 0x800000 + 16 * i, blocks_translate(table, home));
	}
}

/* ---- the model ---- */

#define WINDOW	512	/* frames that homes are in */
#define PLACES	1024	/* frames that places are in */
#define OWNERS	24	/* blocks at a time, and nobody */
#define ROUNDS	20000

enum operation { ADD, PUT, EXTEND, DEL, OPERATIONS };
enum outcome { DONE, HOME_TAKEN, PLACE_TAKEN, TOO_MANY, NOT_TRIED, OUTCOMES };

/**
 * struct model - the truth, frame by frame
 * @owner: whose home a frame is, 0 nobody's, else an index of @block
 * @page: where the page of a home's frame is
 * @block: the table's block for each owner
 */
struct model {
	unsigned int owner[WINDOW];
	uint64_t page[WINDOW];
	struct block *block[OWNERS];
};

FIXTURE(model) {
	struct blocks table;
	struct model model;
	uint64_t random;
	unsigned int count[OPERATIONS][OUTCOMES];
};
FIXTURE_SETUP(model)
{
	self->table.away_start = GFN_NONE;
	self->random = ksft_seed();
}
FIXTURE_TEARDOWN(model)
{
	blocks_clear(&self->table);
}

static uint64_t below(uint64_t *random, uint64_t limit)
{
	return ksft_random(random) % limit;
}

static bool home_taken(const struct model *m, uint64_t gfn, uint64_t nr)
{
	for (uint64_t i = gfn; i < gfn + nr && i < WINDOW; i++)
		if (m->owner[i])
			return true;
	return false;
}

/* Who but @except has a page in the range?  The first by home. */
static unsigned int place_taken(const struct model *m, uint64_t gfn, uint64_t nr,
				unsigned int except)
{
	for (uint64_t i = 0; i < WINDOW; i++)
		if (m->owner[i] && m->owner[i] != except && m->page[i] - gfn < nr)
			return m->owner[i];
	return 0;
}

static void model_set(struct model *m, unsigned int owner, uint64_t home, uint64_t nr,
		      uint64_t place)
{
	for (uint64_t i = 0; i < nr; i++) {
		m->owner[home + i] = owner;
		m->page[home + i] = place + i;
	}
}

/* How many pieces would the block be in? */
static unsigned int pieces(const struct model *m, unsigned int owner)
{
	unsigned int n = 0;

	for (uint64_t i = 0; i < WINDOW; i++)
		if (m->owner[i] == owner &&
		    (!i || m->owner[i - 1] != owner || m->page[i - 1] + 1 != m->page[i]))
			n++;
	return n;
}

static void expect_alike(const struct model *m, const struct blocks *table)
{
	size_t nr = 0;

	expect_sound(table);
	for (uint64_t i = 0; i < WINDOW; i++) {
		struct block *b = m->block[m->owner[i]];

		ASSERT_EQ(b, blocks_at_home(table, i));
		ASSERT_EQ(b ? m->page[i] : i, blocks_translate(table, i));
		if (b && b->home == i)
			nr++;
	}
	for (unsigned int o = 1; o < OWNERS; o++)
		if (m->block[o])
			ASSERT_EQ(pieces(m, o), m->block[o]->nr_runs);
	ASSERT_EQ(nr, table->nr);
}

static enum outcome outcome(int rc)
{
	switch (rc) {
	case 0:
		return DONE;
	case -EEXIST:
		return HOME_TAKEN;
	case -EBUSY:
		return PLACE_TAKEN;
	case -E2BIG:
		return TOO_MANY;
	}
	return NOT_TRIED;
}

static int random_add(struct model *m, struct blocks *table, uint64_t *random, unsigned int o)
{
	uint64_t nr = 1 + below(random, 32), home = below(random, WINDOW - nr);
	uint64_t place = below(random, 2) ? home : below(random, PLACES);
	int rc = home_taken(m, home, nr) ? -EEXIST :
		 place_taken(m, place, nr, 0) ? -EBUSY : 0;

	ASSERT_EQ(rc, blocks_add(table, home, nr, place, NULL, &m->block[o]));
	if (!rc)
		model_set(m, o, home, nr, place);
	return rc;
}

/* Mostly a few frames, or no block would ever be in many pieces. */
static int random_put(struct model *m, struct blocks *table, uint64_t *random, unsigned int o)
{
	struct block *b = m->block[o];
	uint64_t off = below(random, b->nr), left = b->nr - off;
	uint64_t nr = 1 + below(random, left > 3 && below(random, 8) ? 3 : left);
	uint64_t gfn = below(random, 4) ? below(random, PLACES) :
		       m->page[b->home + below(random, b->nr)] + 1;
	struct model after = *m;
	int rc;

	/* onto pages, its own too, is what a move never does */
	model_set(&after, 0, b->home + off, nr, 0);
	if (place_taken(&after, gfn, nr, 0))
		return -EAGAIN;
	model_set(&after, o, b->home + off, nr, gfn);
	rc = pieces(&after, o) > BLOCK_RUNS_MAX ? -E2BIG : 0;
	ASSERT_EQ(rc, blocks_put(table, b, off, nr, gfn));
	if (!rc)
		*m = after;
	return rc;
}

static int random_extend(struct model *m, struct blocks *table, uint64_t *random,
			 unsigned int o)
{
	struct block *b = m->block[o];
	uint64_t end = b->home + b->nr, nr = 1 + below(random, 8);
	uint64_t place = below(random, 2) ? m->page[end - 1] + 1 : below(random, PLACES);
	int rc = home_taken(m, end, nr) ? -EEXIST : place_taken(m, place, nr, 0) ? -EBUSY :
		 b->nr_runs == BLOCK_RUNS_MAX ? -E2BIG : 0;

	if (end + nr > WINDOW)
		return -EAGAIN;
	ASSERT_EQ(rc, blocks_extend(table, b, nr, place));
	if (!rc)
		model_set(m, o, end, nr, place);
	return rc;
}

static int del(struct model *m, struct blocks *table, unsigned int o)
{
	model_set(m, 0, m->block[o]->home, m->block[o]->nr, 0);
	blocks_del(table, m->block[o]);
	m->block[o] = NULL;
	return 0;
}

static void ask_in_place(struct model *m, struct blocks *table, uint64_t *random)
{
	uint64_t nr = 1 + below(random, 32), gfn = below(random, PLACES);
	unsigned int except = below(random, OWNERS);

	ASSERT_EQ(m->block[place_taken(m, gfn, nr, m->block[except] ? except : 0)],
		  blocks_in_place(table, gfn, nr, m->block[except]));
}

/* Has each operation had each outcome?  Else this has tried less than it says. */
static void expect_all_tried(unsigned int count[OPERATIONS][OUTCOMES])
{
	static const enum outcome last[OPERATIONS] = {
		[ADD] = PLACE_TAKEN, [PUT] = DONE, [EXTEND] = TOO_MANY, [DEL] = DONE,
	};

	for (enum operation op = 0; op < OPERATIONS; op++)
		for (enum outcome o = DONE; o <= last[op]; o++)
			EXPECT_LT(0, count[op][o])
				TH_LOG("operation %d, outcome %d", op, o);
	EXPECT_LT(0, count[PUT][TOO_MANY]);
}

TEST_F_TIMEOUT(model, random, 60)
{
	struct model *m = &self->model;
	uint64_t *random = &self->random, rounds = ksft_iterations(ROUNDS);

	for (uint64_t i = 0; i < rounds; i++) {
		unsigned int o = 1 + below(random, OWNERS - 1), what = below(random, 100);
		enum operation op = !m->block[o] ? ADD : what < 80 ? PUT : what < 98 ? EXTEND : DEL;
		int rc = op == ADD ? random_add(m, &self->table, random, o) :
			 op == PUT ? random_put(m, &self->table, random, o) :
			 op == EXTEND ? random_extend(m, &self->table, random, o) :
			 del(m, &self->table, o);

		self->count[op][outcome(rc)]++;
		expect_alike(m, &self->table);
		ask_in_place(m, &self->table, random);
	}
	if (rounds >= ROUNDS)
		expect_all_tried(self->count);
}

TEST_HARNESS_MAIN
