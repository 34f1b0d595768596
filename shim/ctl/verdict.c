// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * QEMU maps video RAM at home, which fails if it isn't there, and then where
 * the card's BAR is, if that answers; without pages there it aborts.
 */
#include <errno.h>
#include <string.h>

#include "gfn.h"
#include "verdict.h"

#define VIDEO_RAM	"vga.vram"

/* As in shim/rescue.c. */
#define SEARCH_MIN	64

static bool full(const struct saved *saved, uint64_t gfn, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (gfn == GFN_NONE || !stream_has(saved, gfn + i))
			return false;
	return true;
}

static bool stands_alone(const struct saved *saved, uint64_t gfn, uint64_t nr)
{
	return full(saved, gfn, nr) && (!gfn || !stream_has(saved, gfn - 1)) &&
	       !stream_has(saved, gfn + nr);
}

static void search(struct verdict *v, const struct saved *saved)
{
	uint64_t start = v->home < STREAM_FRAMES ? v->home + v->nr : 0;

	if ((v->nr & (v->nr - 1)) || v->nr < SEARCH_MIN)
		return;
	for (uint64_t gfn = (start + v->nr - 1) / v->nr * v->nr; gfn + v->nr <= STREAM_FRAMES;
	     gfn += v->nr) {
		if (!stands_alone(saved, gfn, v->nr))
			continue;
		if (v->candidates < CANDIDATES_MAX)
			v->candidate[v->candidates] = gfn;
		v->candidates++;
	}
}

static const struct record *video_record(const struct saved *saved)
{
	for (unsigned int i = 0; i < saved->nr; i++)
		if (!strcmp(saved->rec[i].name, VIDEO_RAM))
			return &saved->rec[i];
	return NULL;
}

/* QEMU allocates in steps of 256 KiB, sizes are powers of two. */
static void measure(struct verdict *v, uint64_t ram, uint64_t video)
{
	v->home = GFN_NONE;
	if (v->record) {
		v->home = v->record->phys_offset >> PAGE_SHIFT;
		v->nr = v->record->size >> PAGE_SHIFT;
		return;
	}
	if (ram)
		v->home = (ram + 0x3ffff) >> 18 << (18 - PAGE_SHIFT);
	for (v->nr = 1; v->nr < video >> PAGE_SHIFT; v->nr <<= 1)
		;
}

int verdict_reach(struct verdict *v, const struct saved *saved, const struct display *display,
		  uint64_t ram, uint64_t video)
{
	uint64_t bar = display->bar >> PAGE_SHIFT, place;

	memset(v, 0, sizeof(*v));
	v->record = video_record(saved);
	if (!v->record && !video)
		return -ENODATA;
	measure(v, ram, video);
	/* its first map may fail, if the second one doesn't */
	if (full(saved, display->decode ? bar : v->home, v->nr))
		return 0;
	v->stock = display->decode ? FATE_LOST : FATE_SPLIT;
	v->shim = v->stock;
	place = v->record ? v->record->start_addr >> PAGE_SHIFT : 0;
	if (v->record && full(saved, place, v->nr)) {
		v->shim = FATE_BY_RECORD;
		return 0;
	}
	search(v, saved);
	if (v->candidates == 1)
		v->shim = FATE_BY_SEARCH;
	return 0;
}
