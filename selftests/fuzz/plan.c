// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Plans of moves, carried out on an array of frames as the least careful Xen
 * would, in steps of any size, failing at any page, and undone.  Every page is
 * moved exactly once, or back; none is ever put on top of another.
 */
#include "fuzz.h"
#include "ksft_harness.h"
#include "plan.h"

#define NR_MAX		96
#define FAR		128
#define SRC		(FAR + 8)
#define FRAMES		(SRC + NR_MAX + FAR + 8)
#define PARTS_MAX	(NR_MAX + 1)

static uint8_t page[FRAMES];	/* 0: none */
static uint8_t moves[NR_MAX];
static uint64_t budget;		/* pages until the hypercall fails */

/* Frames that a plan moved, step by step. */
static struct step part[PARTS_MAX];
static unsigned int nr_parts;

/* Upwards, whatever they are; how many of them it got done. */
static uint64_t xen_moves(uint64_t src, uint64_t dst, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		if (!budget)
			return i;
		budget--;
		ASSERT_LT(src + i, FRAMES);
		ASSERT_LT(dst + i, FRAMES);
		ASSERT_NE(0, page[src + i])
			TH_LOG("nothing at %ju", (uintmax_t)(src + i));
		ASSERT_EQ(0, page[dst + i])
			TH_LOG("page %u is freed", page[dst + i]);
		page[dst + i] = page[src + i];
		page[src + i] = 0;
		moves[page[dst + i] - 1]++;
	}
	return nr;
}

static bool carry_out(uint64_t src, uint64_t dst, uint64_t nr, uint64_t chunk)
{
	struct plan plan;
	struct step s;

	nr_parts = 0;
	plan_start(&plan, src, dst, nr);
	/* smaller steps than Xen allows are as good */
	if (plan.step > chunk)
		plan.step = chunk;
	while (plan_next(&plan, &s)) {
		ASSERT_TRUE(s.nr && s.nr <= chunk && s.nr <= PLAN_STEP_MAX && s.off + s.nr <= nr);
		ASSERT_LT(nr_parts, PARTS_MAX);
		part[nr_parts++] = s;
		part[nr_parts - 1].nr = xen_moves(src + s.off, dst + s.off, s.nr);
		if (part[nr_parts - 1].nr < s.nr)
			return false;
	}
	return true;
}

/* The last that moved is the first to go back, and nothing is in its way. */
static void undo(uint64_t src, uint64_t dst, uint64_t chunk)
{
	static struct step done[PARTS_MAX];
	unsigned int nr = nr_parts;

	memcpy(done, part, sizeof(done));
	budget = UINT64_MAX;
	while (nr--)
		if (done[nr].nr)
			ASSERT_TRUE(carry_out(dst + done[nr].off, src + done[nr].off,
					      done[nr].nr, chunk));
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	uint64_t nr = 1 + bytes_below(&b, NR_MAX), distance = 1 + bytes_below(&b, FAR);
	uint64_t src = SRC, dst = bytes_below(&b, 2) ? src + distance : src - distance;
	uint64_t chunk = 1 + bytes_below(&b, NR_MAX), at;
	bool done;

	memset(page, 0, sizeof(page));
	memset(moves, 0, sizeof(moves));
	for (uint64_t i = 0; i < nr; i++)
		page[src + i] = i + 1;
	budget = b.left ? bytes_below(&b, NR_MAX + 1) : UINT64_MAX;
	done = carry_out(src, dst, nr, chunk);
	if (!done)
		undo(src, dst, chunk);
	at = done ? dst : src;
	for (uint64_t i = 0; i < nr; i++) {
		ASSERT_EQ(i + 1, page[at + i]);
		ASSERT_EQ(done ? 1 : moves[i] & 2, moves[i]);
	}
}
