// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls about a moved block that move nothing: saves, dirty tracking, live
 * migration, and those that are about none.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "seam.h"

#define OTHER	UINT64_C(0xc0000)	/* where no BAR of ours ever is */

TEST(save_with_decode_off_is_at_home)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	dm_unmap_bar(&dm, VGA, BAR_B);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, HOME, VRAM, "vga.vram"));
	dm_end(&dm);
}

TEST(save_with_decode_on_is_at_the_bar)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, BAR_B, VRAM, "vga.vram"));
	dm_end(&dm);
}

/* What the device model wrote is looked for where the pages are. */
TEST(modified_memory_of_a_moved_block)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	fakexen_log_dirty(true);
	EXPECT_EQ(0, dm_modified(&dm, HOME + 3, 2));
	EXPECT_TRUE(fakexen_is_dirty(BAR_B + 3));
	EXPECT_TRUE(fakexen_is_dirty(BAR_B + 4));
	EXPECT_FALSE(fakexen_is_dirty(BAR_B + 5));
	EXPECT_EQ(0, dm_modified(&dm, BAR_A + 7, 1));
	EXPECT_TRUE(fakexen_is_dirty(BAR_B + 7));
	EXPECT_FALSE(fakexen_is_dirty(BAR_A + 7));
	EXPECT_EQ(0, dm_modified(&dm, 2, 1));
	EXPECT_TRUE(fakexen_is_dirty(2));
	dm_end(&dm);
}

TEST(dirty_video_ram_of_a_moved_block)
{
	unsigned long bits[VRAM / 64];
	const char pixel = 1;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	/* the address that QEMU's stale entry has */
	EXPECT_EQ(0, dm_track(&dm, BAR_A, VRAM, bits));
	EXPECT_EQ(~0UL, bits[0]);
	EXPECT_EQ(0, dm_track(&dm, BAR_A, VRAM, bits));
	EXPECT_EQ(0, bits[0]);
	fakexen_guest_write(BAR_B + 5, 2048, &pixel, 1);
	EXPECT_EQ(0, dm_track(&dm, BAR_A, VRAM, bits));
	EXPECT_EQ(1UL << 5, bits[0]);
	EXPECT_TRUE(walk(0));
	/* pages that are tracked can be moved, and are dirty where they arrive */
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_C));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_track(&dm, BAR_C, VRAM, bits));
	EXPECT_EQ(~0UL, bits[0]);
	dm_end(&dm);
}

/* Up to what privcmd takes, nobody pays for those who have more. */
TEST(dirty_video_ram_of_128_mib_is_one_call)
{
	static unsigned long bits[32768 / 64];
	unsigned long calls, own;

	guest_boot_as(&(struct guest){ .nr = 32768, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, 0x80000, 0xa0000));
	calls = fakexen_calls(NULL);
	own = fakexen_calls("xendevicemodel_track_dirty_vram");
	seam_fail_malloc(0, 0);
	EXPECT_EQ(0, dm_track(&dm, 0xa0000, 32768, bits));
	EXPECT_EQ(calls + 1, fakexen_calls(NULL));
	EXPECT_EQ(own + 1, fakexen_calls("xendevicemodel_track_dirty_vram"));
	EXPECT_EQ(0, seam_mallocs());
	EXPECT_EQ((void *)bits, fakexen_dirty_bits());
	dm_end(&dm);
}

/* And beyond, one hypercall; the two that open the way to it are made once. */
TEST(dirty_video_ram_beyond_128_mib_is_one_hypercall)
{
	static unsigned long bits[65536 / 64];

	unsigned long opened;

	guest_boot_as(&(struct guest){ .nr = 65536, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	opened = fakexen_calls("xencall_open");
	for (unsigned int i = 1; i <= 3; i++) {
		EXPECT_EQ(0, dm_track(&dm, 0x80000, 65536, bits));
		EXPECT_EQ(i, fakexen_calls("xencall3"));
		EXPECT_EQ(opened + 1, fakexen_calls("xencall_open"));
	}
	EXPECT_EQ(0, fakexen_calls("xendevicemodel_track_dirty_vram"));
	dm_end(&dm);
}

/*
 * Pages that have been sent stay at their old frames at the destination, so
 * that nothing may be moved before that is over.
 */
TEST(move_during_a_live_migration)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_log_dirty(true);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, BAR_A, VRAM, "vga.vram"));
	dm_end(&dm);
}

/* The destination was not to be reached: the guest goes on here. */
TEST(live_migration_is_given_up)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_log_dirty(true);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(0, dm_stop(&dm));
	fakexen_log_dirty(false);
	EXPECT_EQ(0, dm_continue(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	dm_end(&dm);
}

/* Calls for another domain, or about none of our frames, are left alone. */
TEST(not_about_a_block)
{
	unsigned long bits[VRAM / 64], calls;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	calls = fakexen_calls(NULL);
	EXPECT_EQ(0, dm_track(&dm, OTHER, VRAM, bits));
	EXPECT_EQ(calls + 1, fakexen_calls(NULL));
	EXPECT_EQ(-1, xendevicemodel_relocate_memory(dm.dmod, 7, 1, HOME, BAR_B));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_EQ(calls + 2, fakexen_calls(NULL));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
