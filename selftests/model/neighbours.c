// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A block and what else is, or comes, where it wants to be: guest memory, real
 * and emulated devices, other blocks.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "seam.h"

/* Xen would free the guest's memory there, and say nothing. */
TEST(onto_guest_memory)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, RAM / 2));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, RAM / 2, 0xfeff0 - VRAM + 16));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, 0xfeff0 - VRAM + 16, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	dm_end(&dm);
}

/* A page of a device that is passed through is no place for others. */
TEST(onto_a_real_device)
{
	guest_boot();
	fakexen_passthrough(BAR_B + VRAM / 2);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

/* A block without a right to its frames but that it was put there steps aside. */
TEST(onto_another_blocks_home)
{
	const uint64_t bar = ROM - VRAM + ROM_NR;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, bar));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(bar, walk_place(HOME));
	EXPECT_NE(NOWHERE, walk_place(ROM));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, bar, BAR_B));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(ROM, walk_place(ROM));
	dm_end(&dm);
}

/* With decode off the block's pages are guests where they are. */
TEST(another_device_comes_to_where_it_was)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_map_io(&dm, BAR_A + 8, 4);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	dm_end(&dm);
}

/* Its home is taken, too: it goes wherever it can, and comes back. */
TEST(shelter)
{
	uint64_t at;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_map_io(&dm, HOME, 1);
	dm_map_io(&dm, BAR_A, 1);
	EXPECT_TRUE(walk(0));
	at = walk_place(HOME);
	EXPECT_NE(NOWHERE, at);
	EXPECT_NE(BAR_A, at);
	EXPECT_NE(HOME, at);
	EXPECT_TRUE(walk_record_is(1, HOME, at, VRAM, "vga.vram"));
	dm_unmap_io(&dm, HOME, 1);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, HOME, VRAM, "vga.vram"));
	EXPECT_EQ(0, dm_continue(&dm));
	dm_unmap_io(&dm, BAR_A, 1);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

TEST(home_is_populated_while_it_is_away)
{
	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	/* a device that is plugged in, with a ROM where the pages are */
	EXPECT_EQ(0, dm_add_block(&dm, BAR_A, ROM_NR));
	walk_add(BAR_A, ROM_NR);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(BAR_A));
	EXPECT_NE(NOWHERE, walk_place(HOME));
	dm_end(&dm);
}

/*
 * The same where video RAM has a right to be there.  Xen would put the new pages
 * in front of the picture's, which nobody could reach then.
 */
TEST(home_is_populated_under_a_bar)
{
	uint64_t at;

	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_add_block(&dm, BAR_A + 8, ROM_NR));
	at = seam_place(BAR_A + 8);
	EXPECT_NE(BAR_A + 8, at);
	walk_add_at(BAR_A + 8, at, ROM_NR);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_FALSE(dm.block[1].dummy);
	/* at home by the time that it can be */
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A + 8, walk_place(BAR_A + 8));
	dm_end(&dm);
}

/* And where there is nowhere else, the device isn't there: QEMU says so. */
TEST(home_is_populated_under_a_bar_and_nothing_else_is_free)
{
	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	for (int i = 1; i <= 1100; i++)
		ASSERT_EQ(0, fakexen_populate(BAR_A + i * VRAM, 1));
	EXPECT_EQ(-1, dm_add_block(&dm, BAR_A, ROM_NR));
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_EQ(0, fakexen_lost());
	dm_end(&dm);
}

/* QEMU moves one block only; a second one must not get in its way. */
TEST(two_blocks_of_a_size)
{
	struct dm_block *second = &dm.block[1];

	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_add_block(&dm, HOME + VRAM, VRAM));
	walk_add(HOME + VRAM, VRAM);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_map_bar(&dm, second, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(BAR_B, walk_place(HOME + VRAM));
	dm_end(&dm);
}

/* By way of a third place.  QEMU <= 10 would say nothing about it. */
TEST(two_blocks_change_places)
{
	struct dm_block *second = &dm.block[1];

	guest_boot_as(&(struct guest){ .age = DM_11_1, .no_rom = true });
	EXPECT_EQ(0, dm_add_block(&dm, HOME + VRAM, VRAM));
	walk_add(HOME + VRAM, VRAM);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_map_bar(&dm, second, BAR_B));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_C));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_move_bar(&dm, second, BAR_B, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_C, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(BAR_A, walk_place(HOME + VRAM));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_TRUE(guest_sees(second, BAR_A));
	dm_end(&dm);
}

/* Both have had this address; who has it now is meant. */
TEST(dirty_where_another_block_was)
{
	struct dm_block *second = &dm.block[1];
	unsigned long bits[VRAM / 64];
	struct fakexen_pin pin[64];
	const char pixel = 1;

	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_add_block(&dm, HOME + VRAM, VRAM));
	walk_add(HOME + VRAM, VRAM);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	dm_forget_entries(&dm);
	EXPECT_EQ(0, dm_map_bar(&dm, second, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(2, fakexen_pins(pin, 64));
	EXPECT_EQ(0, dm_track(&dm, BAR_A, VRAM, bits));
	fakexen_guest_write(BAR_A + 5, 2048, &pixel, 1);
	fakexen_guest_write(BAR_B + 6, 2048, &pixel, 1);
	EXPECT_EQ(0, dm_track(&dm, BAR_A, VRAM, bits));
	EXPECT_EQ(1UL << 5, bits[0]);
	dm_end(&dm);
}

/* The first one keeps its BAR, as the guest's mistake. */
TEST(two_blocks_at_one_address)
{
	struct dm_block *second = &dm.block[1];

	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_add_block(&dm, HOME + VRAM, VRAM));
	walk_add(HOME + VRAM, VRAM);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(-1, dm_map_bar(&dm, second, BAR_A - 1));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(HOME + VRAM, walk_place(HOME + VRAM));
	dm_end(&dm);
}

TEST(qemu_11_another_device_comes)
{
	guest_boot_as(&(struct guest){ .age = DM_11_1 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_map_io(&dm, BAR_A, 1);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
