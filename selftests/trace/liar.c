// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * liar empty|short|other|newer: a process that has something under the name of the
 * shim's page that isn't one, as a device model that was taken over may.  Says "ok"
 * and waits for the end of stdin.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "counters.h"

int main(int argc, char **argv)
{
	const char *how = argc == 2 ? argv[1] : "";
	struct counters page = {
		.magic = COUNTERS_MAGIC,
		.version = COUNTERS_VERSION,
		.nr = UINT32_MAX,
		.value = { 7 },
	};
	int fd = memfd_create(COUNTERS_NAME, 0);

	if (!strcmp(how, "other"))
		page.version++;
	if (fd < 0 || write(fd, &page, sizeof(page)) != sizeof(page) ||
	    mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
		err(1, "memfd");
	if ((!strcmp(how, "empty") && ftruncate(fd, 0)) ||
	    (!strcmp(how, "short") && ftruncate(fd, 100)))
		err(1, "ftruncate");
	puts("ok");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
