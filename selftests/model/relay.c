// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A queue before the store, in the place of shim/publisher.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "records.h"
#include "relay.h"

enum what { PUBLISH, WITHDRAW, CLEAR, REMEMBER };

static struct {
	enum what what;
	struct record rec;
} queue[RELAY_MAX + 1];

static unsigned int queued;
static struct records direct;
static struct relay_fault fault;
static unsigned long said;

static int write_first(struct records *records)
{
	const struct record *rec = &queue[0].rec;

	switch (queue[0].what) {
	case PUBLISH:
		return direct.publish(records, rec);
	case WITHDRAW:
		return direct.withdraw(records, rec->phys_offset);
	case CLEAR:
		return direct.clear(records);
	default:
		return direct.remember(records, rec);
	}
}

/* A publisher that is behind tries again: nobody asks what has come of it. */
static int deliver(struct records *records)
{
	int tries = fault.behind ? 8 : 1, rc;

	do {
		rc = write_first(records);
	} while (rc && --tries);
	memmove(&queue[0], &queue[1], --queued * sizeof(queue[0]));
	return rc;
}

static void deliver_all(struct records *records)
{
	while (queued)
		deliver(records);
}

/* 0, or what has become of the next thing said. */
static int outcome(void)
{
	unsigned long n = ++said;

	if (!fault.nth || n < fault.nth || n - fault.nth >= fault.times)
		return 0;
	if (fault.error != EAGAIN)
		queued = 0;
	return -fault.error;
}

static int say(struct records *records, enum what what, const struct record *rec)
{
	int rc = outcome();

	if (rc)
		return rc;
	queue[queued].what = what;
	queue[queued].rec = *rec;
	return ++queued > fault.behind ? deliver(records) : 0;
}

static int publish(struct records *records, const struct record *rec)
{
	return say(records, PUBLISH, rec);
}

static int withdraw(struct records *records, uint64_t phys_offset)
{
	return say(records, WITHDRAW, &(struct record){ .phys_offset = phys_offset });
}

static int clear(struct records *records)
{
	return say(records, CLEAR, &(struct record){ .size = 0 });
}

static int remember(struct records *records, const struct record *rec)
{
	return say(records, REMEMBER, rec);
}

static int barrier(struct records *records)
{
	int rc = outcome();

	if (rc && rc != -EAGAIN)
		return rc;
	deliver_all(records);
	return direct.barrier(records);
}

static struct records *opened;

static void finish(struct records *records)
{
	deliver_all(records);
	opened = NULL;
	direct.close(records);
}

void relay_fail(const struct relay_fault *wanted)
{
	if (opened)
		deliver_all(opened);
	fault = wanted ? *wanted : (struct relay_fault){ .nth = 0 };
	said = 0;
}

unsigned long relay_said(void)
{
	return said;
}

/* A program that a test names has to be there; of the one that isn't named this is it. */
int publisher_open(uint32_t domid, const char *path, struct records **records)
{
	const char *named = getenv("XENPHYSMAP_PUBLISHER");
	int rc = named && access(path, X_OK) ? -errno : store_open(domid, records);

	if (rc)
		return rc;
	queued = 0;
	opened = *records;
	direct = **records;
	(*records)->publish = publish;
	(*records)->withdraw = withdraw;
	(*records)->clear = clear;
	(*records)->remember = remember;
	(*records)->barrier = barrier;
	(*records)->close = finish;
	return 0;
}
