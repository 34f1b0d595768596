// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap run: what the wrapper does, for a program of the caller's choice.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "ctl.h"
#include "options.h"
#include "place.h"
#include "say.h"

static int run(int argc, char **argv)
{
	static const struct option_spec none[] = { { 0 } };
	char shim[PATH_MAX], **envp;
	int first = options_parse(argc, argv, none), rc;

	if (first < 0)
		return first;
	if (first == argc)
		return CTL_USAGE;
	rc = environment_renew(environ, place_find(PLACE_SHIM, shim) ? shim : NULL,
			       !!getenv("XENPHYSMAP_STRICT"), &envp);
	if (rc) {
		say("%s", rc == -ENOENT ? PLACE_SHIM " isn't where it was installed" :
		    strerror(-rc));
		return EXIT_FAILURE;
	}
	execvpe(argv[first], argv + first, envp);
	say("%s: %s", argv[first], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

const struct subcommand ctl_run = {
	.name = "run",
	.synopsis = "[--] PROGRAM [ARGUMENT]...",
	.summary = "a program with the shim: a QEMU, or a toolstack that starts some",
	.help = "PROGRAM takes this process's place, with the shim in front in LD_PRELOAD.\n"
		"The shim does nothing but in a process that becomes a device model.\n"
		"Exit status: the program's; 127 there is no such program, 126 it can't be\n"
		"executed.\n\n",
	.run = run,
};
