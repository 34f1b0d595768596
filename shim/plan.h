/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In which steps a range of frames moves so that no page is lost.  Pure.
 */
#ifndef XENPHYSMAP_SHIM_PLAN_H
#define XENPHYSMAP_SHIM_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The most frames that one hypercall may be asked to move: Xen keeps the
 * count in 16 bits, so that 65,536 frames are "moved" by moving none.
 */
#define PLAN_STEP_MAX	65535

/**
 * struct step - one hypercall's worth of a move
 * @off: first frame, counted from the start of the range that moves
 * @nr: frames, at most PLAN_STEP_MAX
 */
struct step {
	uint64_t off;
	uint64_t nr;
};

/**
 * struct plan - the steps of one move that are still to be made
 *
 * Source and destination of no step overlap.  Xen before 4.22 moves frames
 * upwards within a hypercall, and may be preempted and resumed anywhere in it,
 * so an overlap inside a step would overwrite pages that have yet to move.
 */
struct plan {
	uint64_t left;
	uint64_t nr;
	uint64_t step;
	bool downwards;
};

/**
 * plan_start() - Plan the move of @nr frames from @src to @dst.
 * @plan: to be filled
 * @src: first frame now
 * @dst: first frame afterwards, not @src
 * @nr: frames; neither range may wrap
 */
void plan_start(struct plan *plan, uint64_t src, uint64_t dst, uint64_t nr);

/**
 * plan_next() - Take the next step.
 * @plan: started
 * @step: filled where there is one
 *
 * Return: whether there was one.
 */
bool plan_next(struct plan *plan, struct step *step);

#endif
