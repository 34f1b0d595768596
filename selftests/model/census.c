// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A restored device model that hasn't the blocks of the saved one: a device
 * more or less on its command line, a ROM file of another length, less memory.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

/* Of the unit after the first: QEMU maps nothing smaller than 1 MiB. */
#define NIC	(HOME + 256)
#define NIC_NR	UINT64_C(64)

FIXTURE(layout) { };

FIXTURE_SETUP(layout)
{
	guest_boot();
	ASSERT_EQ(0, dm_add_block(&dm, NIC, NIC_NR));
	walk_add(NIC, NIC_NR);
	ASSERT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_save();
	seam_forget_log();
}

FIXTURE_TEARDOWN(layout) { dm_end(&dm); }

static void blocks(uint64_t nic_nr, uint64_t extra)
{
	guest_rebuild(true, false);
	dm_add_block(&dm, HOME, VRAM);
	dm_add_block(&dm, ROM, ROM_NR);
	if (nic_nr)
		dm_add_block(&dm, NIC, nic_nr);
	if (extra)
		dm_add_block(&dm, extra, NIC_NR);
}

/* Whatever differs: video RAM is right. */
static void goes_on(void)
{
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
}

TEST_F(layout, same)
{
	blocks(NIC_NR, 0);
	goes_on();
	EXPECT_FALSE(seam_logged("saved guest"));
	EXPECT_TRUE(walk(0));
}

TEST_F(layout, one_more)
{
	blocks(NIC_NR, NIC + 256);
	EXPECT_TRUE(seam_logged("0x300..0x33f that the saved guest hasn't"));
	goes_on();
}

TEST_F(layout, one_fewer)
{
	blocks(0, 0);
	EXPECT_FALSE(seam_logged("saved guest"));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(seam_logged("ram@200000: the saved guest's block of 64 frames"));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_TRUE(walk(0));
}

TEST_F(layout, longer)
{
	blocks(300, 0);
	EXPECT_TRUE(seam_logged("0x200..0x32b that is laid out otherwise"));
	goes_on();
}

/* Where video RAM is now: QEMU would load the new device's ROM over it. */
TEST(one_more_where_video_ram_is)
{
	const uint64_t bar = ROM + ROM_NR;

	guest_boot();
	ASSERT_EQ(0, dm_map_bar(&dm, VGA, bar));
	guest_save();
	seam_forget_log();
	guest_rebuild(true, false);
	dm_add_block(&dm, HOME, VRAM);
	dm_add_block(&dm, ROM, ROM_NR);
	dm_add_block(&dm, bar + VRAM / 2, ROM_NR);
	EXPECT_FALSE(VGA->dummy);
	EXPECT_FALSE(dm.block[1].dummy);
	EXPECT_TRUE(dm.block[2].dummy);
	EXPECT_TRUE(seam_logged("that the saved guest hasn't"));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, bar));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* In the unit of blocks that are there: QEMU maps that a second time for it. */
TEST_F(layout, one_more_beside)
{
	blocks(0, 0);
	dm_add_block(&dm, NIC, 256);
	EXPECT_FALSE(seam_logged("saved guest"));
	dm_add_block(&dm, NIC, 256);
	EXPECT_TRUE(seam_logged("0x200..0x2ff that the saved guest hasn't"));
	goes_on();
}

/* QEMU >= 10 maps no ROM: then nothing is missing. */
TEST_F(layout, unseen)
{
	guest_rebuild(true, false);
	dm_add_block(&dm, HOME, VRAM);
	goes_on();
	EXPECT_FALSE(seam_logged("saved guest"));
}

/* QEMU <= 2.9 recorded video RAM and nothing else. */
TEST_F(layout, not_recorded)
{
	records_put(2, "100000", "f1000000", "40000", "vga.vram");
	guest_rebuild(false, false);
	dm_add_block(&dm, HOME, VRAM);
	dm_add_block(&dm, NIC + 256, NIC_NR);
	goes_on();
	EXPECT_FALSE(seam_logged("saved guest"));
}

/* Homes begin where RAM ends; the BAR is where it was. */
TEST(more_memory_than_before)
{
	const uint64_t home = HOME + 4 * VRAM;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_save();
	guest_rebuild(true, false);
	dm_add_block(&dm, home, VRAM);
	EXPECT_TRUE(VGA->dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(seam_logged("0x200 in this device model"));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(2, home, BAR_B, VRAM, "vga.vram"));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
