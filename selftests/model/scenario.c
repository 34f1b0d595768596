// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What fail_nth.c makes fail and killed.c kills.  An act checks the invariants
 * between its steps; errors of its calls are what it is for, and are not looked
 * at.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "scenario.h"
#include "seam.h"

unsigned int scenario_tolerated;
uint64_t scenario_nr = SMALL;

#define CHECK()	EXPECT_TRUE(walk(scenario_tolerated))

static void boot(void)
{
	guest_boot_as(&(struct guest){ .nr = scenario_nr });
}

static void boot_at(uint64_t bar)
{
	boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
}

static void toggle(uint64_t bar)
{
	dm_unmap_bar(&dm, VGA, bar);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
}

static void first_bar_act(void)
{
	dm_map_bar(&dm, VGA, BAR_A);
}

static void first_bar_mend(void)
{
	toggle(BAR_A);
}

const struct scenario first_bar = {
	boot, first_bar_act, first_bar_mend, BAR_A, BAR_A, { 0, 0 }
};

static void move_prepare(void)
{
	boot_at(BAR_A);
}

static void move_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
}

static void move_mend(void)
{
	toggle(BAR_B);
}

const struct scenario move = {
	move_prepare, move_act, move_mend, BAR_B, BAR_B, { BAR_A, BAR_B }
};

static void back_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	CHECK();
	dm_move_bar(&dm, VGA, BAR_B, BAR_A);
}

const struct scenario there_and_back = {
	move_prepare, back_act, first_bar_mend, BAR_A, BAR_A, { BAR_A, BAR_A }
};

static void up_act(void)
{
	dm_forget_entries(&dm);
	dm_move_bar(&dm, VGA, BAR_A, BAR_A + 3);
}

static void up_mend(void)
{
	toggle(BAR_A + 3);
}

const struct scenario overlap_up = {
	move_prepare, up_act, up_mend, BAR_A + 3, BAR_A + 3, { BAR_A, BAR_A + 3 }
};

static void down_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, BAR_A - 3);
}

static void down_mend(void)
{
	toggle(BAR_A - 3);
}

const struct scenario overlap_down = {
	move_prepare, down_act, down_mend, BAR_A - 3, BAR_A - 3, { BAR_A, BAR_A - 3 }
};

static void evicted_act(void)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	CHECK();
	dm_map_io(&dm, BAR_A + 1, 2);
}

static void stop_again(void)
{
	dm_continue(&dm);
	EXPECT_EQ(0, dm_stop(&dm));
}

const struct scenario evicted = {
	move_prepare, evicted_act, stop_again, HOME, 0, { BAR_A, 0 }
};

static void sheltered_act(void)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_map_io(&dm, HOME + 1, 1);
	CHECK();
	dm_map_io(&dm, BAR_A + 1, 1);
	CHECK();
	dm_unmap_io(&dm, HOME + 1, 1);
	dm_stop(&dm);
}

const struct scenario sheltered = {
	move_prepare, sheltered_act, stop_again, HOME, 0, { BAR_A, 0 }
};

static void stop_act(void)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_stop(&dm);
}

const struct scenario barrier = {
	move_prepare, stop_act, stop_again, HOME, 0, { BAR_A, 0 }
};

static void saved_at_b(void)
{
	boot_at(BAR_A);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_save();
}

static void restore_act(void)
{
	guest_restore(true, false);
	CHECK();
	dm_map_bar(&dm, VGA, BAR_B);
	CHECK();
	dm_continue(&dm);
}

/* A device model that is dead, without its video RAM or the shim: another try. */
static void restore_mend(void)
{
	if (dm.dead || VGA->dummy || !seam_engine()) {
		guest_restore(true, false);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
		EXPECT_EQ(0, dm_continue(&dm));
	}
	EXPECT_FALSE(VGA->dummy);
	toggle(BAR_B);
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	dm_unmap_bar(&dm, VGA, BAR_B);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_C));
}

const struct scenario restored = {
	saved_at_b, restore_act, restore_mend, BAR_C, BAR_C, { BAR_B, BAR_B }
};

/* As large as video RAM is at least: it may be searched for. */
static void killed_with_decode_off(void)
{
	guest_boot_as(&(struct guest){ .nr = 256 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_unmap_bar(&dm, VGA, BAR_A);
}

const struct scenario restored_elsewhere = {
	killed_with_decode_off, restore_act, restore_mend, BAR_C, BAR_C, { 0, BAR_B }
};

static void blind_act(void)
{
	guest_restore(false, false);
	CHECK();
	dm_map_bar(&dm, VGA, BAR_B);
	CHECK();
	dm_continue(&dm);
}

const struct scenario restored_without_records = {
	saved_at_b, blind_act, restore_mend, BAR_C, BAR_C, { BAR_B, BAR_B }
};

static void steps_aside_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, ROM_AFTER(scenario_nr) - 4);
	CHECK();
	dm_move_bar(&dm, VGA, ROM_AFTER(scenario_nr) - 4, BAR_B);
	CHECK();
	dm_stop(&dm);
}

static void steps_back_mend(void)
{
	dm_continue(&dm);
	toggle(BAR_B);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_EQ(ROM_AFTER(scenario_nr), walk_place(ROM_AFTER(scenario_nr)));
}

const struct scenario rom_steps_aside = {
	move_prepare, steps_aside_act, steps_back_mend, BAR_B, BAR_B, { BAR_A, BAR_B }
};

/* As with memory=64, where that is an address for a BAR. */
static void makes_room_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, ROM_AFTER(scenario_nr));
	CHECK();
	dm_move_bar(&dm, VGA, ROM_AFTER(scenario_nr), BAR_B);
}

const struct scenario rom_makes_room = {
	move_prepare, makes_room_act, steps_back_mend, BAR_B, BAR_B, { BAR_A, BAR_B }
};

static void qemu_11(void)
{
	guest_boot_as(&(struct guest){ .age = DM_11_1, .nr = scenario_nr });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
}

static void qemu_11_act(void)
{
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	CHECK();
	dm_unmap_bar(&dm, VGA, BAR_B);
	CHECK();
	dm_stop(&dm);
}

const struct scenario qemu_11_leaves = {
	qemu_11, qemu_11_act, stop_again, HOME, 0, { BAR_A, 0 }
};

/*
 * QEMU may never tell again what the shim had no memory to remember, so that
 * only a new address mends it.
 */
static void new_address_mend(void)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_unmap_bar(&dm, VGA, BAR_B);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_C));
}

const struct scenario first_bar_then_another = {
	boot, first_bar_act, new_address_mend, BAR_C, BAR_C, { 0, 0 }
};

const struct scenario move_and_on = {
	move_prepare, move_act, new_address_mend, BAR_C, BAR_C, { 0, 0 }
};

/* And without memory all the time, it learns nothing about a restored guest. */
static void restore_again_mend(void)
{
	if (!seam_engine() || !blocks_at_home(&seam_engine()->blocks, HOME) || dm.dead) {
		guest_restore(true, false);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
		EXPECT_EQ(0, dm_continue(&dm));
	}
	dm_unmap_bar(&dm, VGA, BAR_B);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_C));
}

const struct scenario restored_again = {
	saved_at_b, restore_act, restore_again_mend, BAR_C, BAR_C, { 0, 0 }
};

const struct scenario restored_again_without_records = {
	saved_at_b, blind_act, restore_again_mend, BAR_C, BAR_C, { 0, 0 }
};
