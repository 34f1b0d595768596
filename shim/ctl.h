/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands of the xenphysmap command, each in a file of its own,
 * ctl-<name>.c, or, where there is more to it, ctl/<name>.c and others; ctl.c has
 * the table.
 */
#ifndef XENPHYSMAP_SHIM_CTL_H
#define XENPHYSMAP_SHIM_CTL_H

/*
 * Exit statuses that mean the same in every subcommand: 0 and 1 are those of
 * stdlib.h (done, all is well; and failed, can't be told), 3 and above are a
 * subcommand's own answers.
 */
#define CTL_EXIT_USAGE	2

/* What a subcommand returns where there is something to be said about its use. */
enum {
	CTL_HELP = -1,		/* print its help */
	CTL_USAGE = -2,		/* it wasn't called as it should be */
};

/**
 * struct subcommand - a row of the table
 * @name: first word of the command line
 * @synopsis: the words after it
 * @summary: what it does, a line
 * @help: what its options and answers are, lines; or ""
 * @run: gets its own words, that of the command the first; returns an exit status,
 *       CTL_HELP or CTL_USAGE
 */
struct subcommand {
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct subcommand ctl_list, ctl_show, ctl_verify, ctl_watch, ctl_doctor, ctl_run,
	ctl_replace, ctl_inspect, ctl_counters, ctl_handover;

#endif
