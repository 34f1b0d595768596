// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The same memory in a save: at home, so that a stock device model finds it, and
 * back at its BAR afterwards; whatever fails, in any order, and with names in the
 * records that are lies.
 */
#include <stdlib.h>

#include "displays.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

#include <xen/hvm/ioreq.h>

/* ---- saves ---- */

TEST(at_home_in_a_save)
{
	followed_at(BAR_B);
	guest_save();
	EXPECT_EQ(SECOND, walk_place(SECOND));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_TRUE(walk_record_is(1, SECOND, SECOND, NR, "bar@30@e0000000"));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_continue(&dm));
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(restored)
{
	followed_at(BAR_B);
	guest_save();
	rebuild(false);
	EXPECT_FALSE(dm.block[1].dummy);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(SECOND, walk_place(SECOND));
	guest_resume();
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(guest_sees(&dm.block[1], BAR_B));
	EXPECT_TRUE(walk(0));
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* A device model that maps nothing of it while it starts, as a bochs-display. */
TEST(restored_unseen)
{
	followed_at(BAR_B);
	guest_save();
	guest_rebuild(true, false);
	dm_add_block(&dm, HOME, NR);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(restored_with_decode_off)
{
	followed_at(BAR_B);
	bar_off(BAR_B, NR);
	guest_save();
	rebuild(false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_EQ(SECOND, walk_place(SECOND));
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Another device's registers are where the BAR was before decode went off. */
TEST(restored_with_registers_where_it_was)
{
	followed_at(BAR_B);
	bar_off(BAR_B, NR);
	bar_on(3, BAR_B, NR);
	guest_save();
	EXPECT_TRUE(walk_record_is(1, SECOND, SECOND, NR, "bar@30"));
	rebuild(false);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_EQ(SECOND, walk_place(SECOND));
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Stock has it where stock would have left it. */
TEST(restored_by_stock)
{
	followed_at(BAR_B);
	guest_save();
	rebuild(true);
	EXPECT_FALSE(dm.block[1].dummy);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_FALSE(dm.dead);
	guest_resume();
	EXPECT_EQ(SECOND, walk_place(SECOND));
	EXPECT_TRUE(guest_sees(&dm.block[1], SECOND));
	dm_end(&dm);
}

TEST(no_more)
{
	followed_at(BAR_B);
	guest_save();
	setenv("XENPHYSMAP_BARS", "vga", 1);
	rebuild(false);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_TRUE(walk_record_is(2, SECOND, SECOND, NR, "ram@200000"));
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

/* Pages that were sent can't be taken back: it stays at the BAR, as recorded. */
static void migrate_live(void)
{
	followed_at(BAR_B);
	fakexen_log_dirty(true);
	guest_save();
	fakexen_log_dirty(false);
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk_record_is(1, SECOND, BAR_B, NR, "bar@30@e0000000"));
	rebuild(false);
	EXPECT_FALSE(dm.block[1].dummy);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
}

TEST(migrated_live)
{
	unsigned long before;

	migrate_live();
	before = moves();
	guest_resume();
	EXPECT_EQ(before, moves());
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	guest_save();
	expect_at_home();
}

/* ... to a shim that isn't to follow it: then it is to be at home. */
TEST(migrated_live_and_no_more)
{
	setenv("XENPHYSMAP_BARS", "vga", 1);
	followed_at(BAR_B);
	fakexen_log_dirty(true);
	guest_save();
	fakexen_log_dirty(false);
	setenv("XENPHYSMAP_BARS", "vga", 1);
	rebuild(false);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	expect_at_home();
}

TEST(bar_moves_while_it_is_migrated_live)
{
	followed_at(BAR_B);
	fakexen_log_dirty(true);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_C, NR);
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	fakexen_log_dirty(false);
	dm_unmap_io(&dm, BAR_A + 2 * NR, 1);
	EXPECT_EQ(BAR_C, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* The device model was killed, its pages at the BAR, and another one started. */
TEST(replaced_after_a_kill)
{
	followed_at(BAR_B);
	guest_replace();
	/* as the harness has it, the second block is no longer behind the first */
	dm_add_device(&dm, VGA_SLOT);
	dm_add_block(&dm, SECOND, NR);
	dm_add_device(&dm, SLOT);
	EXPECT_FALSE(dm.block[1].dummy);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Home is somebody's meanwhile: it can't be in the save as stock wants it. */
TEST(home_is_taken)
{
	followed_at(BAR_B);
	dm_map_io(&dm, SECOND + 3, 1);
	guest_save();
	EXPECT_TRUE(seam_logged("can't be at home for the save"));
	EXPECT_EQ(BAR_B, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* ---- calls that fail ---- */

/* All of a followed block's life, but for its restore. */
static void act(void)
{
	bar_on(SLOT, BAR_B, NR);
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_C, NR);
	dm_stop(&dm);
	dm_continue(&dm);
	bar_off(BAR_C, NR);
	dm_map_io(&dm, BAR_C + 1, 1);
	dm_unmap_io(&dm, BAR_C + 1, 1);
}

/* One call after the other, and half way through: no page is lost, and it goes on. */
TEST_TIMEOUT(any_call_fails, 120)
{
	unsigned long before, calls = 1;
	struct fakexen_fault fault = { .times = 1, .error = ENOMEM, .after = NR / 2 };

	for (fault.nth = 1; fault.nth <= calls && !ksft_harness.shared->failed; fault.nth++) {
		boot();
		EXPECT_EQ(0, vga_on(BAR_A));
		before = fakexen_calls(NULL);
		fakexen_fail(&fault);
		act();
		if (fault.nth == 1)
			calls = fakexen_calls(NULL) - before;
		fakexen_fail(NULL);
		EXPECT_EQ(0, dm_stop(&dm));
		EXPECT_EQ(SECOND, walk_place(SECOND));
		EXPECT_EQ(BAR_A, walk_place(HOME));
		EXPECT_TRUE(walk(WALK_PINS))
			TH_LOG("%s failed", fakexen_call_name(before + fault.nth - 1));
		EXPECT_EQ(0, dm_continue(&dm));
		bar_on(SLOT, BAR_B, NR);
		EXPECT_TRUE(walk(WALK_PINS));
		EXPECT_TRUE(guest_sees(&dm.block[1], walk_place(SECOND)));
		dm_end(&dm);
	}
	EXPECT_LT(20, calls);
}

/* ---- any order ---- */

enum who {
	DISPLAY,	/* the one that is relocated */
	OTHER,		/* and the one that isn't */
	REGISTERS,	/* as long as either */
	WHOS,
};

static const uint8_t slot_of[WHOS] = { VGA_SLOT, SLOT, 3 };
static uint64_t bar_of[WHOS];
static bool live;

static void toggle(enum who who, uint64_t bar)
{
	for (enum who i = 0; i < WHOS; i++)
		if (bar_of[who] == NOWHERE && bar_of[i] == bar)
			return;
	if (bar_of[who] == NOWHERE && who == DISPLAY)
		EXPECT_EQ(0, vga_on(bar));
	else if (bar_of[who] == NOWHERE)
		bar_on(slot_of[who], bar, NR);
	else if (who == DISPLAY)
		dm_unmap_bar(&dm, VGA, bar_of[who]);
	else
		bar_off(bar_of[who], NR);
	bar_of[who] = bar_of[who] == NOWHERE ? bar : NOWHERE;
}

static void migrate(void)
{
	guest_save();
	if (!live)
		EXPECT_EQ(SECOND, walk_place(SECOND));
	fakexen_log_dirty(live = false);
	rebuild(false);
	for (enum who i = OTHER; i < WHOS; i++)
		if (bar_of[i] != NOWHERE)
			dm_map_io(&dm, bar_of[i], NR);
	if (bar_of[DISPLAY] != NOWHERE)
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar_of[DISPLAY]));
	guest_resume();
	EXPECT_FALSE(dm.block[1].dummy);
}

static void any_step(uint64_t *seed)
{
	uint64_t what = ksft_random(seed) % 16;

	if (what < 12) {
		/* what is known of the display is less: see another_device_where_it_was */
		toggle(what % WHOS, (what % WHOS == DISPLAY ? BAR_A : BAR_C) +
				    ksft_random(seed) % 5 * NR);
	} else if (what == 12) {
		migrate();
	} else if (what == 13) {
		fakexen_log_dirty(live = !live);
		/* any call: what had to wait needn't any more */
		dm_unmap_io(&dm, 0x300000, 1);
	} else {
		EXPECT_EQ(0, dm_stop(&dm));
		EXPECT_TRUE(walk(0));
		EXPECT_EQ(0, dm_continue(&dm));
	}
}

TEST_TIMEOUT(random, 300)
{
	uint64_t seed = ksft_seed();

	for (unsigned long n = ksft_iterations(60); n-- && !ksft_harness.shared->failed; ) {
		boot();
		live = false;
		for (enum who i = 0; i < WHOS; i++)
			bar_of[i] = NOWHERE;
		for (int i = 0; i < 60 && !ksft_harness.shared->failed; i++) {
			any_step(&seed);
			EXPECT_TRUE(walk(0));
			if (!live && bar_of[OTHER] != NOWHERE)
				EXPECT_EQ(bar_of[OTHER], walk_place(SECOND));
			if (!live && bar_of[DISPLAY] != NOWHERE)
				EXPECT_EQ(bar_of[DISPLAY], walk_place(HOME));
		}
		fakexen_log_dirty(false);
		dm_end(&dm);
	}
	EXPECT_FALSE(ksft_harness.shared->failed)
		seam_print_log();
}

/* ---- names that are none of ours ---- */

FIXTURE(name) {
};

FIXTURE_VARIANT(name) {
	const char *name;
};

#define NAME(variant, text)		\
FIXTURE_VARIANT_ADD(name, variant) {	\
	.name = text,			\
}
NAME(no_device, "bar@");
NAME(host_bridge, "bar@0@e0000000");
NAME(no_number, "bar@zz@e0000000");
NAME(too_large, "bar@ffffffff@e0000000");
NAME(no_address, "bar@30@");
NAME(no_page, "bar@30@e0000800");
NAME(not_aligned, "bar@30@e0001000");
NAME(beyond, "bar@30@fffffffffff00000");
NAME(more, "bar@30@e0000000@1");

FIXTURE_SETUP(name)
{
	(void)self;
	(void)variant;
}

FIXTURE_TEARDOWN(name)
{
	(void)self;
	(void)variant;
}

TEST_F(name, is_only_a_name)
{
	(void)self;
	followed_at(BAR_B);
	guest_save();
	records_put(1, "200000", "200000", "100000", variant->name);
	rebuild(false);
	dm_map_io(&dm, BAR_B, NR);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	bar_off(BAR_B, NR);
	bar_on(SLOT, BAR_B, NR);
	expect_at_home();
}

TEST_HARNESS_MAIN
