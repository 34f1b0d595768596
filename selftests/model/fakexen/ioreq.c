// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ioreq servers: who exists, who is enabled, and which ranges they claimed.
 * From xen/common/ioreq.c: ranges of a kind may not overlap, and neighbours
 * melt together, so that they can be released as one, or in other parts.
 */
#include <errno.h>
#include <string.h>

#include <xenctrl.h>

#include <xen/hvm/ioreq.h>

#include "internal.h"

#define SERVERS		8
#define RANGES		256
#define KINDS		(IOREQ_PCI + 1)

struct range {
	uint64_t start;
	uint64_t end;
};

struct ranges {
	unsigned int nr;
	struct range range[RANGES];
};

static struct {
	bool exists;
	bool enabled;
	struct ranges claimed[KINDS];
	union {
		struct shared_iopage page;
		char bytes[FRAME_SIZE];
	} requests;
} server[SERVERS];

void ioreq_reset(void)
{
	memset(server, 0, sizeof(server));
}

void *ioreq_page(uint16_t id)
{
	return id < SERVERS && server[id].exists ? &server[id].requests : NULL;
}

void fakexen_request(uint16_t id, unsigned int vcpu, const struct ioreq *request)
{
	struct shared_iopage *page = ioreq_page(id);

	page->vcpu_ioreq[vcpu] = *request;
}

int ioreq_create(uint16_t *id)
{
	for (uint16_t i = 0; i < SERVERS; i++) {
		if (server[i].exists)
			continue;
		memset(&server[i], 0, sizeof(server[i]));
		server[i].exists = true;
		*id = i;
		return 0;
	}
	return -ENOSPC;
}

int ioreq_destroy(uint16_t id)
{
	if (id >= SERVERS || !server[id].exists)
		return -ENOENT;
	server[id].exists = false;
	return 0;
}

int ioreq_enable(uint16_t id, bool on)
{
	if (id >= SERVERS || !server[id].exists)
		return -ENOENT;
	server[id].enabled = on;
	return 0;
}

bool fakexen_stopped(void)
{
	for (unsigned int i = 0; i < SERVERS; i++)
		if (server[i].exists && server[i].enabled)
			return false;
	return true;
}

static int ranges_of(uint16_t id, unsigned int kind, uint64_t start, uint64_t end,
		     struct ranges **ranges)
{
	if (start > end)
		return -EINVAL;
	if (id >= SERVERS || !server[id].exists)
		return -ENOENT;
	if (kind >= KINDS)
		return -EINVAL;
	*ranges = &server[id].claimed[kind];
	return 0;
}

static void drop(struct ranges *r, unsigned int i)
{
	r->range[i] = r->range[--r->nr];
}

int ioreq_map(uint16_t id, unsigned int kind, uint64_t start, uint64_t end)
{
	struct range grown = { start, end };
	struct ranges *r;
	int rc = ranges_of(id, kind, start, end, &r);

	if (rc)
		return rc;
	for (unsigned int i = 0; i < r->nr; i++)
		if (r->range[i].start <= end && start <= r->range[i].end)
			return -EEXIST;
	for (unsigned int i = r->nr; i-- > 0; ) {
		if (r->range[i].end + 1 == start)
			grown.start = r->range[i].start;
		else if (r->range[i].start == end + 1)
			grown.end = r->range[i].end;
		else
			continue;
		drop(r, i);
	}
	if (r->nr == RANGES)
		return -ENOMEM;
	r->range[r->nr++] = grown;
	return 0;
}

int ioreq_unmap(uint16_t id, unsigned int kind, uint64_t start, uint64_t end)
{
	struct ranges *r;
	int rc = ranges_of(id, kind, start, end, &r);

	for (unsigned int i = 0; !rc && i < r->nr; i++) {
		struct range found = r->range[i];

		if (start < found.start || end > found.end)
			continue;
		if (found.start < start && found.end > end && r->nr == RANGES)
			return -ENOMEM;
		drop(r, i);
		if (found.start < start)
			r->range[r->nr++] = (struct range){ found.start, start - 1 };
		if (found.end > end)
			r->range[r->nr++] = (struct range){ end + 1, found.end };
		return 0;
	}
	return rc ? rc : -ENOENT;
}
