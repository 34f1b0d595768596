// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How Xen puts pages into frames, with what goes wrong there.
 *
 * From xen/arch/x86/mm/p2m.c and xen/common/memory.c.  A page leaves its old
 * frame before there is a table for the new one; a destination's own page is
 * freed; a range is counted in 16 bits, and before 4.22 (backported to 4.20)
 * walked upwards even where it overlaps itself; an error in the middle leaves
 * what was moved where it is now.
 */
#include <errno.h>

#include "internal.h"

static struct fakexen_fault interruption;
static bool interrupted;
static uint64_t lost;
static uint64_t allocated;
static uint64_t shared_info;	/* the page, once it has been in a frame */

void physmap_reset(void)
{
	shared_info = FAKEXEN_NO_PAGE;
	interrupted = false;
	lost = 0;
	allocated = 0;
}

uint64_t fakexen_lost(void)
{
	return lost;
}

/* The next range fails after some of it. */
void physmap_interrupt(const struct fakexen_fault *fault)
{
	interrupted = fault;
	if (fault)
		interruption = *fault;
}

static int add_page(uint64_t gfn, uint64_t page)
{
	uint64_t before = p2m_get(gfn).page;
	int rc = p2m_set(gfn, page, FAKEXEN_RAM_RW);

	if (rc)
		return rc;
	if (before && before != page) {
		/* not freed: it is the domain's still, and in no frame */
		page_set_frame(before, FAKEXEN_NOWHERE);
		lost++;
	}
	page_set_frame(page, gfn);
	return 0;
}

static int remove_page(uint64_t gfn, uint64_t page)
{
	int rc = p2m_set(gfn, FAKEXEN_NO_PAGE, FAKEXEN_EMPTY);

	if (!rc)
		page_set_frame(page, FAKEXEN_NOWHERE);
	return rc;
}

static int populate_large(uint64_t gfn)
{
	uint64_t first = page_count() + 1, before[P2M_LARGE];
	int rc;

	for (unsigned int i = 0; i < P2M_LARGE; i++) {
		before[i] = p2m_get(gfn + i).page;
		page_new();
	}
	rc = p2m_set_large(gfn, first, FAKEXEN_RAM_RW);
	for (unsigned int i = 0; !rc && i < P2M_LARGE; i++) {
		page_set_frame(first + i, gfn + i);
		if (!before[i])
			continue;
		page_set_frame(before[i], FAKEXEN_NOWHERE);
		lost++;
	}
	return rc;
}

/* How many extents there are now: 0 or 1. */
unsigned long xen_populate(uint64_t gfn, unsigned int order)
{
	uint64_t nr = UINT64_C(1) << order;

	if (machine.config.memory && allocated + nr > machine.config.memory)
		return 0;
	if (order == P2M_LARGE_ORDER && !(gfn & (P2M_LARGE - 1))) {
		if (populate_large(gfn))
			return 0;
	} else {
		for (uint64_t i = 0; i < nr; i++)
			if (add_page(gfn + i, page_new()))
				return 0;
	}
	allocated += nr;
	return 1;
}

/* To be populated on demand: guest_physmap_mark_populate_on_demand(), since XSA-378. */
unsigned long xen_mark(uint64_t gfn, unsigned int order)
{
	for (uint64_t i = 0; i < UINT64_C(1) << order; i++) {
		enum fakexen_type type = p2m_get(gfn + i).type;

		if (type != FAKEXEN_EMPTY && type != FAKEXEN_ON_DEMAND)
			return 0;
	}
	if (order == P2M_LARGE_ORDER)
		return !p2m_set_large(gfn, FAKEXEN_NO_PAGE, FAKEXEN_ON_DEMAND);
	return !order && !p2m_set(gfn, FAKEXEN_NO_PAGE, FAKEXEN_ON_DEMAND);
}

static bool may_be_moved(enum fakexen_type type)
{
	return machine.config.release < FAKEXEN_4_19 || type == FAKEXEN_RAM_RW ||
	       type == FAKEXEN_RAM_LOGDIRTY;
}

/* Whatever is in the destination goes: to the heap, if it isn't Xen's own. */
static int clear_destination(uint64_t gfn, uint64_t page)
{
	struct p2m_entry e = p2m_get(gfn);

	if (e.type == FAKEXEN_MMIO_DIRECT)
		return -EPERM;
	if (e.type == FAKEXEN_ON_DEMAND)
		machine.gone = true;
	if (!e.page || e.page == page)
		return 0;
	if (allocated && e.page != shared_info)
		allocated--;
	return remove_page(gfn, e.page);
}

int physmap_add_shared_info(uint64_t gfn)
{
	uint64_t before;
	int rc;

	if (!shared_info)
		shared_info = page_new();
	before = fakexen_frame_of(shared_info);
	rc = clear_destination(gfn, shared_info);
	if (!rc && before != FAKEXEN_NOWHERE && before != gfn)
		rc = remove_page(before, shared_info);
	return rc ? rc : add_page(gfn, shared_info);
}

/* guest_remove_page(): to the heap; or the mark, of as many frames as were marked. */
int xen_depopulate(uint64_t gfn, unsigned int order)
{
	struct p2m_entry e = p2m_get(gfn);

	if (e.type == FAKEXEN_ON_DEMAND && order == P2M_LARGE_ORDER)
		return p2m_set_large(gfn, FAKEXEN_NO_PAGE, FAKEXEN_EMPTY);
	if (e.type == FAKEXEN_ON_DEMAND && !order)
		return p2m_set(gfn, FAKEXEN_NO_PAGE, FAKEXEN_EMPTY);
	if (!e.page || order)
		return -EINVAL;
	if (allocated)
		allocated--;
	return remove_page(gfn, e.page);
}

/* Is the page where it says it is?  Before 4.15 asked too late, see caller. */
static bool is_at(uint64_t page, uint64_t gfn)
{
	return fakexen_frame_of(page) == gfn;
}

int physmap_add_one(uint64_t src, uint64_t dst)
{
	bool late = machine.config.release == FAKEXEN_4_14;
	struct p2m_entry e = p2m_get(src);
	int rc;

	if (dst == UINT64_MAX && !late)
		return -EINVAL;
	if (!may_be_moved(e.type))
		return -EACCES;
	if (!e.page)
		return -EINVAL;
	if (!late && !is_at(e.page, src))
		return -EXDEV;
	rc = clear_destination(dst, late ? FAKEXEN_NO_PAGE : e.page);
	/* the page itself may just have been freed */
	if (late && !is_at(e.page, src))
		return -EXDEV;
	if (!rc && src != dst)
		rc = remove_page(src, e.page);
	if (rc)
		return rc;
	rc = add_page(dst, e.page);
	if (rc)
		lost++;
	return rc;
}

static int interrupt_at(uint64_t src)
{
	uint64_t page = p2m_get(src).page;

	interrupted = false;
	if (interruption.lose && page) {
		remove_page(src, page);
		lost++;
	}
	return -interruption.error;
}

int physmap_add_range(uint64_t src, uint64_t dst, uint16_t nr)
{
	bool downwards = machine.config.release >= FAKEXEN_4_22 && dst > src && dst < src + nr;
	int rc = 0;

	if (machine.config.release > FAKEXEN_4_14 && dst == UINT64_MAX)
		return -EINVAL;
	if (machine.config.release > FAKEXEN_4_14 && (src + nr < src || dst + nr < dst))
		return -EOVERFLOW;
	for (uint64_t done = 0; done < nr && !rc; done++) {
		uint64_t off = downwards ? nr - 1 - done : done;

		if (done && (done == 1 || done == nr / 2u || done == nr - 1u))
			call_instant();
		if (interrupted && done == interruption.after)
			return interrupt_at(src + off);
		rc = physmap_add_one(src + off, dst + off);
	}
	if (interrupted)
		return interrupt_at(UINT64_MAX);
	return rc;
}

int fakexen_populate(uint64_t gfn, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++)
		if (!xen_populate(gfn + i, 0))
			return -ENOMEM;
	return 0;
}

void fakexen_passthrough(uint64_t gfn)
{
	p2m_set(gfn, FAKEXEN_NO_PAGE, FAKEXEN_MMIO_DIRECT);
}

void fakexen_confuse_m2p(uint64_t page)
{
	page_set_frame(page, FAKEXEN_NOWHERE);
}

bool fakexen_guest_read(uint64_t gfn, unsigned int off, void *buf, size_t n)
{
	uint64_t page = p2m_get(gfn).page;

	if (page)
		fakexen_page_read(page, off, buf, n);
	return page;
}

bool fakexen_guest_write(uint64_t gfn, unsigned int off, const void *buf, size_t n)
{
	struct p2m_entry e = p2m_get(gfn);

	if (!e.page || e.type == FAKEXEN_RAM_RO)
		return false;
	fakexen_page_write(e.page, off, buf, n);
	if (e.type == FAKEXEN_RAM_LOGDIRTY)
		p2m_set(gfn, e.page, FAKEXEN_RAM_RW);
	return true;
}
