// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device model for xl, of two names: as "stock" the distribution's QEMU, as
 * "shim" the same with the shim, each between spies, and with the time of the
 * exec() in the spies' notes.  In place of the script that ships, so that both
 * are started in the same way.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HERE	"/usr/lib/xenphysmap/bench/"
#define SHIM	"/usr/lib/xenphysmap/xenphysmap-preload.so"

int main(int argc, char *argv[])
{
	const char *qemu = getenv("STOCK_DM"), *name = strrchr(argv[0], '/');
	struct timespec ts;
	char when[32];

	(void)argc;
	if (!qemu || !name)
		errx(127, "STOCK_DM isn't set, or this wasn't called by its path");
	setenv("LD_PRELOAD", strcmp(name, "/shim") ? HERE "above.so:" HERE "below.so" :
	       HERE "above.so:" SHIM ":" HERE "below.so", 1);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(when, sizeof(when), "%lld%09ld", (long long)ts.tv_sec, ts.tv_nsec);
	setenv("XENPHYSMAP_SPY_EXEC", when, 1);
	execv(qemu, argv);
	err(127, "%s", qemu);
}
