// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which pages of a guest's video RAM were written since the last call of this
 * program: asked of the shim, as a device model that links it asks, or of Xen
 * itself.  It finds the block by the records and leaves all as it is.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xenphysmap.h>

#include "errname.h"

#define BITS	(8 * sizeof(unsigned long))

static struct xenphysmap_handles handles;

/* Mapping a block at home is how a device model makes a record of it true. */
static int ask_shim(uint32_t domid, uint64_t home, uint64_t nr, unsigned long *bits)
{
	struct xenphysmap *pm = xenphysmap_open(domid, &handles, 0);
	xen_pfn_t *frame = calloc(nr, sizeof(*frame));
	int *error = calloc(nr, sizeof(*error));
	void *map;
	int rc, saved;

	if (!pm || !frame || !error)
		err(1, "domain %u", domid);
	for (uint64_t i = 0; i < nr; i++)
		frame[i] = home + i;
	map = xenphysmap_map(pm, NULL, PROT_READ, 0, nr, frame, error);
	if (!map || error[0] || error[nr - 1])
		errx(1, "no block of %" PRIu64 " frames at %#" PRIx64, nr, home);
	rc = xenphysmap_track(pm, home, nr, bits);
	saved = errno;
	munmap(map, nr << XC_PAGE_SHIFT);
	free(error);
	free(frame);
	xenphysmap_close(pm);
	errno = saved;
	return rc;
}

static void print_ranges(uint64_t nr, const unsigned long *bits)
{
	uint64_t start = 0;
	bool inside = false;

	for (uint64_t i = 0; i <= nr; i++) {
		bool dirty = i < nr && bits[i / BITS] >> i % BITS & 1;

		if (dirty == inside)
			continue;
		if (dirty)
			start = i;
		else
			printf(i - start > 1 ? " %" PRIu64 "-%" PRIu64 : " %" PRIu64, start,
			       i - 1);
		inside = dirty;
	}
	puts("");
}

int main(int argc, char **argv)
{
	bool shim = argc == 5 && !strcmp(argv[1], "shim");
	unsigned long *bits;
	uint64_t gfn, nr;
	uint32_t domid;
	int rc;

	if (argc != 5 || (!shim && strcmp(argv[1], "xen")))
		errx(2, "usage: %s shim|xen DOMID GFN NR", argv[0]);
	domid = strtoul(argv[2], NULL, 10);
	gfn = strtoull(argv[3], NULL, 0);
	nr = strtoull(argv[4], NULL, 0);
	handles.size = sizeof(handles);
	handles.dmod = xendevicemodel_open(NULL, 0);
	handles.fmem = xenforeignmemory_open(NULL, 0);
	bits = calloc(nr / BITS + 1, sizeof(*bits));
	if (!handles.dmod || !handles.fmem || !bits)
		err(1, "Xen");
	rc = shim ? ask_shim(domid, gfn, nr, bits) :
		    xendevicemodel_track_dirty_vram(handles.dmod, domid, gfn, nr, bits);
	printf("%s", rc ? errname(errno) : "0");
	print_ranges(rc ? 0 : nr, bits);
	free(bits);
	xenforeignmemory_close(handles.fmem);
	xendevicemodel_close(handles.dmod);
	return 0;
}
