// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Each defect that the shim is there for: what stock QEMU's own call does on
 * the same Xen, and what comes of it through the shim.  A defect that stock
 * doesn't have here would make the other half of its test mean nothing.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "seam.h"

FIXTURE(dm) { };
FIXTURE_SETUP(dm) { }
FIXTURE_TEARDOWN(dm) { dm_end(&dm); }
FIXTURE_VARIANT(dm) { bool stock; };
FIXTURE_VARIANT_ADD(dm, stock) { true };
FIXTURE_VARIANT_ADD(dm, shim) { false };

/* The second address.  Until 4.19 EINVAL, EACCES since. */
TEST_F(dm, bar_moves)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(variant->stock ? -1 : 0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	if (variant->stock)
		EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(variant->stock ? BAR_A : BAR_B, walk_place(HOME));
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_B));
	EXPECT_TRUE(walk(0));
}

TEST_F(dm, bar_moves_on_a_newer_xen)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .release = FAKEXEN_4_22 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(variant->stock ? -1 : 0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	if (variant->stock)
		EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_B));
}

/* And the guest that is saved then can't be restored. */
TEST_F(dm, restore_after_a_move)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	guest_migrate(true);
	EXPECT_EQ(variant->stock ? -1 : 0, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_B));
}

/* A dummy for good, and EINVAL when decode goes on. */
TEST_F(dm, restore_with_decode_off)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	guest_migrate(true);
	EXPECT_EQ(variant->stock, VGA->dummy);
	guest_resume();
	EXPECT_EQ(variant->stock ? -1 : 0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_A));
}

/* A shim that listened to relocate calls only would leave it at B. */
TEST_F(dm, there_and_back)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_B));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
}

/* QEMU's entry for an address outlives the call that failed. */
TEST_F(dm, failed_move_is_never_tried_again)
{
	const struct fakexen_fault fault = {
		.name = "xendevicemodel_relocate_memory", .nth = 1, .times = 1, .error = ENOMEM,
	};

	guest_boot_as(&(struct guest){ .stock = variant->stock });
	fakexen_fail(&fault);
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(ENOMEM, errno);
	dm_unmap_bar(&dm, VGA, BAR_A);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(variant->stock ? HOME : BAR_A, walk_place(HOME));
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_A));
	EXPECT_TRUE(walk(0));
}

/* QEMU takes the address that was new last for the one where pages are. */
TEST_F(dm, dirty_page_named_by_the_newest_address)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	fakexen_log_dirty(true);
	EXPECT_EQ(0, dm_modified(&dm, BAR_B + 7, 1));
	EXPECT_EQ(!variant->stock, fakexen_is_dirty(BAR_A + 7));
}

/* 256 MiB are moved by moving nothing, and that is called a success. */
TEST_F(dm, count_of_16_bits)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .nr = 65536, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	EXPECT_EQ(variant->stock ? HOME : 0x80000, walk_place(HOME));
	EXPECT_TRUE(walk(0));
}

TEST_F(dm, count_of_16_bits_and_one)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .nr = 65537, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	EXPECT_EQ(variant->stock ? NOWHERE : 0x80000, walk_place(HOME));
	EXPECT_TRUE(walk(0));
}

/* Pages are written over on their way up; fixed in 4.22. */
TEST_F(dm, overlap)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .home = BAR_A - VRAM / 2,
				       .no_rom = true });
	dm_map_bar(&dm, VGA, BAR_A);
	EXPECT_EQ(variant->stock ? NOWHERE : BAR_A, walk_place(BAR_A - VRAM / 2));
	if (!variant->stock)
		EXPECT_TRUE(walk(0));
}

TEST_F(dm, overlap_on_a_newer_xen)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .home = BAR_A - VRAM / 2,
				       .no_rom = true, .release = FAKEXEN_4_22 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(BAR_A, walk_place(BAR_A - VRAM / 2));
	EXPECT_TRUE(walk(0));
}

/* What is at the destination is freed, be it the guest's memory. */
TEST_F(dm, destination_in_use)
{
	uint64_t memory;

	guest_boot_as(&(struct guest){ .stock = variant->stock });
	memory = fakexen_page_at(RAM - 1);
	EXPECT_EQ(variant->stock ? 0 : -1, dm_map_bar(&dm, VGA, RAM - VRAM));
	EXPECT_EQ(variant->stock, fakexen_frame_of(memory) == NOWHERE);
	if (!variant->stock)
		EXPECT_TRUE(walk(0));
}

/* An error in the middle leaves what was moved where it is. */
TEST_F(dm, error_in_the_middle)
{
	const struct fakexen_fault fault = {
		.name = "xendevicemodel_relocate_memory", .nth = 1, .times = 1,
		.error = EINVAL, .after = VRAM / 2,
	};

	guest_boot_as(&(struct guest){ .stock = variant->stock });
	fakexen_fail(&fault);
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(variant->stock ? NOWHERE : HOME, walk_place(HOME));
	EXPECT_TRUE(walk(0));
}

/* The domain's pool of p2m tables: Xen lets go of a page, and of no other. */
TEST_F(dm, pool_used_up)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock });
	fakexen_pool_set(1);
	fakexen_populate(0x10000, 1);
	walk_add(0x10000, 1);
	EXPECT_EQ(0, fakexen_pool_left());
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(variant->stock ? 1 : 0, fakexen_lost());
	EXPECT_EQ(variant->stock ? NOWHERE : HOME, walk_place(HOME));
	if (!variant->stock)
		EXPECT_TRUE(walk(0));
}

/* Halfway: the first of two tables is to be had. */
TEST_F(dm, pool_used_up_in_the_middle)
{
	const uint64_t bar = BAR_B - VRAM / 2;

	guest_boot_as(&(struct guest){ .stock = variant->stock });
	fakexen_pool_set(1);
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, bar));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(variant->stock ? 1 : 0, fakexen_lost());
	if (!variant->stock)
		EXPECT_TRUE(walk(0));
}

/* A device is plugged in whose ROM's home is under the video RAM's BAR. */
TEST_F(dm, populated_over_the_picture)
{
	guest_boot_as(&(struct guest){ .stock = variant->stock, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_add_block(&dm, BAR_A, ROM_NR));
	EXPECT_EQ(variant->stock ? NOWHERE : BAR_A, walk_place(HOME));
	EXPECT_EQ(variant->stock ? ROM_NR : 0, fakexen_lost());
	EXPECT_EQ(!variant->stock, guest_sees(VGA, BAR_A));
}

/* Pins pile up to 64, and a BAR that overlaps an earlier one gets none. */
TEST_F(dm, pins_pile_up)
{
	struct fakexen_pin pin[64];
	uint64_t at = BAR_A;

	guest_boot_as(&(struct guest){ .stock = variant->stock, .age = DM_11_1 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, at));
	for (int i = 1; i < 70; i++) {
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, at, at - VRAM));
		at -= VRAM;
	}
	EXPECT_EQ(variant->stock ? 64 : 1, fakexen_pins(pin, 64));
	EXPECT_EQ(!variant->stock, pin[0].first == at);
}

/* Xen keeps no pins across a save, and QEMU sets none on a restore. */
TEST_F(dm, pin_after_a_restore)
{
	struct fakexen_pin pin[64];

	guest_boot_as(&(struct guest){ .stock = variant->stock });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(1, fakexen_pins(pin, 64));
	guest_migrate(true);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_EQ(variant->stock ? 0 : 1, fakexen_pins(pin, 64));
}

/* privcmd takes a page of bits, 128 MiB; QEMU ignores the error. */
TEST_F(dm, dirty_video_ram_of_256_mib)
{
	static unsigned long bits[65536 / 64];
	const uint64_t bar = 0x80000;
	const char pixel = 1;

	guest_boot_as(&(struct guest){ .stock = variant->stock, .nr = 65535, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
	EXPECT_EQ(variant->stock ? -1 : 0, dm_track(&dm, bar, 65535, bits));
	if (variant->stock)
		EXPECT_EQ(E2BIG, errno);
	else
		EXPECT_EQ(~0UL, bits[1023] | 1UL << 63);
	fakexen_guest_write(bar + 40000, 0, &pixel, 1);
	EXPECT_EQ(variant->stock ? -1 : 0, dm_track(&dm, bar, 65535, bits));
	EXPECT_EQ(!variant->stock, bits[40000 / 64] >> 40000 % 64 & 1);
}

/* QEMU 11 moves the block at every toggle of decode, twice. */
TEST_F(dm, decode_toggled_ten_times)
{
	unsigned long before;

	guest_boot_as(&(struct guest){ .stock = variant->stock, .age = DM_11_1 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	before = fakexen_calls("xendevicemodel_relocate_memory");
	for (int i = 0; i < 10; i++) {
		dm_unmap_bar(&dm, VGA, BAR_A);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	}
	EXPECT_EQ(variant->stock ? 20 : 0,
		  fakexen_calls("xendevicemodel_relocate_memory") - before);
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
}

TEST_HARNESS_MAIN
