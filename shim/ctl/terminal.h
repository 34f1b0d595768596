/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may be written to standard output beside plain text.
 */
#ifndef XENPHYSMAP_CTL_TERMINAL_H
#define XENPHYSMAP_CTL_TERMINAL_H

#include <stdbool.h>

/**
 * struct colours - sequences that begin a colour, and end it; "" where there are
 *                  to be none
 */
struct colours {
	const char *good;
	const char *doubtful;
	const char *bad;
	const char *strong;
	const char *faint;
	const char *none;
};

/**
 * terminal_colours() - Colours, on a terminal that has some.
 *
 * None where NO_COLOR is in the environment and not empty (no-color.org).
 *
 * Return: a constant.
 */
const struct colours *terminal_colours(void);

/**
 * terminal_has_unicode() - Is standard output a terminal of a UTF-8 locale?
 */
bool terminal_has_unicode(void);

#endif
