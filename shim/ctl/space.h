/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's physical address space, in spans of one kind each.  Pure: frames
 * with pages, and records, in; spans, and words for them, out.
 */
#ifndef XENPHYSMAP_CTL_SPACE_H
#define XENPHYSMAP_CTL_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "guest.h"

/**
 * struct extent - frames that have pages, with none before and none behind
 * @gfn: first frame
 * @nr: frames
 */
struct extent {
	uint64_t gfn;
	uint64_t nr;
};

/**
 * enum span_kind - what is there
 * @SPAN_EMPTY: no pages
 * @SPAN_RAM: the guest's RAM
 * @SPAN_AT_HOME: a block, at home
 * @SPAN_PLACED: a block, elsewhere
 * @SPAN_LEFT: the home of such a block, empty
 * @SPAN_MISSING: a block by its record, and no pages
 * @SPAN_OTHER: pages that are neither RAM nor a block's
 */
enum span_kind {
	SPAN_EMPTY,
	SPAN_RAM,
	SPAN_AT_HOME,
	SPAN_PLACED,
	SPAN_LEFT,
	SPAN_MISSING,
	SPAN_OTHER,
};

/**
 * struct span - some of it
 * @gfn: first frame
 * @nr: frames
 * @kind: what is there
 * @block: whose block it is, or was; NULL for other kinds
 */
struct span {
	uint64_t gfn;
	uint64_t nr;
	enum span_kind kind;
	const struct guest_block *block;
};

/**
 * struct space - all of it
 * @span: ascending, without gaps, from frame 0; owned
 * @nr: of them
 */
struct space {
	struct span *span;
	size_t nr;
};

/**
 * space_build() - Put it together.
 * @space: filled in; for space_release()
 * @extent: frames with pages, ascending
 * @nr: of them
 * @guest: its blocks; must outlive @space
 * @ram_end: frame where RAM below 4 GiB ends
 *
 * Return: 0 or -ENOMEM.
 */
int space_build(struct space *space, const struct extent *extent, size_t nr,
		const struct guest *guest, uint64_t ram_end);

void space_release(struct space *space);

/* Long enough for all that the two below write. */
#define SPACE_WORDS	128

/* What a span is, in words. */
void space_label(const struct span *span, char text[SPACE_WORDS]);

/* A number of frames, in words: "16 MiB". */
void space_size(uint64_t nr, char text[SPACE_WORDS]);

/* A kind, for programs. */
const char *space_key(enum span_kind kind);

#endif
