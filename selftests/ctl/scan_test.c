// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Are a guest's pages found by asking for a few of its frames?  The p2m here is a
 * list of extents.  Whatever is aligned and as large as a block may be is found,
 * to the frame, and so is each page that a block lacks.
 */
#include <errno.h>
#include <string.h>

#include "gfn.h"
#include "ksft_harness.h"
#include "scan.h"

#define RAM_END	0x3000ULL
#define TOP	0x100000ULL

static struct extent p2m[16];
static size_t extents;
static unsigned int questions;
static int failure;

int frames_has(struct frames *frames, uint64_t gfn)
{
	(void)frames;
	questions++;
	for (size_t i = 0; i < extents; i++)
		if (frames_within(gfn, p2m[i].gfn, p2m[i].nr))
			return 1;
	return failure;
}

static void set_p2m(const struct extent *extent, size_t nr)
{
	memcpy(p2m, extent, nr * sizeof(*extent));
	extents = nr;
	questions = failure = 0;
}

static void expect_found(const struct guest *guest, uint64_t end)
{
	struct scan scan;

	ASSERT_EQ(0, scan_guest(&scan, NULL, guest, RAM_END, end));
	ASSERT_EQ(extents, scan.nr);
	for (size_t i = 0; i < extents; i++) {
		EXPECT_EQ(p2m[i].gfn, scan.extent[i].gfn) TH_LOG("extent %zu", i);
		EXPECT_EQ(p2m[i].nr, scan.extent[i].nr) TH_LOG("extent %zu", i);
	}
	scan_release(&scan);
}

static const struct guest no_blocks = { .nr_blocks = 0 };

TEST(a_guest)
{
	static const struct extent pages[] = {
		{ 0, 0xa0 }, { 0xc0, RAM_END - 0xc0 }, { 0x4000, 16 }, { 0xe0000, 0x1000 },
		{ 0xfc001, 30 }, { 0xfeff0, 16 }, { TOP, 0x5000 },
	};

	set_p2m(pages, 7);
	expect_found(&no_blocks, TOP + 0x5000);
	EXPECT_GT(30000, questions);
}

TEST(nothing_and_all)
{
	static const struct extent all = { 0, TOP + 512 };

	set_p2m(&all, 0);
	expect_found(&no_blocks, TOP);
	set_p2m(&all, 1);
	expect_found(&no_blocks, TOP + 512);
}

/* Single pages that a block lacks, at its ends and within. */
TEST(holes_in_a_block)
{
	static struct guest_block block = { .home = 0x3000, .place = 0xe0010, .nr = 0x1000 };
	static const struct guest guest = { .block = &block, .nr_blocks = 1 };
	static const struct extent pages[] = {
		{ 0, RAM_END }, { 0xe0011, 8 }, { 0xe001a, 0xff5 },
	};

	set_p2m(pages, 3);
	expect_found(&guest, TOP);
}

TEST(fails)
{
	static const struct extent ram = { 0, RAM_END };
	struct scan scan;

	set_p2m(&ram, 1);
	failure = -ESRCH;
	EXPECT_EQ(-ESRCH, scan_guest(&scan, NULL, &no_blocks, RAM_END, TOP));
	scan_release(&scan);
}

TEST_HARNESS_MAIN
