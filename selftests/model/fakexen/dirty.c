// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Types of frames and what is seen through them: video RAM that was written
 * (xen/arch/x86/mm/hap/hap.c), and what a device model wrote during a live
 * migration (xen/arch/x86/hvm/dm.c).  One range is tracked per domain, and the
 * first look at a range says that all of it is dirty.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define TRACK_MAX	(1u << 18)
#define NOTES_MAX	1024

/* Frames of the range that is tracked, and notes of frames that were modified. */
static struct {
	uint64_t gfn;
	uint32_t nr;
} tracked, note[NOTES_MAX];

static unsigned int notes;
static const void *bits;

const void *fakexen_dirty_bits(void)
{
	return bits;
}

void dirty_reset(void)
{
	tracked.nr = 0;
	notes = 0;
}

static bool change(uint64_t gfn, enum fakexen_type from, enum fakexen_type to)
{
	struct p2m_entry e = p2m_get(gfn);

	return e.page && e.type == from && !p2m_set(gfn, e.page, to);
}

static void retype(uint64_t gfn, uint32_t nr, enum fakexen_type from, enum fakexen_type to)
{
	for (uint32_t i = 0; i < nr; i++)
		change(gfn + i, from, to);
}

int dirty_track(uint64_t gfn, uint32_t nr, uint8_t *bitmap)
{
	bits = bitmap;
	if (nr > TRACK_MAX)
		return -EINVAL;
	if (!nr || tracked.gfn != gfn || tracked.nr != nr) {
		retype(tracked.gfn, tracked.nr, FAKEXEN_RAM_LOGDIRTY, FAKEXEN_RAM_RW);
		retype(gfn, nr, FAKEXEN_RAM_RW, FAKEXEN_RAM_LOGDIRTY);
		tracked.gfn = gfn;
		tracked.nr = nr;
		memset(bitmap, 0xff, (nr + 7) / 8);
		return 0;
	}
	memset(bitmap, 0, (nr + 7) / 8);
	for (uint32_t i = 0; i < nr; i++)
		if (change(gfn + i, FAKEXEN_RAM_RW, FAKEXEN_RAM_LOGDIRTY))
			bitmap[i / 8] |= 1 << i % 8;
	return 0;
}

int dirty_modified(uint64_t gfn, uint32_t nr)
{
	if (!machine.log_dirty)
		return 0;
	if (gfn + nr <= gfn || gfn + nr > p2m_maximum())
		return -EINVAL;
	if (notes < NOTES_MAX) {
		note[notes].gfn = gfn;
		note[notes++].nr = nr;
	}
	return 0;
}

bool fakexen_is_dirty(uint64_t gfn)
{
	for (unsigned int i = 0; i < notes; i++)
		if (gfn - note[i].gfn < note[i].nr)
			return true;
	return false;
}

/* HVMMEM_*: 3 is no type, and 4 needs a server that asked for it. */
static int wanted_type(unsigned int type, enum fakexen_type *wanted)
{
	static const enum fakexen_type types[] = {
		FAKEXEN_RAM_RW, FAKEXEN_RAM_RO, FAKEXEN_EMPTY,
	};

	if (type >= sizeof(types) / sizeof(*types))
		return -EINVAL;
	*wanted = types[type];
	return 0;
}

static int set_type(uint64_t gfn, enum fakexen_type wanted)
{
	struct p2m_entry e = p2m_get(gfn);
	int rc;

	if (!e.page && (e.type != FAKEXEN_EMPTY || wanted != FAKEXEN_EMPTY))
		return -EINVAL;
	rc = p2m_set(gfn, wanted == FAKEXEN_EMPTY ? FAKEXEN_NO_PAGE : e.page, wanted);
	if (!rc && e.page && wanted == FAKEXEN_EMPTY)
		page_set_frame(e.page, FAKEXEN_NOWHERE);
	return rc;
}

int dirty_set_type(uint64_t gfn, uint32_t nr, unsigned int type)
{
	enum fakexen_type wanted;
	uint64_t last = gfn + nr - 1;
	int rc;

	if (gfn > last || last > p2m_maximum())
		return -EINVAL;
	rc = wanted_type(type, &wanted);
	for (uint32_t i = 0; !rc && i < nr; i++)
		rc = set_type(gfn + i, wanted);
	return rc;
}
