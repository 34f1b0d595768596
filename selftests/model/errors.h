/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The errors that each libxen call can really give to a device model, whose
 * arguments are right as far as it can know.
 */
#ifndef SELFTESTS_MODEL_ERRORS_H
#define SELFTESTS_MODEL_ERRORS_H

#include <stdbool.h>

#define ERRORS_MAX	10

/**
 * struct errors - of one call
 * @name: of libxen's function
 * @partial: some of the work may have been done
 * @excuses: WALK_* that need not hold while it fails
 * @error: ends with 0
 */
struct errors {
	const char *name;
	bool partial;
	unsigned int excuses;
	int error[ERRORS_MAX];
};

/* NULL for a call that can't fail, or isn't the shim's to survive. */
const struct errors *errors_of(const char *name);

#endif
