// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A restored device model maps its video RAM twice.  The second map may be
 * left out only if the first is still there: a mistake here is a screen that
 * shows other memory than the guest's, for good.
 */
#include <sys/mman.h>

#include "guest.h"
#include "ksft_harness.h"

#define SIZE	(VRAM * 4096)

static void restore_at(uint64_t bar)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	if (bar != BAR_A)
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, bar));
	guest_migrate(true);
	EXPECT_FALSE(VGA->dummy);
}

/* How many maps it takes that the device model sees the guest's pages. */
static unsigned long maps_for_bar(uint64_t bar)
{
	unsigned long before = fakexen_calls("xenforeignmemory_map2");

	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
	before = fakexen_calls("xenforeignmemory_map2") - before;
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, bar));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
	return before;
}

TEST(made_once)
{
	restore_at(BAR_B);
	EXPECT_EQ(0, maps_for_bar(BAR_B));
}

/* QEMU from 10 on. */
TEST(unmapped_first)
{
	restore_at(BAR_B);
	ASSERT_EQ(0, munmap(VGA->map, SIZE));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

TEST(unmapped_in_part)
{
	restore_at(BAR_B);
	ASSERT_EQ(0, munmap(VGA->map + SIZE - 4096, 4096));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

TEST(hole_in_the_middle)
{
	restore_at(BAR_B);
	ASSERT_EQ(0, munmap(VGA->map + SIZE / 2, 4096));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

TEST(replaced_by_other_memory)
{
	restore_at(BAR_B);
	ASSERT_EQ(VGA->map, mmap(VGA->map, SIZE, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

/* As much of the same file, at the same address. */
TEST(replaced_by_another_map)
{
	xen_pfn_t ram[VRAM];
	int err[VRAM];

	restore_at(BAR_B);
	for (uint64_t i = 0; i < VRAM; i++)
		ram[i] = i;
	ASSERT_EQ(VGA->map, xenforeignmemory_map2(dm.fmem, dm.domid, VGA->map,
						  PROT_READ | PROT_WRITE, MAP_FIXED, VRAM, ram,
						  err));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

TEST(read_only)
{
	restore_at(BAR_B);
	ASSERT_EQ(0, mprotect(VGA->map, SIZE, PROT_READ));
	EXPECT_EQ(1, maps_for_bar(BAR_B));
}

/* Pages that go to the BAR first: what is mapped are they, and not frames. */
TEST(block_moves_between)
{
	restore_at(BAR_A);
	EXPECT_EQ(0, maps_for_bar(BAR_B));
}

TEST_HARNESS_MAIN
