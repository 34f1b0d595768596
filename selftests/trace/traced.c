// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device model on the model of Xen, under the shim that ships, that does what it
 * is told by words on stdin, and says "ok" when that is done:
 *
 *	boot	its video RAM goes to its first BAR
 *	move	and to a second one, or back
 *	refused	a third BAR, where another page is, and back from there
 *	map	maps video RAM by its home
 *	save	stops
 *	restore	ends, and is another one that finds all this in a saved guest
 *	end
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "model/dm.h"
#include "trace/traced.h"

#define DOMID	1

static struct dm dm;
static uint64_t bar = BAR_A;

static void boot(void)
{
	dm_start(&dm, DOMID, DM_7_2, false, false);
	if (dm_add_block(&dm, HOME, FRAMES) || dm_map_bar(&dm, &dm.block[0], bar))
		err(1, "boot");
}

static void move(void)
{
	uint64_t from = bar;

	bar = from == BAR_A ? BAR_B : BAR_A;
	if (dm_move_bar(&dm, &dm.block[0], from, bar))
		err(1, "move");
}

static void refused(void)
{
	int (*populate)(uint64_t gfn, uint64_t nr) = dlsym(RTLD_DEFAULT, "fakexen_populate");

	if (!populate || populate(BAR_C + 1, 1))
		errx(1, "no page to be had");
	if (!dm_move_bar(&dm, &dm.block[0], bar, BAR_C) || errno != EBUSY)
		err(1, "a move over a page");
	if (dm_move_bar(&dm, &dm.block[0], BAR_C, bar))
		err(1, "back");
}

static void map(void)
{
	xen_pfn_t gfns[FRAMES];
	int failed[FRAMES];
	void *at;

	for (uint64_t i = 0; i < FRAMES; i++)
		gfns[i] = HOME + i;
	at = xenforeignmemory_map2(dm.fmem, DOMID, NULL, PROT_READ, 0, FRAMES, gfns, failed);
	if (!at || failed[0])
		err(1, "map");
	munmap(at, FRAMES * 4096);
}

static void save(void)
{
	if (dm_stop(&dm))
		err(1, "save");
}

static void restore(void)
{
	dm_end(&dm);
	dm_start(&dm, DOMID, DM_7_2, false, true);
	if (dm_add_block(&dm, HOME, FRAMES) || dm_map_bar(&dm, &dm.block[0], bar) ||
	    dm_continue(&dm))
		err(1, "restore");
}

static const struct {
	const char *word;
	void (*act)(void);
} acts[] = {
	{ "boot\n", boot }, { "move\n", move }, { "refused\n", refused },
	{ "map\n", map }, { "save\n", save }, { "restore\n", restore },
};

int main(void)
{
	char line[16];

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "end\n")) {
		for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
			if (!strcmp(line, acts[i].word))
				acts[i].act();
		puts("ok");
	}
	dm_end(&dm);
	return 0;
}
