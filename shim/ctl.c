// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The xenphysmap command.  Uses the public header only, as do its subcommands
 * but for those that have files of their own.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "xenphysmap.h"

static const char usage_text[] =
	"usage: xenphysmap list DOMID...   blocks of these domains, from their records\n"
	"       xenphysmap counters [--json] [--pid] DOMAIN|PID   what its shim has counted\n"
	"       xenphysmap handover [--once]   give stubdoms the records that libxl restores\n"
	"       xenphysmap inspect SAVEFILE    would this save restore, with the shim and without?\n"
	"       xenphysmap replace [--emulator PATH] [--timeout SECONDS] [--dry-run] DOMAIN\n"
	"                                      another device model for a guest that runs\n"
	"       xenphysmap --help | --version\n";

static int print_record(const struct xenphysmap_record *r, void *arg)
{
	const uint32_t *domid = arg;

	printf("%5u  %-24s %12" PRIx64 " %12" PRIx64 " %8" PRIu64 "  %s\n", *domid, r->name,
	       r->phys_offset, r->start_addr, r->length >> 10,
	       r->phys_offset == r->start_addr ? "at home" : "placed");
	return 0;
}

static int list(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	if (!argc)
		return CTL_USAGE;
	printf("DOMID  %-24s %12s %12s %8s\n", "BLOCK", "HOME", "PLACE", "KiB");
	for (int i = 0; i < argc; i++) {
		char *end;
		unsigned long n = strtoul(argv[i], &end, 10);
		uint32_t domid = n;

		if (!*argv[i] || *end || n > UINT16_MAX) {
			fprintf(stderr, "xenphysmap: '%s' is no domid\n", argv[i]);
			status = CTL_USAGE;
		} else if (xenphysmap_records(domid, print_record, &domid)) {
			fprintf(stderr, "xenphysmap: domain %u: %s\n", domid, strerror(errno));
			status = EXIT_FAILURE;
		}
	}
	return status;
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", list },
	{ "counters", ctl_counters },
	{ "handover", ctl_handover },
	{ "inspect", ctl_inspect },
	{ "replace", ctl_replace },
};

static int run(int argc, char **argv)
{
	int status = CTL_USAGE;

	for (size_t i = 0; argc && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			status = commands[i].run(argc - 1, argv + 1);
	if (status == CTL_USAGE)
		fputs(usage_text, stderr);
	return status;
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
		fputs(usage_text, stdout);
		return EXIT_SUCCESS;
	case 'V':
		puts("xenphysmap " XENPHYSMAP_VERSION);
		return EXIT_SUCCESS;
	case -1:
		break;
	default:
		return CTL_USAGE;
	}
	return run(argc - optind, argv + optind);
}
