// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What guests do to the BAR of their video RAM after power-on, and what the
 * releases of QEMU make of it, with the invariants checked after every step.
 */
#include "guest.h"
#include "ksft_harness.h"

TEST(cold_start)
{
	guest_boot();
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, HOME, VRAM, "ram@100000"));
	EXPECT_TRUE(walk_record_is(1, ROM, ROM, ROM_NR, "ram@140000"));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, HOME, BAR_A, VRAM, "vga.vram"));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	dm_end(&dm);
}

TEST(records_of_an_earlier_guest_are_gone)
{
	guest_boot();
	dm_end(&dm);
	fakexen_store_write("/local/domain/0/device-model/1/physmap/dead000/name", "x");
	fakexen_store_write("/local/domain/0/device-model/1/physmap/900000/start_addr", "1000000");
	fakexen_store_write("/local/domain/0/device-model/1/physmap/900000/size", "1000");
	fakexen_store_write("/local/domain/0/device-model/1/physmap/900000/name", "vga.vram");
	dm_start(&dm, 1, DM_7_2, false, false);
	EXPECT_EQ(0, dm_add_block(&dm, 0x200, 32));
	walk_add(0x200, 32);
	EXPECT_TRUE(walk_record_is(1, 0x200, 0x200, 32, "ram@200000"));
	EXPECT_TRUE(walk_record_is(1, 0x900, NOWHERE, 0, ""));
	dm_end(&dm);
}

TEST(move)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	dm_end(&dm);
}

/* QEMU has an entry for A and makes no call on the way back. */
TEST(there_and_back)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	dm_end(&dm);
}

/* And no hypercall is spent on it: the pages have stayed. */
TEST(decode_off_and_on)
{
	unsigned long moves;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	moves = fakexen_calls("xendevicemodel_relocate_memory");
	for (int i = 0; i < 10; i++) {
		dm_unmap_bar(&dm, VGA, BAR_A);
		EXPECT_TRUE(walk(0));
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
		EXPECT_TRUE(walk(0));
	}
	EXPECT_EQ(moves, fakexen_calls("xendevicemodel_relocate_memory"));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

/* With decode on, which the specification forbids and some firmware does. */
TEST(sizing)
{
	const uint64_t ones = UINT64_C(0x100000000) / 4096 - VRAM;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_move_bar(&dm, VGA, BAR_A, ones);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, ones, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

TEST(more_moves_than_pins)
{
	uint64_t at = BAR_A, to;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, at));
	for (int i = 1; i < 200; i++, at = to) {
		to = BAR_C + i * 2 * VRAM;
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, at, to));
		ASSERT_TRUE(walk(0));
		ASSERT_EQ(to, walk_place(HOME));
	}
	dm_end(&dm);
}

FIXTURE(overlap) { };
FIXTURE_SETUP(overlap) { guest_boot(); }
FIXTURE_TEARDOWN(overlap) { dm_end(&dm); }
FIXTURE_VARIANT(overlap) { int64_t by; };
FIXTURE_VARIANT_ADD(overlap, up_by_one) { 1 };
FIXTURE_VARIANT_ADD(overlap, up_by_half) { VRAM / 2 };
FIXTURE_VARIANT_ADD(overlap, up_by_all_but_one) { VRAM - 1 };
FIXTURE_VARIANT_ADD(overlap, up_by_all) { VRAM };
FIXTURE_VARIANT_ADD(overlap, down_by_one) { -1 };
FIXTURE_VARIANT_ADD(overlap, down_by_half) { -(int64_t)VRAM / 2 };
FIXTURE_VARIANT_ADD(overlap, down_by_all_but_one) { 1 - (int64_t)VRAM };
FIXTURE_VARIANT_ADD(overlap, down_by_all) { -(int64_t)VRAM };

TEST_F(overlap, move)
{
	uint64_t to = BAR_A + variant->by;

	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	/* BARs are aligned, so that QEMU takes this for the address it knows */
	dm_forget_entries(&dm);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, to));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(to, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, to));
}

/* A device model that registers no regions: nothing makes the block leave first. */
TEST_F(overlap, bare_call)
{
	uint64_t to = BAR_A + variant->by;

	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, xendevicemodel_relocate_memory(dm.dmod, 1, VRAM, HOME, to));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(to, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, to));
}

FIXTURE(size) { };
FIXTURE_SETUP(size) { }
FIXTURE_TEARDOWN(size) { dm_end(&dm); }
FIXTURE_VARIANT(size) { uint64_t nr; };
FIXTURE_VARIANT_ADD(size, one_frame) { 1 };
FIXTURE_VARIANT_ADD(size, all_16_bits) { 65535 };
FIXTURE_VARIANT_ADD(size, one_more) { 65536 };
FIXTURE_VARIANT_ADD(size, two_more) { 65537 };
FIXTURE_VARIANT_ADD(size, the_most_qemu_has) { 131072 };

TEST_F(size, move)
{
	const uint64_t bar = 0x80000;

	guest_boot_as(&(struct guest){ .nr = variant->nr, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(bar, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, bar, 0xc0000));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0xc0000, walk_place(HOME));
	/* onto itself, in either direction */
	dm_forget_entries(&dm);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, 0xc0000, 0xc0000 + 0x100));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, 0xc0100, 0xc0100 - 0x80));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0xc0080, walk_place(HOME));
}

/* RAM that ends just below the BAR: home and BAR overlap. */
TEST(home_right_below_the_bar)
{
	guest_boot_as(&(struct guest){ .home = BAR_A - VRAM / 2, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(BAR_A - VRAM / 2));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* More address bits than a p2m has: Xen drops a page there (conform.c). */
TEST(beyond_the_p2m)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, UINT64_C(1) << 38));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(0, fakexen_lost());
	dm_end(&dm);
}

/* Two moves of the block per toggle in stock; none here. */
TEST(qemu_11_toggles)
{
	unsigned long moves;

	guest_boot_as(&(struct guest){ .age = DM_11_1 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	moves = fakexen_calls("xendevicemodel_relocate_memory");
	for (int i = 0; i < 5; i++) {
		dm_unmap_bar(&dm, VGA, BAR_A);
		EXPECT_TRUE(walk(0));
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
		EXPECT_TRUE(walk(0));
	}
	EXPECT_EQ(moves, fakexen_calls("xendevicemodel_relocate_memory"));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(moves + 1, fakexen_calls("xendevicemodel_relocate_memory"));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_unmap_bar(&dm, VGA, BAR_A);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	dm_end(&dm);
}

TEST(qemu_2_10)
{
	guest_boot_as(&(struct guest){ .age = DM_2_10 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
