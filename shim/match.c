// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Whose BAR is a region that no call tells of?  QEMU relocates one block, the
 * display's that was made last.  Accesses to any other memory that a device has
 * behind a BAR trap, though its pages could be there as well.
 *
 * A region says where it is and how long, and not what it is: most are registers,
 * and those of the Xen platform device are as long as most displays' memory.  Two
 * things more are known.  A device is announced right after its blocks have been
 * populated; and a region appears while a write to some device's configuration is
 * served.  A block and a region of the same device and the same length belong
 * together if there is no other of either.  That is taken for certain; anything
 * less is not, and the block stays at home, where it works, slowly.
 *
 * After a restore nothing causes regions, and a record's name tells what is known:
 * bar@DEVICE, or bar@DEVICE@ADDRESS for one that had a BAR.
 *
 * Decides only; moves nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "engine.h"
#include "log.h"

#define PREFIX		"bar@"
#define PREFIX_LENGTH	4

/* 1 MiB, the least display memory; an option ROM, which isn't to be written, is less. */
#define LEAST		256

/* Can it be behind a BAR, which is as long as it is aligned? */
static bool may_have_bar(const struct block *b)
{
	return b->nr >= LEAST && !(b->nr & (b->nr - 1));
}

void match_name(struct block *b)
{
	char name[RECORD_NAME_SIZE] = PREFIX;
	size_t n = PREFIX_LENGTH + record_hex(b->device, name + PREFIX_LENGTH);

	if (b->bar != GFN_NONE) {
		name[n++] = '@';
		record_hex(b->bar << PAGE_SHIFT, name + n);
	}
	if (strcmp(name, b->name))
		block_rename(b, name);
}

static void assign(struct xenphysmap *pm, struct block *b, uint32_t device)
{
	bool was = b->followed;

	b->device = device;
	b->followed = pm->every_bar && may_have_bar(b) && device != DEVICE_NONE;
	if (b->followed)
		match_name(b);
	else if (was)
		block_rename(b, NULL);
	move_publish(pm, b);
}

void match_device(struct xenphysmap *pm, uint32_t device, bool known)
{
	for (size_t i = 0; i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (b->device == DEVICE_OPEN)
			assign(pm, b, known ? device : DEVICE_NONE);
		/* a bus that has no number yet: who has the device's can be either */
		else if (!known && b->device == device && b->bar == GFN_NONE)
			assign(pm, b, DEVICE_NONE);
	}
}

bool match_recorded(struct block *b)
{
	const char *text = b->name + PREFIX_LENGTH, *end = strchr(text, '@');
	size_t len = end ? (size_t)(end - text) : strlen(text);
	uint64_t device, bar = 0;

	if (strncmp(b->name, PREFIX, PREFIX_LENGTH) || !may_have_bar(b) ||
	    record_unhex(text, len, &device) || device == DEVICE_NONE || device >= DEVICE_OPEN ||
	    (end && record_unhex(end + 1, strlen(end + 1), &bar)) || bar & ~PAGE_MASK)
		return false;
	bar >>= PAGE_SHIFT;
	if (end && (!frames_valid(bar, b->nr) || bar % b->nr))
		return false;
	b->device = device;
	b->followed = true;
	if (end) {
		b->bar = bar;
		known_add(b->known, bar, b->nr);
	}
	return true;
}

uint32_t match_cause(struct xenphysmap *pm)
{
	struct request *r = &pm->request;
	uint32_t device = DEVICE_NONE;
	int rc;

	if (!pm->every_bar || r->failed)
		return DEVICE_NONE;
	rc = request_device(r, pm->fmem, pm->domid, &device);
	if (rc && rc != -ENOENT && rc != -EBADF) {
		log_warn("it can't be known whose a BAR is: %s", strerror(-rc));
		r->failed = true;
	}
	return rc ? DEVICE_NONE : device;
}

/* Is it known to be some block's BAR? */
static bool is_owned(const struct xenphysmap *pm, const struct region *r)
{
	for (size_t i = 0; i < pm->blocks.nr; i++)
		if (pm->blocks.sorted[i]->bar == r->gfn && pm->blocks.sorted[i]->nr == r->nr)
			return true;
	return false;
}

/* The device's regions as long as the block that are nobody's; @last: one of them. */
static unsigned int regions_like(const struct xenphysmap *pm, const struct block *b,
				 const struct region **last)
{
	unsigned int n = 0;

	for (size_t i = 0; i < pm->nr_regions; i++) {
		const struct region *r = &pm->region[i];

		if (r->by != b->device || r->nr != b->nr || r->gfn % r->nr || is_owned(pm, r))
			continue;
		*last = r;
		n++;
	}
	return n;
}

/* The device's blocks as long as the block that have no BAR, itself included. */
static unsigned int blocks_like(const struct xenphysmap *pm, const struct block *b)
{
	unsigned int n = 0;

	for (size_t i = 0; i < pm->blocks.nr; i++) {
		const struct block *other = pm->blocks.sorted[i];

		n += other->device == b->device && other->nr == b->nr && other->bar == GFN_NONE;
	}
	return n;
}

struct block *match_next(struct xenphysmap *pm, uint64_t *bar)
{
	const struct region *r = NULL;

	for (size_t i = 0; pm->every_bar && i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (!b->followed || b->claimed || b->bar != GFN_NONE ||
		    regions_like(pm, b, &r) != 1 || blocks_like(pm, b) != 1)
			continue;
		*bar = r->gfn;
		return b;
	}
	return NULL;
}

struct block *match_doubt(struct xenphysmap *pm)
{
	const struct region *r = NULL;

	for (size_t i = 0; pm->every_bar && i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];

		if (!b->followed || b->bar == GFN_NONE || blocks_like(pm, b) ||
		    !regions_like(pm, b, &r))
			continue;
		log_warn("%s: its BAR may be at 0x%" PRIx64 " or at 0x%" PRIx64
			 ": it is at home from now on", b->name, b->bar, r->gfn);
		return b;
	}
	return NULL;
}

static const char *reason(const struct block *b, const struct region *r)
{
	if (b->device == DEVICE_NONE || b->device == DEVICE_OPEN)
		return "it isn't known whose it is";
	if (r->by == DEVICE_NONE)
		return "it isn't known what made that appear";
	return r->by == b->device ? "its device has more of that length" : NULL;
}

void match_explain(struct xenphysmap *pm, const struct region *r)
{
	for (size_t i = 0; pm->every_bar && i < pm->blocks.nr; i++) {
		struct block *b = pm->blocks.sorted[i];
		const char *why = reason(b, r);

		if (b->nr != r->nr || b->explained || !why || !may_have_bar(b) ||
		    !strcmp(b->name, VIDEO_RAM) || b->bar != GFN_NONE || is_owned(pm, r))
			continue;
		b->explained = true;
		log_info("%s stays at home, its BAR may be at 0x%" PRIx64 ": %s", b->name, r->gfn,
			 why);
	}
}
