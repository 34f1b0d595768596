/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What fail_nth.c makes fail and killed.c kills: each a piece of a guest's life, and what mends
 * it when the fault is gone.
 */
#ifndef SELFTESTS_MODEL_SCENARIO_H
#define SELFTESTS_MODEL_SCENARIO_H

#include <stdint.h>

/* Frames of video RAM: few, since there are many moves. */
#define SMALL	UINT64_C(8)
extern uint64_t scenario_nr;

/**
 * struct scenario - something that is to survive
 * @prepare: without faults
 * @act: with them; whatever it calls may fail
 * @mend: without faults again: what a guest or a toolstack would try next
 * @place: where the video RAM is then
 * @at: the bar it is seen through, 0 for none
 * @bar: the BAR in the device's state before the act and after it, 0 for none
 */
struct scenario {
	void (*prepare)(void);
	void (*act)(void);
	void (*mend)(void);
	uint64_t place;
	uint64_t at;
	uint64_t bar[2];
};

/* What is broken now excuses this: WALK_*. */
extern unsigned int scenario_tolerated;

extern const struct scenario first_bar;
extern const struct scenario move;
extern const struct scenario there_and_back;
extern const struct scenario overlap_up;
extern const struct scenario overlap_down;
extern const struct scenario evicted;
extern const struct scenario sheltered;
extern const struct scenario barrier;
extern const struct scenario restored;
extern const struct scenario restored_elsewhere;
extern const struct scenario restored_without_records;
extern const struct scenario rom_steps_aside;
extern const struct scenario rom_makes_room;
extern const struct scenario qemu_11_leaves;
extern const struct scenario first_bar_then_another;
extern const struct scenario move_and_on;
extern const struct scenario restored_again;
extern const struct scenario restored_again_without_records;

#endif
