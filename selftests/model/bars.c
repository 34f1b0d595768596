// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory behind BARs that the device model doesn't relocate: taken to the BAR
 * where the match is certain, and left at home in every case of doubt.
 */
#include <errno.h>
#include <stdlib.h>

#include "displays.h"
#include "ksft_harness.h"
#include "seam.h"

#include <xen/hvm/ioreq.h>

TEST(follows)
{
	followed_at(BAR_B);
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_B));
	EXPECT_TRUE(walk_record_is(1, SECOND, BAR_B, NR, "bar@30@e0000000"));
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_C));
	EXPECT_TRUE(walk_record_is(1, SECOND, BAR_C, NR, "bar@30@d0000000"));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Off and on, and sized meanwhile: nothing moves. */
TEST(decode_toggled)
{
	unsigned long before;

	followed_at(BAR_B);
	before = moves();
	for (int i = 0; i < 3; i++) {
		bar_off(BAR_B, NR);
		bar_on(SLOT, BAR_B, NR);
	}
	EXPECT_EQ(before, moves());
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	dm_end(&dm);
}

TEST(not_unless_asked)
{
	boot_with("vga");
	EXPECT_EQ(0, vga_on(BAR_A));
	bar_on(SLOT, BAR_B, NR);
	EXPECT_TRUE(walk_record_is(1, SECOND, SECOND, NR, "ram@200000"));
	expect_at_home();
}

TEST(no_such_choice)
{
	boot_with("both");
	EXPECT_TRUE(seam_logged("XENPHYSMAP_BARS=both is ignored: use vga or all"));
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

/* The one that is relocated is known by its BAR a call earlier, no more. */
TEST(relocated_one)
{
	unsigned long before;

	boot();
	before = moves();
	EXPECT_EQ(0, vga_on(BAR_A));
	EXPECT_EQ(before + 1, moves());
	EXPECT_TRUE(walk_record_is(1, HOME, BAR_A, NR, "vga.vram"));
	EXPECT_TRUE(fakexen_store_read("/local/domain/0/xenphysmap/the_guest", (char[64]){ "" },
				       64));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

/* ---- doubt ---- */

TEST(another_device_has_as_long_a_bar)
{
	boot();
	bar_on(3, BAR_B, NR);
	EXPECT_EQ(SECOND, walk_place(SECOND));
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	bar_off(BAR_B, NR);
	bar_off(BAR_C, NR);
	/* just where the pages still are */
	bar_on(3, BAR_C, NR);
	expect_at_home();
}

/* ... where that of the relocated one was: each is known by its device. */
TEST(another_device_where_it_was)
{
	followed_at(BAR_B);
	dm_unmap_bar(&dm, VGA, BAR_A);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_A, NR);
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_EQ(BAR_A, walk_place(SECOND));
	EXPECT_EQ(0, vga_on(BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(BAR_A, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Restored, it isn't known by its device any more, until it is relocated. */
TEST(another_device_where_it_was_restored)
{
	followed_at(BAR_B);
	guest_save();
	rebuild(false);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	dm_unmap_bar(&dm, VGA, BAR_A);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_A, NR);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, vga_on(BAR_C));
	EXPECT_EQ(BAR_C, walk_place(HOME));
	EXPECT_EQ(BAR_A, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(nothing_made_it_appear)
{
	boot();
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_TRUE(seam_logged("it isn't known what made that appear"));
	seam_forget_log();
	bar_off(BAR_B, NR);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_FALSE(seam_logged("stays at home"));
	expect_at_home();
}

TEST(a_read_makes_nothing_appear)
{
	boot();
	display_request(SLOT, IOREQ_READ, STATE_IOREQ_INPROCESS);
	dm_map_io(&dm, BAR_B, NR);
	expect_at_home();
}

TEST(a_request_that_is_not_served_yet)
{
	boot();
	display_request(SLOT, IOREQ_WRITE, STATE_IOREQ_READY);
	dm_map_io(&dm, BAR_B, NR);
	expect_at_home();
}

TEST(two_requests_at_once)
{
	const struct ioreq other = {
		.addr = UINT64_C(0x18) << 32 | 4,
		.type = IOREQ_TYPE_PCI_CONFIG,
		.state = STATE_IOREQ_INPROCESS,
	};

	boot();
	fakexen_request(dm.id, 5, &other);
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

/* Which memory is which BAR's?  As a QXL has two of 64 MiB. */
TEST(two_blocks_of_a_device)
{
	boot_with("all");
	display_add(THIRD, 0);
	display_add(THIRD + NR, 7);
	bar_on(7, BAR_B, NR);
	bar_on(7, BAR_C, NR);
	EXPECT_TRUE(seam_logged("its device has more of that length"));
	EXPECT_EQ(THIRD, walk_place(THIRD));
	EXPECT_EQ(THIRD + NR, walk_place(THIRD + NR));
	expect_at_home();
}

/* ... of which one is relocated: then the other is known, whatever the order. */
TEST(two_blocks_of_a_device_one_relocated)
{
	setenv("XENPHYSMAP_BARS", "all", 1);
	guest_boot_as(&(struct guest){ .nr = NR, .no_rom = true });
	display_add(SECOND, VGA_SLOT);
	bar_on(VGA_SLOT, BAR_B, NR);
	EXPECT_EQ(SECOND, walk_place(SECOND));
	EXPECT_EQ(0, vga_on(BAR_A));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_unmap_bar(&dm, VGA, BAR_A);
	bar_off(BAR_B, NR);
	bar_on(VGA_SLOT, BAR_B, NR);
	EXPECT_EQ(0, vga_on(BAR_C));
	EXPECT_EQ(BAR_C, walk_place(HOME));
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Registers beside the memory, and as long: which came first proves nothing. */
TEST(two_bars_for_a_block)
{
	followed_at(BAR_B);
	bar_on(SLOT, BAR_C, NR);
	EXPECT_TRUE(seam_logged("it is at home from now on"));
	EXPECT_TRUE(walk_record_is(1, SECOND, SECOND, NR, "ram@200000"));
	bar_off(BAR_B, NR);
	bar_off(BAR_C, NR);
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

/* ... and home, where it should go then, isn't free. */
TEST(two_bars_for_a_block_that_cannot_leave)
{
	followed_at(BAR_B);
	ASSERT_EQ(0, fakexen_populate(SECOND + 3, 1));
	bar_on(SLOT, BAR_C, NR);
	EXPECT_TRUE(seam_logged("can't leave 0xe0000"));
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk_record_is(1, SECOND, BAR_B, NR, "ram@200000"));
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_B));
	dm_end(&dm);
}

TEST(no_handle_to_look_with)
{
	followed_at(BAR_B);
	xenforeignmemory_close(dm.fmem);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	dm.fmem = xenforeignmemory_open(NULL, 0);
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_B));
	dm_end(&dm);
}

/* An address on a bus that has no number yet is two devices'. */
TEST(two_devices_of_a_number)
{
	setenv("XENPHYSMAP_BARS", "all", 1);
	guest_boot_as(&(struct guest){ .nr = NR, .no_rom = true });
	ASSERT_EQ(0, dm_add_device(&dm, VGA_SLOT));
	display_add(SECOND, 0);
	EXPECT_EQ(-1, dm_add_device(&dm, VGA_SLOT));
	EXPECT_EQ(EEXIST, errno);
	bar_on(VGA_SLOT, BAR_B, NR);
	EXPECT_TRUE(seam_logged("it isn't known whose it is"));
	expect_at_home();
}

TEST(no_bar_is_like_that)
{
	boot();
	bar_on(SLOT, BAR_B + 1, NR);
	bar_on(SLOT, BAR_C, NR / 2);
	expect_at_home();
}

/* An option ROM is as long as its BAR, too, and nobody's to write. */
TEST(no_option_rom)
{
	boot();
	ASSERT_EQ(0, dm_add_block(&dm, THIRD, 64));
	walk_add(THIRD, 64);
	ASSERT_EQ(0, dm_add_device(&dm, 7));
	bar_on(7, BAR_B, 64);
	EXPECT_EQ(THIRD, walk_place(THIRD));
	EXPECT_TRUE(walk_record_is(1, THIRD, THIRD, 64, "ram@300000"));
	expect_at_home();
}

TEST(its_bar_holds_a_page)
{
	boot();
	ASSERT_EQ(0, fakexen_populate(BAR_B + 7, 1));
	bar_on(SLOT, BAR_B, NR);
	EXPECT_TRUE(seam_logged("another page is at 0xe0007"));
	EXPECT_EQ(SECOND, walk_place(SECOND));
	dm_end(&dm);
}

TEST(no_requests_to_be_seen)
{
	const struct fakexen_fault fault = {
		.name = "xenforeignmemory_map_resource", .nth = 1, .times = 1,
		.error = EOPNOTSUPP,
	};

	boot();
	fakexen_fail(&fault);
	bar_on(SLOT, BAR_B, NR);
	EXPECT_TRUE(seam_logged("it can't be known whose a BAR is"));
	fakexen_fail(NULL);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

TEST_HARNESS_MAIN
