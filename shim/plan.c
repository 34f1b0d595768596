// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The order of a move.  The only place that knows how Xen walks through a
 * range; relocate.c makes the steps, move.c decides what to do when one fails.
 */
#include "plan.h"

void plan_start(struct plan *plan, uint64_t src, uint64_t dst, uint64_t nr)
{
	uint64_t distance = dst > src ? dst - src : src - dst;

	plan->left = nr;
	plan->nr = nr;
	plan->step = distance < PLAN_STEP_MAX ? distance : PLAN_STEP_MAX;
	/* onto frames that are its own: the last pages have to go first */
	plan->downwards = dst > src && distance < nr;
}

bool plan_next(struct plan *plan, struct step *step)
{
	if (!plan->left)
		return false;
	step->nr = plan->left < plan->step ? plan->left : plan->step;
	plan->left -= step->nr;
	step->off = plan->downwards ? plan->left : plan->nr - plan->left - step->nr;
	return true;
}
