// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Guests that stock QEMU has saved with their video RAM where neither the
 * device's state nor a record says: found, unless there is doubt.  And device
 * models that aren't let near a guest, because they aren't its own.
 */
#include <stdlib.h>

#include "guest.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

FIXTURE(from_stock) { };

FIXTURE_SETUP(from_stock)
{
	guest_boot_as(&(struct guest){ .stock = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
}

FIXTURE_TEARDOWN(from_stock)
{
	dm_end(&dm);
}

static void works_at(uint64_t bar)
{
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(guest_sees(VGA, bar));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(bar, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, bar, BAR_C));
	EXPECT_TRUE(walk(0));
	EXPECT_TRUE(guest_sees(VGA, BAR_C));
}

static void restore_under_shim(void)
{
	guest_save();
	guest_restore(false, false);
}

/* Pages at A, the BAR at B. */
TEST_F(from_stock, after_a_move)
{
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	restore_under_shim();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

/* Pages at A, no BAR: QEMU won't ask for them but by their home. */
TEST_F(from_stock, decode_off_then_elsewhere)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	restore_under_shim();
	EXPECT_FALSE(VGA->dummy);
	guest_resume();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	works_at(BAR_B);
}

TEST_F(from_stock, decode_off_then_where_it_was)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	restore_under_shim();
	guest_resume();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	works_at(BAR_A);
}

TEST_F(from_stock, decode_off_twice)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	restore_under_shim();
	guest_resume();
	guest_save();
	guest_restore(true, false);
	EXPECT_FALSE(VGA->dummy);
	guest_resume();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	works_at(BAR_B);
}

/* Not looked for by its home, since something else is missing too. */
TEST_F(from_stock, after_a_move_and_without_a_block)
{
	const uint64_t gone = 0x900;

	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_save();
	guest_rebuild(false, false);
	EXPECT_EQ(0, dm_add_block(&dm, gone, 4));
	EXPECT_EQ(0, dm_add_block(&dm, HOME, VRAM));
	EXPECT_TRUE(dm.block[1].dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, &dm.block[1], BAR_B));
	EXPECT_TRUE(seam_logged("not at its BAR"));
	guest_resume();
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
}

/* Something else of the same size, alone, aligned: it may be the video RAM. */
TEST_F(from_stock, two_that_look_alike)
{
	EXPECT_EQ(0, fakexen_populate(BAR_C, VRAM));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	restore_under_shim();
	EXPECT_TRUE(VGA->dummy);
	EXPECT_TRUE(seam_logged("neither is taken"));
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_B));
	/* nothing has been moved on a guess */
	EXPECT_EQ(BAR_A, walk_place(HOME));
}

/* Then the BAR says it, as it does to stock. */
TEST_F(from_stock, two_that_look_alike_and_not_moved)
{
	EXPECT_EQ(0, fakexen_populate(BAR_C, VRAM));
	restore_under_shim();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	EXPECT_EQ(BAR_A, walk_place(HOME));
}

TEST_F(from_stock, chosen)
{
	EXPECT_EQ(0, fakexen_populate(BAR_C, VRAM));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	setenv("XENPHYSMAP_VRAM_AT", "f1000000", 1);
	restore_under_shim();
	EXPECT_FALSE(VGA->dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
}

TEST_F(from_stock, chosen_wrongly)
{
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	setenv("XENPHYSMAP_VRAM_AT", "d0000000", 1);
	restore_under_shim();
	EXPECT_TRUE(seam_logged("there is no video RAM at"));
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_EQ(BAR_A, walk_place(HOME));
}

/* A choice is for guests without a record. */
TEST(record_before_choice)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	setenv("XENPHYSMAP_VRAM_AT", "d0000000", 1);
	guest_migrate(true);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	works_at(BAR_A);
	dm_end(&dm);
}

/* ---- XENPHYSMAP_STRICT ---- */

FIXTURE(strict) { };

FIXTURE_SETUP(strict)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_save();
	setenv("XENPHYSMAP_STRICT", "1", 1);
	guest_rebuild(true, false);
}

FIXTURE_TEARDOWN(strict)
{
	dm_end(&dm);
}

TEST_F(strict, the_same)
{
	dm_add_block(&dm, HOME, VRAM);
	dm_add_block(&dm, ROM, ROM_NR);
	EXPECT_FALSE(dm.dead);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

static void gets_nothing(void)
{
	EXPECT_TRUE(dm.dead);
	EXPECT_TRUE(seam_logged("gets no memory"));
	/* and the next one finds everything as it was */
	guest_restore(true, false);
	EXPECT_FALSE(dm.dead);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	works_at(BAR_B);
}

TEST_F(strict, smaller)
{
	dm_add_block(&dm, HOME, VRAM / 2);
	gets_nothing();
}

TEST_F(strict, larger)
{
	dm_add_block(&dm, HOME, VRAM * 2);
	gets_nothing();
}

TEST_F(strict, elsewhere)
{
	dm_add_block(&dm, HOME + VRAM * 4, VRAM);
	gets_nothing();
}

/* Blocks as the guest has them, but pages that may be here or there. */
TEST_F(strict, record_that_nothing_bears_out)
{
	records_put(2, "100000", "f8000000", "40000", "vga.vram");
	EXPECT_EQ(0, fakexen_populate(BAR_C, VRAM));
	dm_add_block(&dm, HOME, VRAM);
	EXPECT_TRUE(dm.dead);
	EXPECT_TRUE(seam_logged("gets no memory"));
	EXPECT_TRUE(walk_record_is(2, HOME, 0xf8000, VRAM, "vga.vram"));
}

TEST_HARNESS_MAIN
