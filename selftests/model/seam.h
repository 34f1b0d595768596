/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the tests look into the shim: the one engine of the process, and what
 * it logged.  Everything else they see is what a device model, a guest or a
 * toolstack sees.
 */
#ifndef SELFTESTS_MODEL_SEAM_H
#define SELFTESTS_MODEL_SEAM_H

#include <stdbool.h>

#include "engine.h"

/* The engine that the entry attached last, or NULL once that is closed. */
const struct xenphysmap *seam_engine(void);
void seam_forget_engine(void);

/* Where the first frame of a block is, as the engine has it; @home without one. */
uint64_t seam_place(uint64_t home);

/* Has a line with these words been logged since the last seam_forget_log()? */
bool seam_logged(const char *words);
void seam_forget_log(void);
void seam_print_log(void);

/* The n-th allocation from now, and those after it, fails inside the shim. */
void seam_fail_malloc(unsigned long nth, unsigned long times);
unsigned long seam_mallocs(void);
unsigned long seam_mallocs_failed(void);

#endif
