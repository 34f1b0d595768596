// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * All ends of everything cut the space into pieces that are of one kind each;
 * neighbours that are alike become one span again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gfn.h"
#include "space.h"

#define FOUR_GIB_GFN	(FOUR_GIB >> PAGE_SHIFT)

/* libxc's special pages: of ioreq servers, the console, xenstore. */
#define SPECIAL		0xfeff0
#define SPECIAL_NR	16

struct input {
	const struct extent *extent;
	size_t nr;
	const struct guest *guest;
	uint64_t ram_end;
};

static bool has_page(const struct input *in, uint64_t gfn)
{
	for (size_t i = 0; i < in->nr; i++)
		if (frames_within(gfn, in->extent[i].gfn, in->extent[i].nr))
			return true;
	return false;
}

static const struct guest_block *placed_at(const struct guest *guest, uint64_t gfn)
{
	for (unsigned int i = 0; i < guest->nr_blocks; i++)
		if (frames_within(gfn, guest->block[i].place, guest->block[i].nr))
			return &guest->block[i];
	return NULL;
}

static const struct guest_block *home_at(const struct guest *guest, uint64_t gfn)
{
	for (unsigned int i = 0; i < guest->nr_blocks; i++)
		if (frames_within(gfn, guest->block[i].home, guest->block[i].nr))
			return &guest->block[i];
	return NULL;
}

static struct span judge(const struct input *in, uint64_t gfn)
{
	struct span span = { .gfn = gfn, .block = placed_at(in->guest, gfn) };
	bool page = has_page(in, gfn);

	if (span.block) {
		span.kind = !page ? SPAN_MISSING : span.block->place == span.block->home ?
			    SPAN_AT_HOME : SPAN_PLACED;
	} else if (page) {
		span.kind = gfn < in->ram_end || gfn >= FOUR_GIB_GFN ? SPAN_RAM : SPAN_OTHER;
	} else {
		span.block = home_at(in->guest, gfn);
		span.kind = span.block ? SPAN_LEFT : SPAN_EMPTY;
	}
	return span;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

/* Where something may begin or end: @cut has room for all of them. */
static size_t find_cuts(const struct input *in, uint64_t *cut)
{
	size_t n = 0;

	cut[n++] = 0;
	cut[n++] = in->ram_end;
	cut[n++] = FOUR_GIB_GFN;
	for (size_t i = 0; i < in->nr; i++) {
		cut[n++] = in->extent[i].gfn;
		cut[n++] = in->extent[i].gfn + in->extent[i].nr;
	}
	for (unsigned int i = 0; i < in->guest->nr_blocks; i++) {
		const struct guest_block *b = &in->guest->block[i];

		cut[n++] = b->place;
		cut[n++] = b->place + b->nr;
		cut[n++] = b->home;
		cut[n++] = b->home + b->nr;
	}
	qsort(cut, n, sizeof(*cut), ascending);
	return n;
}

int space_build(struct space *space, const struct extent *extent, size_t nr,
		const struct guest *guest, uint64_t ram_end)
{
	const struct input in = { extent, nr, guest, ram_end };
	size_t max = 3 + 2 * nr + 4 * (size_t)guest->nr_blocks, n;
	uint64_t *cut = calloc(max, sizeof(*cut));

	*space = (struct space){ .span = calloc(max, sizeof(*space->span)) };
	n = cut && space->span ? find_cuts(&in, cut) : 0;
	for (size_t i = 1; i < n; i++) {
		struct span next = judge(&in, cut[i - 1]), *last = &space->span[space->nr - 1];

		next.nr = cut[i] - cut[i - 1];
		if (!next.nr)
			continue;
		if (space->nr && last->kind == next.kind && last->block == next.block)
			last->nr += next.nr;
		else
			space->span[space->nr++] = next;
	}
	free(cut);
	return n ? 0 : -ENOMEM;
}

void space_release(struct space *space)
{
	free(space->span);
}

void space_label(const struct span *span, char text[SPACE_WORDS])
{
	const struct guest_block *b = span->block;

	switch (span->kind) {
	case SPAN_EMPTY:
		snprintf(text, SPACE_WORDS, "%s", span->gfn == 0xa0 ? "VGA window" : "");
		break;
	case SPAN_RAM:
		snprintf(text, SPACE_WORDS, "RAM");
		break;
	case SPAN_AT_HOME:
		snprintf(text, SPACE_WORDS, "%s, at home", b->name);
		break;
	case SPAN_PLACED:
		snprintf(text, SPACE_WORDS, "%s, placed; its home is %" PRIx64, b->name,
			 b->home << PAGE_SHIFT);
		break;
	case SPAN_LEFT:
		snprintf(text, SPACE_WORDS, "home of %s, empty", b->name);
		break;
	case SPAN_MISSING:
		snprintf(text, SPACE_WORDS, "%s by its record, but NO PAGES", b->name);
		break;
	case SPAN_OTHER:
		snprintf(text, SPACE_WORDS, "%s", span->gfn >= SPECIAL &&
			 span->gfn + span->nr <= SPECIAL + SPECIAL_NR ? "special pages" :
			 "pages of no block");
		break;
	}
}

void space_size(uint64_t nr, char text[SPACE_WORDS])
{
	static const char units[] = "KMGTP";
	unsigned int unit = 0;
	uint64_t tenths = (nr << PAGE_SHIFT >> 10) * 10;

	while (tenths >= 10240 && units[unit + 1]) {
		tenths = (tenths + 512) >> 10;
		unit++;
	}
	if (tenths % 10)
		snprintf(text, SPACE_WORDS, "%" PRIu64 ".%" PRIu64 " %ciB", tenths / 10,
			 tenths % 10, units[unit]);
	else
		snprintf(text, SPACE_WORDS, "%" PRIu64 " %ciB", tenths / 10, units[unit]);
}

const char *space_key(enum span_kind kind)
{
	static const char *const keys[] = {
		[SPAN_EMPTY] = "empty",
		[SPAN_RAM] = "ram",
		[SPAN_AT_HOME] = "block at home",
		[SPAN_PLACED] = "block placed",
		[SPAN_LEFT] = "home left",
		[SPAN_MISSING] = "block missing",
		[SPAN_OTHER] = "other",
	};

	return keys[kind];
}
