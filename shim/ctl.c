// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The xenphysmap command: which subcommand is meant, and what there are.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const struct subcommand *const subcommands[] = {
	&ctl_list, &ctl_show, &ctl_verify, &ctl_watch, &ctl_doctor, &ctl_run, &ctl_replace,
	&ctl_inspect, &ctl_counters, &ctl_handover,
};
#define NR_SUBCOMMANDS	(sizeof(subcommands) / sizeof(*subcommands))

static void print_usage(FILE *out)
{
	fputs("usage: xenphysmap SUBCOMMAND [ARGUMENT]...\n"
	      "       xenphysmap --help | --version\n\n", out);
	for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
		fprintf(out, "  %-10s %s\n", subcommands[i]->name, subcommands[i]->summary);
	fputs("\n\"xenphysmap SUBCOMMAND --help\" says more.  A DOMAIN is a name or a domid.\n"
	      "Exit status: 0 done, all is well; 1 failed; 2 wrong arguments; 3 and 4 are a\n"
	      "subcommand's own.\n", out);
}

static void print_synopsis(const struct subcommand *sub, FILE *out)
{
	fprintf(out, "usage: xenphysmap %s %s\n", sub->name, sub->synopsis);
}

static void print_help(const struct subcommand *sub)
{
	print_synopsis(sub, stdout);
	printf("\n%s\n\n%s  -h, --help           this\n", sub->summary, sub->help);
}

static const struct subcommand *find(const char *name)
{
	for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
		if (!strcmp(name, subcommands[i]->name))
			return subcommands[i];
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct subcommand *sub = argc ? find(argv[0]) : NULL;
	int status;

	if (!sub) {
		if (argc)
			fprintf(stderr, "xenphysmap: there is no subcommand '%s'\n", argv[0]);
		print_usage(stderr);
		return CTL_EXIT_USAGE;
	}
	/* getopt_long(3) complains by it */
	argv[0] = program_invocation_short_name;
	status = sub->run(argc, argv);
	if (status == CTL_USAGE) {
		print_synopsis(sub, stderr);
		status = CTL_EXIT_USAGE;
	} else if (status == CTL_HELP) {
		print_help(sub);
		status = EXIT_SUCCESS;
	}
	return status;
}

/* Data that didn't arrive is a failure, whatever there was to be said. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	perror("xenphysmap: standard output");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};

	switch (getopt_long(argc, argv, "+hV", options, NULL)) {
	case 'h':
		print_usage(stdout);
		return finish(EXIT_SUCCESS);
	case 'V':
		puts("xenphysmap " XENPHYSMAP_VERSION);
		return finish(EXIT_SUCCESS);
	case -1:
		return finish(run(argc - optind, argv + optind));
	default:
		print_usage(stderr);
		return CTL_EXIT_USAGE;
	}
}
