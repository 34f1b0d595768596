// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * /proc/self/maps.  The only object that opens a file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "area.h"

static bool parse(const char *line, struct area *area)
{
	int n = 0;

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %n", &area->start, &area->end, &n) != 2 || !n)
		return false;
	if (strlen(line + n) >= sizeof(area->rest))
		return false;
	strcpy(area->rest, line + n);
	return true;
}

bool area_describe(const void *addr, size_t bytes, struct area *area)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t start = (uintptr_t)addr;
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (maps && !found && getline(&line, &size, maps) > 0)
		found = parse(line, area) && area->start == start && area->end == start + bytes;
	free(line);
	if (maps)
		fclose(maps);
	return found;
}

bool area_unchanged(const struct area *area)
{
	struct area now;

	return area_describe((void *)area->start, area->end - area->start, &now) &&
	       !strcmp(now.rest, area->rest);
}
