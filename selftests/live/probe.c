// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Questions about a guest that no tool of Xen's answers: which frames have a
 * page, which cache attributes are pinned; and what a test has to spoil to see
 * it mended.  By the libraries whose interface never changes only, so that one
 * build runs on every Xen; knows nothing of the shim.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xenctrl.h>	/* without it the next one is empty before 4.15 */
#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#include "errname.h"

#define CHUNK		1024
#define WB		6		/* XEN_DMOP_MEM_CACHEATTR_WB */
#define UNPIN		((uint32_t)-1)	/* XEN_DMOP_DELETE_MEM_CACHEATTR */
#define PINS_MAX	64
#define NOBODYS		UINT64_C(0x800000)	/* frames at 32 GiB */

static xendevicemodel_handle *dmod;
static xenforeignmemory_handle *fmem;
static domid_t domid;

static int pin(uint64_t first, uint64_t last, uint32_t type)
{
	return xendevicemodel_pin_memory_cacheattr(dmod, domid, first, last, type);
}

static const char *outcome(int rc)
{
	return rc ? errname(errno) : "0";
}

static void do_pin(const uint64_t *n)
{
	puts(outcome(pin(n[0], n[1], WB)));
}

static void do_unpin(const uint64_t *n)
{
	puts(outcome(pin(n[0], n[1], UNPIN)));
}

/*
 * Does a pin begin at this frame, and go on after it?  Xen refuses one that
 * overlaps another, unless it is the same.
 */
static void do_pinned(const uint64_t *n)
{
	if (pin(n[0], n[0], WB)) {
		puts(errno == EBUSY ? "yes" : outcome(-1));
		return;
	}
	puts("no");
	if (pin(n[0], n[0], UNPIN))
		err(1, "unpin");
}

/* How many there are: those that can still be set are counted. */
static void do_pins(const uint64_t *n)
{
	unsigned int room = 0;

	(void)n;
	while (!pin(NOBODYS + room, NOBODYS + room, WB))
		room++;
	if (errno != ENOSPC)
		err(1, "pin");
	for (unsigned int i = 0; i < room; i++)
		if (pin(NOBODYS + i, NOBODYS + i, UNPIN))
			err(1, "unpin");
	printf("%u\n", PINS_MAX - room);
}

static uint64_t populated(uint64_t gfn, uint64_t nr)
{
	static xen_pfn_t frame[CHUNK];
	static int error[CHUNK];
	uint64_t found = 0;
	void *map;

	for (uint64_t i = 0; i < nr; i++)
		frame[i] = gfn + i;
	map = xenforeignmemory_map2(fmem, domid, NULL, PROT_READ, 0, nr, frame, error);
	if (!map)
		err(1, "map of %" PRIx64, gfn);
	for (uint64_t i = 0; i < nr; i++)
		found += error[i] != -EINVAL;
	xenforeignmemory_unmap(fmem, map, nr);
	return found;
}

static void do_pages(const uint64_t *n)
{
	uint64_t found = 0;

	for (uint64_t i = 0; i < n[1]; i += CHUNK)
		found += populated(n[0] + i, n[1] - i < CHUNK ? n[1] - i : CHUNK);
	printf("%" PRIu64 "\n", found);
}

static void do_move(const uint64_t *n)
{
	puts(outcome(xendevicemodel_relocate_memory(dmod, domid, n[1], n[0], n[2])));
}

/* Nonsense is refused while it is on, and not looked at while it is off. */
static void do_log_dirty(const uint64_t *n)
{
	(void)n;
	puts(xendevicemodel_modified_memory(dmod, domid, UINT64_MAX, 1) ? "on" : "off");
}

static const struct {
	const char *name, *arguments;
	int nr;
	void (*fn)(const uint64_t *n);
} question[] = {
	{ "pages", "GFN NR", 2, do_pages },
	{ "pins", "", 0, do_pins },
	{ "pinned", "GFN", 1, do_pinned },
	{ "pin", "FIRST LAST", 2, do_pin },
	{ "unpin", "FIRST LAST", 2, do_unpin },
	{ "move", "GFN NR TO", 3, do_move },
	{ "log-dirty", "", 0, do_log_dirty },
};

#define QUESTIONS	(sizeof(question) / sizeof(question[0]))

int main(int argc, char **argv)
{
	uint64_t n[3] = { 0 };

	for (size_t i = 0; i < QUESTIONS; i++) {
		if (argc != question[i].nr + 3 || strcmp(argv[2], question[i].name))
			continue;
		domid = strtoul(argv[1], NULL, 10);
		for (int a = 0; a < question[i].nr; a++)
			n[a] = strtoull(argv[a + 3], NULL, 0);
		dmod = xendevicemodel_open(NULL, 0);
		fmem = xenforeignmemory_open(NULL, 0);
		if (!dmod || !fmem)
			err(1, "Xen");
		question[i].fn(n);
		xendevicemodel_close(dmod);
		xenforeignmemory_close(fmem);
		return 0;
	}
	for (size_t i = 0; i < QUESTIONS; i++)
		fprintf(stderr, "usage: %s DOMID %s %s\n", argv[0], question[i].name,
			question[i].arguments);
	return 2;
}
