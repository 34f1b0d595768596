/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options of a subcommand, by getopt_long(3).
 */
#ifndef XENPHYSMAP_CTL_OPTIONS_H
#define XENPHYSMAP_CTL_OPTIONS_H

#include <stdbool.h>

/* Of one subcommand, at the most. */
#define OPTIONS_MAX	8

/**
 * struct option_spec - an option
 * @name: without its dashes; NULL after the last one
 * @key: its one-letter form
 * @flag: set where it is given; or
 * @value: receives what follows it, which stays the caller's
 */
struct option_spec {
	const char *name;
	char key;
	bool *flag;
	const char **value;
};

/**
 * options_parse() - Take the options off the words of a subcommand.
 * @argc: number of words
 * @argv: the words, the command's name the first; operands are last afterwards
 * @specs: the options there are, beside --help; ended by one without a name;
 *         where there is none the first operand ends the options
 *
 * Return: the index of the first operand; CTL_HELP; or CTL_USAGE, which is said.
 */
int options_parse(int argc, char **argv, const struct option_spec *specs);

#endif
