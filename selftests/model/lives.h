/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of a guest, from power-on, on the model: what happens is chosen, and
 * the invariants are checked after every step.
 */
#ifndef SELFTESTS_MODEL_LIVES_H
#define SELFTESTS_MODEL_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIFE_STEPS	40	/* at the most */

/**
 * struct choices - what decides
 * @bytes: one for each choice, or NULL
 * @left: of them
 * @seed: of a generator, where there are no bytes
 */
struct choices {
	const uint8_t *bytes;
	size_t left;
	uint64_t seed;
};

/* Failures are those of the test; what happened until then is in the log. */
void life(struct choices *choices, bool faults);

#endif
