// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The way to the records under LD_PRELOAD: always through a publisher, because
 * QEMU gives up its privileges and doesn't wait for xenstore.  It lies beside
 * this object, wherever that was installed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "records.h"

static bool beside_us(char path[PATH_MAX])
{
	static const char name[] = "xenphysmap-publisher";
	const char *slash;
	Dl_info info;

	if (!dladdr((void *)name, &info) || !info.dli_fname)
		return false;
	slash = strrchr(info.dli_fname, '/');
	return slash && snprintf(path, PATH_MAX, "%.*s%s", (int)(slash + 1 - info.dli_fname),
				 info.dli_fname, name) < PATH_MAX;
}

int records_open(uint32_t domid, const char *publisher, struct records **records)
{
	char path[PATH_MAX];

	if (!publisher && !beside_us(path))
		return -ENOENT;
	return publisher_open(domid, publisher ? publisher : path, records);
}
