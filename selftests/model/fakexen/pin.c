// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pinned cache attributes, from xen/arch/x86/hvm/mtrr.c: a list of 64 ranges
 * that may not overlap, of which only an exact match can be changed or deleted.
 */
#include <errno.h>
#include <string.h>

#include <xenctrl.h>

#include "internal.h"

#define PINS_MAX	64
#define PADDR_BITS	40

static struct fakexen_pin pins[PINS_MAX];
static size_t nr;

void pin_reset(void)
{
	nr = 0;
}

static struct fakexen_pin *find(uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < nr; i++)
		if (pins[i].first == first && pins[i].last == last)
			return &pins[i];
	return NULL;
}

static bool overlaps(uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < nr; i++)
		if (pins[i].first <= last && first <= pins[i].last)
			return true;
	return false;
}

/* Of the six types, only those that cache writes back need no IOMMU. */
static bool is_type(uint32_t type)
{
	return type == 0 || type == 1 || (type >= 4 && type <= 7);
}

int pin_set(uint64_t first, uint64_t last, uint32_t type)
{
	struct fakexen_pin *pin = find(first, last);

	if (last < first || (first | last) >> PADDR_BITS)
		return -EINVAL;
	if (type == XEN_DOMCTL_DELETE_MEM_CACHEATTR) {
		if (!pin)
			return -ENOENT;
		*pin = pins[--nr];
		return 0;
	}
	if (!is_type(type))
		return -EINVAL;
	if (pin) {
		pin->type = type;
		return 0;
	}
	if (overlaps(first, last))
		return -EBUSY;
	if (nr == PINS_MAX)
		return -ENOSPC;
	pins[nr++] = (struct fakexen_pin){ first, last, type };
	return 0;
}

size_t fakexen_pins(struct fakexen_pin *copy, size_t max)
{
	memcpy(copy, pins, (nr < max ? nr : max) * sizeof(*pins));
	return nr;
}
