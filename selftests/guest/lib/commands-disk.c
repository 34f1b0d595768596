// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands about the disk.
 */
#include "commands.h"
#include "disk.h"
#include "serve.h"
#include "text.h"
#include "vram.h"

/* "FIRST SECTORS SALT" */
static bool parse(char **arg, uint32_t *first, uint32_t *sectors, uint32_t *salt)
{
	return parse_count(arg[0], first) && parse_count(arg[1], sectors) &&
	       *sectors && parse_hex(arg[2], salt) && *salt >= SALT_MIN &&
	       *salt <= SALT_MAX;
}

static bool each(const char *name, char **arg,
		 bool (*fn)(uint32_t sector, uint32_t salt))
{
	uint32_t first, sectors, salt, i = 0;

	if (!parse(arg, &first, &sectors, &salt))
		return false;
	while (i < sectors && fn(first + i, salt))
		i++;
	reply("%s %s sectors=%u of=%u", i == sectors ? "ok" : "fail", name, i,
	      sectors);
	return true;
}

bool run_diskmark(int n, char **arg)
{
	(void)n;
	return each("diskmark", arg, disk_mark);
}

bool run_diskcheck(int n, char **arg)
{
	(void)n;
	return each("diskcheck", arg, disk_marked);
}

bool run_diskwork(int n, char **arg)
{
	uint32_t first, sectors, salt;

	(void)n;
	if (!parse(arg, &first, &sectors, &salt))
		return false;
	disk_work(first, sectors, salt);
	reply("ok diskwork");
	return true;
}

bool run_diskstop(int n, char **arg)
{
	uint32_t done = disk_stop();

	(void)n;
	(void)arg;
	reply("%s diskstop sectors=%u", disk_failed() ? "fail" : "ok", done);
	return true;
}
