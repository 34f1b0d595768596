// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "gfn.h"
#include "scan.h"

#define FOUR_GIB_GFN	(FOUR_GIB >> PAGE_SHIFT)
#define MEBIBYTE	UINT64_C(256)

/* hvmloader's and libxc's pages are from here on, see Xen's e820.h. */
#define FIRMWARE	0xfc000

/* The frame, in (@from, @to], that differs from @from and has none such before. */
static int64_t first_other(struct frames *frames, uint64_t from, uint64_t to, int has)
{
	while (to - from > 1) {
		uint64_t between = from + (to - from) / 2;
		int there = frames_has(frames, between);

		if (there < 0)
			return there;
		if (there == has)
			from = between;
		else
			to = between;
	}
	return (int64_t)to;
}

/* One that follows on the last one belongs to it. */
static int add(struct scan *scan, uint64_t gfn, uint64_t end)
{
	struct extent *last = scan->nr ? &scan->extent[scan->nr - 1] : NULL;
	struct extent *more;

	if (last && last->gfn + last->nr == gfn) {
		last->nr = end - last->gfn;
		return 0;
	}
	more = reallocarray(scan->extent, scan->nr + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	scan->extent = more;
	more[scan->nr++] = (struct extent){ gfn, end - gfn };
	return 0;
}

/* In a block each frame; outside, up to the next block, by steps. */
static uint64_t next_sample(const struct guest *guest, uint64_t gfn, uint64_t step)
{
	for (unsigned int i = 0; i < guest->nr_blocks; i++) {
		const struct guest_block *b = &guest->block[i];

		if (frames_within(gfn, b->place, b->nr))
			return gfn + 1;
		if (gfn < b->place && b->place - gfn < step)
			step = b->place - gfn;
	}
	return gfn + step;
}

static int scan_range(struct scan *scan, struct frames *frames, const struct guest *guest,
		      uint64_t from, uint64_t to, uint64_t step)
{
	uint64_t start = from, gfn = from;
	int has = from < to ? frames_has(frames, from) : 0, rc = 0;

	while (has >= 0 && gfn < to && !rc) {
		uint64_t next = next_sample(guest, gfn, step);
		int there;

		if (next > to)
			next = to;
		there = next < to ? frames_has(frames, next) : has;
		if (there < 0)
			return there;
		if (there != has) {
			int64_t edge = first_other(frames, gfn, next, has);

			if (edge < 0)
				return (int)edge;
			if (has)
				rc = add(scan, start, edge);
			start = edge;
			has = there;
		}
		gfn = next;
	}
	if (has > 0 && !rc)
		rc = add(scan, start, to);
	return has < 0 ? has : rc;
}

int scan_guest(struct scan *scan, struct frames *frames, const struct guest *guest,
	       uint64_t ram_end, uint64_t end)
{
	const struct {
		uint64_t from, to, step;
	} range[] = {
		{ 0, MEBIBYTE, 1 },
		{ MEBIBYTE, ram_end, 2 * MEBIBYTE },
		{ ram_end, FIRMWARE, MEBIBYTE / 4 },
		{ FIRMWARE, FOUR_GIB_GFN, MEBIBYTE / 32 },
		{ FOUR_GIB_GFN, end, 2 * MEBIBYTE },
	};
	int rc = 0;

	*scan = (struct scan){ .extent = NULL };
	for (size_t i = 0; i < sizeof(range) / sizeof(*range) && !rc; i++)
		rc = scan_range(scan, frames, guest, range[i].from, range[i].to, range[i].step);
	return rc;
}

void scan_release(struct scan *scan)
{
	free(scan->extent);
}
