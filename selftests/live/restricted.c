// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * restricted -xen-domid N [ARG...]
 *
 * Stands in for QEMU in a stubdom whose kernel forbids hypercalls (XSA-482):
 * QEMU itself can't start there, but a device model that needs none may link
 * the shim in.  Moves pages of guest RAM to a hole and back, and says on the
 * console what it has seen; the test is in stubdom.sh.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "xenphysmap.h"

#define NR	64
#define RAM	0x800
#define HOLE	0xe0000

static xenforeignmemory_handle *fmem;
static uint32_t domid;

/* All of the frames, or NULL where there isn't a page in each. */
static uint32_t *map(uint64_t gfn)
{
	xen_pfn_t gfns[NR];

	for (unsigned int i = 0; i < NR; i++)
		gfns[i] = gfn + i;
	return xenforeignmemory_map2(fmem, domid, NULL, PROT_READ | PROT_WRITE, 0, NR, gfns, NULL);
}

static void mark(uint64_t gfn)
{
	uint32_t *pages = map(gfn);

	if (!pages)
		err(1, "FAIL: can't map the guest");
	for (uint32_t i = 0; i < NR; i++)
		pages[i * 1024] = 0xc0de0000 + i;
	xenforeignmemory_unmap(fmem, pages, NR);
}

static void expect_marks(uint64_t gfn)
{
	const uint32_t *pages = map(gfn);

	if (!pages)
		err(1, "FAIL: no pages at %lx", (unsigned long)gfn);
	for (uint32_t i = 0; i < NR; i++)
		if (pages[i * 1024] != 0xc0de0000 + i)
			errx(1, "FAIL: page %u at %lx", i, (unsigned long)gfn);
	xenforeignmemory_unmap(fmem, (void *)pages, NR);
}

static void expect(int wanted, int rc, const char *what)
{
	int seen = rc ? errno : 0;

	if (seen != wanted)
		errx(1, "FAIL: %s: %s", what, strerror(seen));
}

int main(int argc, char **argv)
{
	struct xenphysmap_handles handles = { .size = sizeof(handles) };
	unsigned long bits[NR / 64];
	struct xenphysmap *pm;

	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "-xen-domid"))
			domid = atoi(argv[i + 1]);
	fmem = handles.fmem = xenforeignmemory_open(NULL, 0);
	handles.dmod = xendevicemodel_open(NULL, 0);
	pm = xenphysmap_open(domid, &handles, XENPHYSMAP_F_NO_RECORDS);
	if (!domid || !pm)
		errx(1, "FAIL: nothing to work with");

	mark(RAM);
	expect(EPERM, xendevicemodel_relocate_memory(handles.dmod, domid, NR, RAM, HOLE),
	       "libxendevicemodel's relocate");
	expect(0, xenphysmap_relocate(pm, RAM, HOLE, NR), "relocate");
	expect(0, xenphysmap_pin(pm, HOLE, HOLE + NR - 1, 6), "pin");
	expect_marks(HOLE);
	if (map(RAM))
		errx(1, "FAIL: pages are left behind");
	expect(0, xenphysmap_track(pm, HOLE, NR, bits), "track");
	expect(0, xenphysmap_modified(pm, HOLE, NR), "modified");
	expect(0, xenphysmap_relocate(pm, RAM, HOLE + 0x1000, NR), "second relocate");
	expect_marks(HOLE + 0x1000);
	puts("restricted: PASS");
	return 0;
}
