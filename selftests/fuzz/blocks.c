// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Any operations on the table of blocks, beside a model that is too simple to
 * be wrong: two arrays, of whose home each frame is, and where its page is.
 */
#include <errno.h>

#include "blocks.h"
#include "fuzz.h"
#include "ksft_harness.h"

#define HOMES	192
#define PLACES	256
#define OWNERS	8

static struct blocks table;
static struct block *block[OWNERS];
static int owner[HOMES];		/* index of block, or -1 */
static uint64_t page[HOMES];
static uint64_t seen[OWNERS];		/* bit by bit */

static bool taken(uint64_t gfn, uint64_t nr, const struct block *except, uint64_t off,
		  uint64_t moving)
{
	for (uint64_t i = 0; i < HOMES; i++) {
		bool moves = owner[i] >= 0 && block[owner[i]] == except &&
			     i - except->home >= off && i - except->home < off + moving;

		if (owner[i] >= 0 && !moves && page[i] >= gfn && page[i] < gfn + nr)
			return true;
	}
	return false;
}

static bool home_taken(uint64_t home, uint64_t nr)
{
	for (uint64_t i = home; i < home + nr && i < HOMES; i++)
		if (owner[i] >= 0)
			return true;
	return false;
}

static void own(int o, uint64_t home, uint64_t nr, uint64_t place)
{
	for (uint64_t i = 0; i < nr; i++) {
		owner[home + i] = o;
		page[home + i] = place + i;
	}
}

static unsigned int runs_of(const struct block *b)
{
	unsigned int runs = 1;

	for (uint64_t i = 1; i < b->nr; i++)
		runs += page[b->home + i] != page[b->home + i - 1] + 1;
	return runs;
}

static void add(struct bytes *b, int o)
{
	uint64_t home = bytes_below(b, HOMES), nr = bytes_below(b, 32);
	uint64_t place = bytes_below(b, PLACES);
	int rc;

	if (home + nr > HOMES)
		nr = HOMES - home;
	rc = blocks_add(&table, home, nr, place, NULL, &block[o]);
	ASSERT_EQ(!nr ? -EINVAL : home_taken(home, nr) ? -EEXIST :
		  taken(place, nr, NULL, 0, 0) ? -EBUSY : 0, rc);
	if (rc)
		return;
	own(o, home, nr, place);
	seen[o] = 0;
}

static void extend(struct bytes *b, int o)
{
	uint64_t end = block[o]->home + block[o]->nr, nr = bytes_below(b, 16);
	uint64_t place = bytes_below(b, PLACES);
	int rc;

	if (end + nr > HOMES)
		nr = HOMES - end;
	rc = blocks_extend(&table, block[o], nr, place);
	if (rc == -E2BIG) {
		ASSERT_EQ(BLOCK_RUNS_MAX, runs_of(block[o]));
		return;
	}
	ASSERT_EQ(!nr ? -EINVAL : home_taken(end, nr) ? -EEXIST :
		  taken(place, nr, NULL, 0, 0) ? -EBUSY : 0, rc);
	if (!rc)
		own(o, end, nr, place);
}

/* Only what a move can do: not onto pages that stay. */
static void put(struct bytes *b, int o)
{
	uint64_t off = bytes_below(b, block[o]->nr), nr = bytes_below(b, 33);
	uint64_t gfn = bytes_below(b, PLACES), before[HOMES];
	int rc;

	if (nr > block[o]->nr - off)
		nr = block[o]->nr - off;
	if (taken(gfn, nr, block[o], off, nr))
		return;
	memcpy(before, page, sizeof(before));
	rc = blocks_put(&table, block[o], off, nr, gfn);
	own(o, block[o]->home + off, nr, gfn);
	ASSERT_EQ(runs_of(block[o]) > BLOCK_RUNS_MAX ? -E2BIG : 0, rc);
	if (rc)
		memcpy(page, before, sizeof(page));
}

static void del(int o)
{
	for (uint64_t i = 0; i < HOMES; i++)
		if (owner[i] == o)
			owner[i] = -1;
	blocks_del(&table, block[o]);
	block[o] = NULL;
}

static void see(struct bytes *b, int o)
{
	uint64_t bar = bytes_below(b, 64);

	if (bytes_below(b, 2)) {
		ASSERT_EQ(0, block_see(block[o], bar));
		seen[o] |= UINT64_C(1) << bar;
	} else {
		block_unsee(block[o], bar);
		seen[o] &= ~(UINT64_C(1) << bar);
	}
	for (bar = 0; bar < 64; bar++)
		ASSERT_EQ(seen[o] >> bar & 1, block_seen(block[o], bar));
}

static void look(struct bytes *b)
{
	uint64_t gfn = bytes_below(b, PLACES), nr = 1 + bytes_below(b, 32);
	const struct block *found = blocks_in_place(&table, gfn, nr, NULL);

	ASSERT_EQ(taken(gfn, nr, NULL, 0, 0), !!found);
	for (uint64_t i = 0; i < HOMES; i++) {
		ASSERT_EQ(owner[i] < 0 ? i : page[i], blocks_translate(&table, i));
		ASSERT_EQ(owner[i] < 0 ? NULL : block[owner[i]], blocks_at_home(&table, i));
	}
	for (int o = 0; o < OWNERS; o++)
		if (block[o])
			ASSERT_EQ(runs_of(block[o]), block[o]->nr_runs);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };

	table.away_start = GFN_NONE;
	memset(owner, -1, sizeof(owner));
	memset(block, 0, sizeof(block));
	while (b.left && !ksft_harness.shared->failed) {
		int o = bytes_below(&b, OWNERS), op = bytes_below(&b, 8);

		if (!block[o])
			add(&b, o);
		else if (op == 0)
			del(o);
		else if (op == 1)
			extend(&b, o);
		else if (op == 2)
			see(&b, o);
		else
			put(&b, o);
		look(&b);
	}
	blocks_clear(&table);
}
