/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command loop, and how a command answers: exactly once, by reply().
 */
#ifndef GUEST_SERVE_H
#define GUEST_SERVE_H

#include <stdbool.h>

#define MAX_WORDS 12

struct command {
	const char *name;
	const char *usage;	/* its arguments, each after a blank */
	int min, max;		/* how many of them */
	bool needs_vga;
	/*
	 * Gets its arguments only. False means that they are no good, and that
	 * nothing has been done or said.
	 */
	bool (*run)(int n, char **arg);
};

extern const struct command commands[];		/* ends with an empty name */

void serve(void) __attribute__((noreturn));
void reply(const char *how, ...) __attribute__((format(printf, 1, 2)));

#endif
