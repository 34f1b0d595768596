// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Saved guests that are restored: with records, without, with wrong ones, and
 * with what was never a record at all; by the shim and by a stock QEMU.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

/* Boot, let the guest have its BAR there, or decode off. */
static void boot_with_bar_at(uint64_t bar, bool decode)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	if (bar != BAR_A)
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, bar));
	if (!decode)
		dm_unmap_bar(&dm, VGA, bar);
	EXPECT_TRUE(walk(0));
}

/* The restored guest has its video RAM at the BAR, and can go on from there. */
static void works_at(uint64_t bar)
{
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(guest_sees(VGA, bar));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(bar, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, bar, BAR_C));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_C, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_C));
}

FIXTURE(saved) { };
FIXTURE_SETUP(saved) { }
FIXTURE_TEARDOWN(saved) { dm_end(&dm); }
FIXTURE_VARIANT(saved) { bool records; };
FIXTURE_VARIANT_ADD(saved, with_records) { true };
FIXTURE_VARIANT_ADD(saved, without_records) { false };

TEST_F(saved, at_its_first_bar)
{
	boot_with_bar_at(BAR_A, true);
	guest_migrate(variant->records);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	works_at(BAR_A);
}

TEST_F(saved, after_a_move)
{
	boot_with_bar_at(BAR_B, true);
	guest_migrate(variant->records);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

TEST_F(saved, with_decode_off)
{
	boot_with_bar_at(BAR_B, false);
	guest_migrate(variant->records);
	EXPECT_FALSE(VGA->dummy);
	guest_resume();
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	works_at(BAR_A);
}

TEST_F(saved, three_times)
{
	boot_with_bar_at(BAR_B, true);
	for (int i = 0; i < 3; i++) {
		guest_migrate(variant->records);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
		guest_resume();
		EXPECT_TRUE(walk(0));
		EXPECT_EQ(BAR_B, walk_place(HOME));
	}
	works_at(BAR_B);
}

/* As stock QEMU: a guest that goes elsewhere after each restore. */
TEST_F(saved, and_moved_between)
{
	const uint64_t bars[] = { BAR_B, BAR_C, BAR_A, BAR_B };

	boot_with_bar_at(BAR_A, true);
	for (int i = 0; i < 4; i++) {
		uint64_t at = walk_place(HOME);

		guest_migrate(variant->records);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, at));
		guest_resume();
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, at, bars[i]));
		EXPECT_TRUE(walk(0));
		EXPECT_EQ(bars[i], walk_place(HOME));
	}
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
}

/* The device model went away without a word: nothing was settled. */
TEST_F(saved, without_a_barrier_decode_on)
{
	boot_with_bar_at(BAR_B, true);
	guest_restore(variant->records, false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

TEST(without_a_barrier_decode_off)
{
	boot_with_bar_at(BAR_B, false);
	guest_restore(true, false);
	EXPECT_FALSE(VGA->dummy);
	guest_resume();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	works_at(BAR_A);
	dm_end(&dm);
}

/* The device's state is loaded after the region of another device. */
TEST(another_device_is_where_it_was)
{
	boot_with_bar_at(BAR_B, false);
	guest_restore(true, false);
	dm_map_io(&dm, BAR_B, 1);
	guest_resume();
	EXPECT_NE(BAR_B, walk_place(HOME));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	works_at(BAR_A);
	dm_end(&dm);
}

/* Moved while it was being sent: at the old place, with a record and a new BAR. */
TEST_F(saved, during_a_live_migration)
{
	boot_with_bar_at(BAR_A, true);
	fakexen_log_dirty(true);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_migrate(variant->records);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

FIXTURE(stock) { };
FIXTURE_SETUP(stock) { }
FIXTURE_TEARDOWN(stock) { dm_end(&dm); }

/* What is saved under the shim is good for those that have none. */
TEST_F(stock, restores_after_a_move)
{
	boot_with_bar_at(BAR_B, true);
	guest_save();
	guest_restore(true, true);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
}

TEST_F(stock, restores_with_decode_off)
{
	boot_with_bar_at(BAR_B, false);
	guest_save();
	guest_restore(false, true);
	EXPECT_FALSE(VGA->dummy);
	guest_resume();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
}

/* Records that nobody can use are no worse than none. */
struct nonsense {
	const char *key, *start, *size, *name;
};

FIXTURE(garbage) { };
FIXTURE_SETUP(garbage) { }
FIXTURE_TEARDOWN(garbage) { dm_end(&dm); }
FIXTURE_VARIANT(garbage) { struct nonsense n; };
#define GARBAGE(id, ...) FIXTURE_VARIANT_ADD(garbage, id) { { __VA_ARGS__ } }
GARBAGE(nothing_at_the_place, "100000", "d0000000", "40000", "vga.vram");
GARBAGE(in_guest_memory, "100000", "10000", "40000", "vga.vram");
GARBAGE(partly_in_special_pages, "100000", "fefe0000", "40000", "vga.vram");
GARBAGE(too_long, "100000", "e0000000", "80000", "vga.vram");
GARBAGE(too_short, "100000", "e0000000", "20000", "vga.vram");
GARBAGE(empty, "100000", "e0000000", "0", "vga.vram");
GARBAGE(no_start, "100000", NULL, "40000", "vga.vram");
GARBAGE(no_size, "100000", "e0000000", NULL, "vga.vram");
GARBAGE(no_name_at_home, "100000", "100000", "40000", NULL);
GARBAGE(empty_name, "100000", "e0000000", "40000", "");
GARBAGE(odd_name, "100000", "e0000000", "40000", "a\nb");
GARBAGE(prefix, "100000", "0xe0000000", "40000", "vga.vram");
GARBAGE(capitals, "100000", "E0000000", "40000", "vga.vram");
GARBAGE(minus, "100000", "-1", "40000", "vga.vram");
GARBAGE(unaligned, "100000", "e0000001", "40000", "vga.vram");
GARBAGE(wraps, "100000", "fffffffffffff000", "40000", "vga.vram");
GARBAGE(beyond_52_bits, "100000", "10000000000000", "40000", "vga.vram");
GARBAGE(huge, "100000", "e0000000", "fffffffff000", "vga.vram");
GARBAGE(overlaps_the_rom, "120000", "e0000000", "40000", "vga.vram");
GARBAGE(odd_key, "vga", "e0000000", "40000", "vga.vram");
GARBAGE(in_a_hole, "800000000", "800000000", "40000", "ram@800000000");

TEST_F(garbage, instead_of_the_record)
{
	const struct nonsense *n = &variant->n;

	boot_with_bar_at(BAR_B, true);
	guest_save();
	records_put(UINT16_MAX, n->key, n->start, n->size, n->name);
	fakexen_store_write("/local/domain/0/device-model/2/physmap", "");
	records_put(2, n->key, n->start, n->size, n->name);
	guest_restore(false, false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

TEST_F(garbage, beside_the_record)
{
	const struct nonsense *n = &variant->n;

	boot_with_bar_at(BAR_B, true);
	guest_save();
	records_put(2, n->key, n->start, n->size, n->name);
	guest_restore(true, false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

/* A record of QEMU up to 2.9, as libxl up to 4.5 may have carried it. */
TEST(a_record_without_a_name)
{
	char name[64];

	boot_with_bar_at(BAR_B, true);
	guest_save();
	fakexen_store_write("/local/domain/0/device-model/2/physmap", "");
	records_put(2, "100000", "e0000000", "40000", NULL);
	guest_restore(false, false);
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(fakexen_store_read("/local/domain/0/device-model/2/physmap/100000/name",
				       name, sizeof(name)));
	EXPECT_STREQ("vga.vram", name);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
	dm_end(&dm);
}

TEST(a_thousand_records)
{
	boot_with_bar_at(BAR_B, true);
	guest_save();
	for (int i = 0; i < 260; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%x", 0x10000000 + i * 0x1000);
		records_put(2, key, key, "1000", "lies");
	}
	guest_restore(true, false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_TRUE(walk(WALK_RECORDS));
	dm_end(&dm);
}

/* A move that failed and could not be undone; the records say so. */
static void boot_and_split(void)
{
	const struct fakexen_fault fault = {
		.name = "xendevicemodel_relocate_memory", .nth = 1, .times = 2,
		.error = ENOMEM, .after = 20,
	};

	boot_with_bar_at(BAR_A, true);
	fakexen_fail(&fault);
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(2, fakexen_failed());
	fakexen_fail(NULL);
	EXPECT_TRUE(walk(WALK_PINS));
	EXPECT_EQ(NOWHERE, walk_place(HOME));
}

TEST(split_and_healed_at_the_barrier)
{
	boot_and_split();
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	dm_end(&dm);
}

TEST(split_when_saved)
{
	boot_and_split();
	guest_restore(true, false);
	EXPECT_FALSE(VGA->dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
	dm_end(&dm);
}

/* One piece of it has been lost track of. */
TEST(split_and_one_record_missing)
{
	boot_and_split();
	fakexen_store_remove("/local/domain/0/device-model/1/physmap/100000");
	guest_restore(true, false);
	dm_map_bar(&dm, VGA, BAR_B);
	guest_resume();
	/* nothing can be seen through it, but nothing is lost or mixed up */
	EXPECT_TRUE(walk(WALK_PINS));
	dm_end(&dm);
}

FIXTURE(age) { };
FIXTURE_SETUP(age) { }
FIXTURE_TEARDOWN(age) { dm_end(&dm); }
FIXTURE_VARIANT(age) { enum dm_age age; };
FIXTURE_VARIANT_ADD(age, qemu_2_10) { DM_2_10 };
FIXTURE_VARIANT_ADD(age, qemu_11) { DM_11_1 };

TEST_F(age, moves_saves_and_restores)
{
	guest_boot_as(&(struct guest){ .age = variant->age });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_migrate(true);
	EXPECT_FALSE(VGA->dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

/* A restored QEMU makes no libxenctrl call by which its handle were known. */
TEST(page_by_page)
{
	setenv("XENPHYSMAP_RELOCATE", "page", 1);
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
	guest_migrate(true);
	guest_resume();
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* The four e1000 ROMs: one device fewer than there was. */
FIXTURE(two) { };
FIXTURE_SETUP(two)
{
	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_add_block(&dm, HOME + VRAM, VRAM));
	walk_add(HOME + VRAM, VRAM);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_map_bar(&dm, &dm.block[1], BAR_B));
}
FIXTURE_TEARDOWN(two) { dm_end(&dm); }
FIXTURE_VARIANT(two) { bool first, second; };
FIXTURE_VARIANT_ADD(two, both_decoded) { true, true };
FIXTURE_VARIANT_ADD(two, the_first_only) { true, false };
FIXTURE_VARIANT_ADD(two, the_second_only) { false, true };
FIXTURE_VARIANT_ADD(two, neither) { false, false };

/* Two displays' memories, side by side at home, are not one that is in pieces. */
TEST_F(two, displays)
{
	struct dm_block *second = &dm.block[1];

	if (!variant->first)
		dm_unmap_bar(&dm, VGA, BAR_A);
	if (!variant->second)
		dm_unmap_bar(&dm, second, BAR_B);
	guest_save();
	guest_rebuild(true, false);
	dm_add_block(&dm, HOME, VRAM);
	dm_add_block(&dm, HOME + VRAM, VRAM);
	EXPECT_FALSE(VGA->dummy);
	EXPECT_FALSE(second->dummy);
	if (variant->first)
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	if (variant->second)
		EXPECT_EQ(0, dm_map_bar(&dm, second, BAR_B));
	guest_resume();
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(variant->first ? BAR_A : HOME, walk_place(HOME));
	EXPECT_EQ(variant->second ? BAR_B : HOME + VRAM, walk_place(HOME + VRAM));
	if (variant->first)
		EXPECT_TRUE(guest_sees(VGA, BAR_A));
	if (variant->second)
		EXPECT_TRUE(guest_sees(second, BAR_B));
}

TEST(a_block_fewer)
{
	boot_with_bar_at(BAR_B, true);
	EXPECT_EQ(0, dm_add_block(&dm, ROM + ROM_NR, ROM_NR));
	walk_add(ROM + ROM_NR, ROM_NR);
	guest_migrate(true);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
	EXPECT_EQ(ROM + ROM_NR, walk_place(ROM + ROM_NR));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
