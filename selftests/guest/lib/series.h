/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A series of BAR moves, round robin over some places, judged after each: in
 * one go, or one step at a time between commands, so that a save or a
 * migration can hit it in the middle.
 */
#ifndef GUEST_SERIES_H
#define GUEST_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#define SERIES_PLACES 8

/*
 * Prepares @moves moves. With @n 0 the places are the first six of vga_place()
 * that are free now: a BAR on top of RAM would prove nothing.
 * False if that leaves fewer than two.
 */
bool series_start(uint32_t moves, const uint32_t *places, uint32_t n);

void series_step(void);		/* a move; the last one says the verdict */
void series_stop(void);
void series_finish(void);
/* Moves still to make (0: no series is running), and made so far. */
uint32_t series_left(void);
uint32_t series_done(void);

#endif
