// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dm DOMID start|restore...: the life of a device model, on a guest that never
 * runs.  What the guest would do is done here: its BAR is programmed, and its
 * pages are looked at, frame by frame, through a handle that is nobody's.
 *
 * "start" creates the video RAM, moves it about, and stops where a toolstack
 * would save the guest.  "restore" is the device model that comes after: it
 * knows where the BAR is, from its device's state, and of the pages what the
 * records say.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dm.h"

/* Nothing else is there, and each is aligned as a BAR of this size must be. */
#define FIRST		0xf1000
#define SECOND		0xe0000
#define SAVED		0xd0000

#define WORDS		(PAGE / sizeof(uint64_t))

static const xen_pfn_t *run_of(uint64_t gfn)
{
	static xen_pfn_t frames[FRAMES];

	for (size_t i = 0; i < FRAMES; i++)
		frames[i] = gfn + i;
	return frames;
}

/* Each page has a number of its own, in its first word and in its last. */
static void mark(struct dm *dm, uint64_t salt)
{
	for (size_t i = 0; i < FRAMES; i++)
		dm->vram[i * WORDS] = dm->vram[(i + 1) * WORDS - 1] = salt + i;
}

static size_t count_marks(const uint64_t *pages, uint64_t salt)
{
	size_t right = 0;

	for (size_t i = 0; i < FRAMES; i++)
		right += pages[i * WORDS] == salt + i && pages[(i + 1) * WORDS - 1] == salt + i;
	return right;
}

/* What the guest has at @gfn: every page of the video RAM, in order. */
static void guest_sees(struct dm *dm, uint64_t gfn, uint64_t salt)
{
	xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
	uint64_t *pages = fmem ? xenforeignmemory_map(fmem, dm->domid, PROT_READ, FRAMES,
						      run_of(gfn), NULL) : NULL;

	if (!pages)
		err(1, "the guest's pages at 0x%lx", (unsigned long)gfn);
	if (count_marks(pages, salt) != FRAMES)
		errx(1, "%zu of %u pages are right at 0x%lx", count_marks(pages, salt), FRAMES,
		     (unsigned long)gfn);
	xenforeignmemory_unmap(fmem, pages, FRAMES);
	xenforeignmemory_close(fmem);
	printf("%u pages right at 0x%lx\n", FRAMES, (unsigned long)gfn);
}

/* And nothing at @gfn: an access there would be the device model's. */
static void guest_sees_nothing(struct dm *dm, uint64_t gfn)
{
	static int errors[FRAMES];
	xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
	void *pages = fmem ? xenforeignmemory_map(fmem, dm->domid, PROT_READ, FRAMES, run_of(gfn),
						  errors) : NULL;

	if (!pages)
		err(1, "nothing at 0x%lx", (unsigned long)gfn);
	for (size_t i = 0; i < FRAMES; i++)
		if (!errors[i])
			errx(1, "a page was left at 0x%lx", (unsigned long)(gfn + i));
	xenforeignmemory_unmap(fmem, pages, FRAMES);
	xenforeignmemory_close(fmem);
}

/* The guest programs the BAR, or switches decode off (NOWHERE). */
static void set_bar(struct dm *dm, uint64_t bar)
{
	if (dm->bar != NOWHERE && dm_region_del(dm))
		err(1, "leaving 0x%lx", (unsigned long)dm->bar);
	dm->bar = bar;
	if (bar != NOWHERE && (dm_region_add(dm) || dm_relocate(dm)))
		err(1, "going to 0x%lx", (unsigned long)bar);
}

static void open_all(struct dm *dm, uint32_t domid)
{
	memset(dm, 0, sizeof(*dm));
	dm->domid = domid;
	dm->bar = NOWHERE;
	dm->xch = xc_interface_open(NULL, NULL, 0);
	dm->dmod = xendevicemodel_open(NULL, 0);
	dm->fmem = xenforeignmemory_open(NULL, 0);
	if (!dm->xch || !dm->dmod || !dm->fmem)
		err(1, "no Xen here");
	if (xendevicemodel_create_ioreq_server(dm->dmod, domid, HVM_IOREQSRV_BUFIOREQ_OFF,
					       &dm->server) || dm_attach(dm))
		err(1, "domain %u", domid);
}

static void close_all(struct dm *dm)
{
	munmap(dm->vram, FRAMES * PAGE);
	dm_detach(dm);
	if (xendevicemodel_destroy_ioreq_server(dm->dmod, dm->domid, dm->server))
		err(1, "domain %u", dm->domid);
	xendevicemodel_close(dm->dmod);
	xenforeignmemory_close(dm->fmem);
	xc_interface_close(dm->xch);
}

static void start(struct dm *dm)
{
	xen_pfn_t frames[FRAMES];

	memcpy(frames, run_of(HOME), sizeof(frames));
	if (dm_populate(dm, frames))
		err(1, "no video RAM");
	dm->vram = dm_map(dm, NULL, run_of(HOME), NULL);
	if (!dm->vram || dm_run(dm))
		err(1, "domain %u", dm->domid);
	mark(dm, 1000);

	set_bar(dm, FIRST);
	guest_sees(dm, FIRST, 1000);
	set_bar(dm, SECOND);
	guest_sees(dm, SECOND, 1000);
	guest_sees_nothing(dm, FIRST);

	/* a guest that is saved without a BAR has its video RAM at home */
	set_bar(dm, NOWHERE);
	if (dm_stop(dm))
		err(1, "stopping");
	guest_sees_nothing(dm, SECOND);
	printf("away from 0x%x\n", SECOND);

	if (dm_run(dm))
		err(1, "running");
	set_bar(dm, SAVED);
	mark(dm, 2000);
	guest_sees(dm, SAVED, 2000);
	if (dm_stop(dm))
		err(1, "stopping");
}

static void restore(struct dm *dm)
{
	static int errors[FRAMES];
	void *again;

	/* the home's frames, as ever: the records say where the pages are */
	dm->vram = dm_map(dm, NULL, run_of(HOME), errors);
	for (size_t i = 0; dm->vram && i < FRAMES; i++)
		if (errors[i])
			errx(1, "no page for frame 0x%lx", (unsigned long)(HOME + i));
	if (!dm->vram || count_marks(dm->vram, 2000) != FRAMES)
		errx(1, "another memory than the one that was saved");

	/* the device's state is loaded: its BAR is where it was */
	dm->bar = SAVED;
	if (dm_region_add(dm))
		err(1, "the BAR");
	again = dm_map(dm, dm->vram, run_of(SAVED), errors);
	if (again != dm->vram || dm_run(dm))
		err(1, "mapping the BAR");
	printf("%zu pages found\n", count_marks(dm->vram, 2000));

	set_bar(dm, FIRST);
	mark(dm, 3000);
	guest_sees(dm, FIRST, 3000);
	guest_sees_nothing(dm, SAVED);
	if (dm_stop(dm))
		err(1, "stopping");
}

int main(int argc, char *argv[])
{
	struct dm dm;

	if (argc < 3)
		errx(2, "usage: %s DOMID start|restore...", argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++) {
		open_all(&dm, strtoul(argv[1], NULL, 10));
		if (strcmp(argv[i], "restore"))
			start(&dm);
		else
			restore(&dm);
		close_all(&dm);
	}
	return 0;
}
