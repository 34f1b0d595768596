// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"

static bool find_in(const char *format, const char *part, char path[PATH_MAX])
{
	char self[PATH_MAX], there[2 * PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n < 0 ? 0 : n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	snprintf(there, sizeof(there), format, self, part);
	return realpath(there, path) && !access(path, R_OK);
}

bool place_find(const char *part, char path[PATH_MAX])
{
	if (find_in("%s/../lib/xenphysmap/%s", part, path) || find_in("%s/%s", part, path))
		return true;
	*path = '\0';
	return false;
}
