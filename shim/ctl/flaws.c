// SPDX-License-Identifier: LGPL-2.1-or-later
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include "flaws.h"

/* Of Xen, or of QEMU, whichever has a range: from, and the first without it. */
struct row {
	struct flaw flaw;
	struct version xen_from, xen_until;
	struct version qemu_from, qemu_until;
};

#define SINCE_EVER	{ 0, 0, 0 }
#define FOR_EVER	{ UINT_MAX, 0, 0 }

static const struct row rows[] = {
	{ { "bar-moves", "a BAR that moves a second time leaves its pages behind: accesses trap, "
	    "and the guest is lost if it is saved", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, { 11, 0, 0 } },
	{ { "decode-off", "a guest saved with decode off comes back with another video RAM than "
	    "QEMU's", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, { 11, 0, 0 } },
	{ { "decode-toggles", "every toggle of decode moves video RAM home and back", true },
	  SINCE_EVER, FOR_EVER, { 11, 0, 0 }, FOR_EVER },
	{ { "destination-freed", "a move frees the pages that are at its destination", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "pool-used-up", "a move loses a page when the p2m pool is used up", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "count-16-bits", "video RAM of 256 MiB or more isn't moved at all", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "overlap", "a move upwards onto its own frames loses pages", true },
	  SINCE_EVER, { 4, 20, 4 }, SINCE_EVER, FOR_EVER },
	{ { "overlap", "a move upwards onto its own frames loses pages, in early 4.21", true },
	  { 4, 21, 0 }, { 4, 22, 0 }, SINCE_EVER, FOR_EVER },
	{ { "dirty-moves", "a page that moves in a live migration is sent from its old place",
	    true },
	  SINCE_EVER, { 4, 19, 0 }, SINCE_EVER, FOR_EVER },
	{ { "dirty-128-mib", "dirty video RAM beyond 128 MiB isn't tracked: the screen stands "
	    "still", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "pins", "cache-attribute pins pile up, and a restored guest has none", true },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "second-display", "a second display's memory is trapped", false },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
	{ { "home-off-mib", "QEMU can't restore video RAM whose home isn't a number of MiB from "
	    "its BAR, as a second display's", false },
	  SINCE_EVER, FOR_EVER, SINCE_EVER, FOR_EVER },
};

struct version version_parse(const char *text)
{
	struct version v = { 0 };

	/* as many as there are */
	if (sscanf(text, "%9u.%9u.%9u", &v.major, &v.minor, &v.micro) < 1)
		v.major = 0;
	return v;
}

static bool before(const struct version *a, const struct version *b)
{
	if (a->major != b->major)
		return a->major < b->major;
	if (a->minor != b->minor)
		return a->minor < b->minor;
	return a->micro < b->micro;
}

static bool within(const struct version *v, const struct version *from,
		   const struct version *until)
{
	if (!v->major)
		return !from->major && until->major == UINT_MAX;
	return !before(v, from) && before(v, until);
}

const struct flaw *flaws_next(unsigned int *i, const struct version *xen,
			      const struct version *qemu)
{
	while (*i < sizeof(rows) / sizeof(*rows)) {
		const struct row *row = &rows[(*i)++];

		if (within(xen, &row->xen_from, &row->xen_until) &&
		    within(qemu, &row->qemu_from, &row->qemu_until))
			return &row->flaw;
	}
	return NULL;
}
