/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest may expect of its video memory, whatever was done to its BAR:
 * what it would find on a real machine. And the verdict: the first thing that
 * was not so stands.
 */
#ifndef GUEST_JUDGE_H
#define GUEST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include "vram.h"

/* Seconds after which looking at one whole video memory is given up. */
#define PATIENCE 30u

/* Says it on Xen's console, and remembers the first complaint. */
void blame(const char *what, uint32_t at);

/* "none" (no display), "fail" or "pass" */
const char *verdict(void);

/* The first complaint and its address; "" when there is none. */
const char *blamed(uint32_t *at);

/* Each false from here on has been blamed. */

/* Marks the whole video memory of the selected device. */
bool mark_all(uint32_t salt);

/* How programs begin: the BAR's first place, and marks. */
bool place_and_mark(uint32_t at, uint32_t salt);

/*
 * What has to be so. The cheap look takes some pages only, for use
 * between many moves.
 */
enum look { CHEAP, WHOLE };
bool expect_here(enum look look);	/* at the BAR: direct, marks right */
bool expect_hole(uint32_t at);		/* nothing of it where it was */

#endif
