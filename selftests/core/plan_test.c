// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the order of a move lose no page?  Each plan is carried out on an array
 * of frames, in the way of the Xen releases that are least careful: upwards
 * within a hypercall, a page freed where another is put on top of it, the
 * count cut to 16 bits.  A failure here is guest memory lost on real Xen.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ksft_harness.h"
#include "plan.h"

#define FRAMES	(5 * PLAN_STEP_MAX)

/**
 * struct guest - a window of a guest's p2m
 * @base: its first gfn
 * @page: number of the page in each frame, 0 where there is none
 * @moved: how often the page of each offset was moved
 * @nr: pages
 * @until_preempted: pages that Xen moves before it looks up
 * @random: decides when that is
 */
struct guest {
	uint64_t base;
	uint32_t page[FRAMES];
	uint8_t moved[FRAMES];
	uint64_t nr;
	uint64_t until_preempted;
	uint64_t random;
};

static uint32_t *frame(struct guest *g, uint64_t gfn)
{
	ASSERT_LT(gfn - g->base, FRAMES);
	return &g->page[gfn - g->base];
}

/* Whoever looks while a hypercall is preempted finds every page, once. */
static void expect_all_there(const struct guest *g)
{
	uint64_t there = 0;

	for (size_t i = 0; i < FRAMES; i++)
		there += !!g->page[i];
	ASSERT_EQ(g->nr, there);
}

static void maybe_preempted(struct guest *g)
{
	if (g->until_preempted--)
		return;
	expect_all_there(g);
	g->until_preempted = ksft_random(&g->random) % (g->nr + 1);
}

/* XEN_DMOP_relocate_memory as of Xen 4.11 to 4.19. */
static void xen_relocates(struct guest *g, uint32_t nr, uint64_t src, uint64_t dst)
{
	for (uint16_t left = nr; left; left--, src++, dst++) {
		uint32_t *from = frame(g, src), *to = frame(g, dst);

		ASSERT_NE(0, *from)
			TH_LOG("nothing at %#jx: -EINVAL", (uintmax_t)src);
		ASSERT_EQ(0, *to)
			TH_LOG("page %u is overwritten and freed", *to);
		*to = *from;
		*from = 0;
		maybe_preempted(g);
	}
}

static void expect_sound(const struct guest *g, const struct step *step, uint64_t distance)
{
	ASSERT_LT(0, step->nr);
	ASSERT_LE(step->nr, PLAN_STEP_MAX);
	ASSERT_LE(step->nr, distance);
	ASSERT_LE(step->nr, g->nr);
	ASSERT_LE(step->off, g->nr - step->nr);
}

/* Plan and make one move; the number of steps it took. */
static uint64_t moves(struct guest *g, uint64_t src, uint64_t dst, uint64_t nr)
{
	uint64_t steps = 0, distance = dst > src ? dst - src : src - dst;
	struct plan plan;
	struct step step;

	memset(g->page, 0, sizeof(g->page));
	memset(g->moved, 0, sizeof(g->moved));
	g->nr = nr;
	g->until_preempted = nr / 2;
	g->base = (src < dst ? src : dst) - 1;
	for (uint64_t i = 0; i < nr; i++)
		*frame(g, src + i) = i + 1;

	for (plan_start(&plan, src, dst, nr); plan_next(&plan, &step); steps++) {
		expect_sound(g, &step, distance);
		xen_relocates(g, step.nr, src + step.off, dst + step.off);
		for (uint64_t i = 0; i < step.nr; i++)
			g->moved[step.off + i]++;
	}
	expect_all_there(g);
	for (uint64_t i = 0; i < nr; i++) {
		ASSERT_EQ(1, g->moved[i]);
		ASSERT_EQ(i + 1, *frame(g, dst + i));
	}
	return steps;
}

FIXTURE(plan) {
	struct guest guest;
};
FIXTURE_SETUP(plan) {}
FIXTURE_TEARDOWN(plan) {}

TEST_F(plan, table)
{
	static const struct {
		int64_t distance;
		uint64_t nr, steps;
	} row[] = {
		/* one page */
		{ 1, 1, 1 }, { -1, 1, 1 }, { 1000, 1, 1 },
		/* apart, touching or far: as few hypercalls as 16 bits allow */
		{ 4096, 4096, 1 }, { -4096, 4096, 1 }, { 100000, 4096, 1 },
		{ 65534, 65534, 1 }, { -65534, 65534, 1 },
		{ 65535, 65535, 1 }, { -65535, 65535, 1 },
		{ 65536, 65536, 2 }, { -65536, 65536, 2 },
		{ 131072, 131070, 2 }, { -131072, 131070, 2 },
		{ 131072, 131072, 3 }, { -131072, 131072, 3 },
		/* onto itself: no step longer than the distance */
		{ 1, 2, 2 }, { -1, 2, 2 }, { 1, 4096, 4096 }, { -1, 4096, 4096 },
		{ 1, 65536, 65536 }, { -1, 65536, 65536 },
		{ 4095, 4096, 2 }, { -4095, 4096, 2 },
		{ 2048, 4096, 2 }, { -2048, 4096, 2 },
		{ 2047, 4096, 3 }, { -2047, 4096, 3 },
		{ 65534, 65535, 2 }, { -65534, 65535, 2 },
		{ 65535, 65536, 2 }, { -65535, 65536, 2 },
		{ 131071, 131072, 3 }, { -131071, 131072, 3 },
		{ 65536, 131072, 3 }, { -65536, 131072, 3 },
	};
	const uint64_t src = 0xf0000;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t steps = moves(&self->guest, src, src + row[i].distance, row[i].nr);

		EXPECT_EQ(row[i].steps, steps)
			TH_LOG("row %zu", i);
	}
}

TEST_F(plan, every_small_one)
{
	const uint64_t src = 64;

	for (uint64_t nr = 1; nr <= 12; nr++)
		for (uint64_t dst = src - 14; dst <= src + 14; dst++)
			if (dst != src)
				moves(&self->guest, src, dst, nr);
}

TEST_F(plan, random)
{
	static const uint64_t limit[] = { 16, 1024, 65535, 2 * 65536 };
	uint64_t rounds = ksft_iterations(100);

	self->guest.random = ksft_seed();
	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t *r = &self->guest.random;
		uint64_t nr = 1 + ksft_random(r) % limit[ksft_random(r) % 4];
		uint64_t distance = 1 + ksft_random(r) % (nr + nr / 4 + 1);
		uint64_t src = (1 << 20) + ksft_random(r) % (UINT64_C(1) << 39);

		/* a thousand steps are as good as a million, and sooner done */
		if (distance < nr / 1000)
			distance += nr / 1000;
		moves(&self->guest, src, ksft_random(r) % 2 ? src + distance : src - distance, nr);
	}
}

TEST(no_step_after_the_last)
{
	struct plan plan;
	struct step step;

	plan_start(&plan, 0x1000, 0x2000, 10);
	ASSERT_TRUE(plan_next(&plan, &step));
	EXPECT_EQ(0, step.off);
	EXPECT_EQ(10, step.nr);
	step = (struct step){ 77, 88 };
	for (int i = 0; i < 3; i++)
		EXPECT_FALSE(plan_next(&plan, &step));
	EXPECT_EQ(77, step.off);
	EXPECT_EQ(88, step.nr);
}

TEST_HARNESS_MAIN
