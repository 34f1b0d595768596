// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The machine as a whole: its configuration, and the guest's coming and going.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "tree.h"

struct machine machine;

/* Without a test around, as fakexen.so: FAKEXEN_DOMID, FAKEXEN_RAM (frames). */
static uint64_t environment(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

void fakexen_reset(const struct fakexen_config *config)
{
	const struct fakexen_config otherwise = {
		.domid = environment("FAKEXEN_DOMID", 1),
		.own_domid = environment("FAKEXEN_OWN_DOMID", 0),
		.release = environment("FAKEXEN_RELEASE", FAKEXEN_4_17),
		.pool = environment("FAKEXEN_POOL", 0),
	};

	machine = (struct machine){ .config = config ? *config : otherwise, .started = true };
	fault_reset();
	page_reset();
	physmap_reset();
	p2m_reset(machine.config.pool);
	pin_reset();
	dirty_reset();
	ioreq_reset();
	tree_reset();
	if (!config)
		fakexen_populate(0, environment("FAKEXEN_RAM", 0x3000));
}

static void put_back(uint64_t gfn, uint64_t page, void *arg)
{
	uint64_t (*frames)[2] = *(void **)arg;

	(*frames)[0] = gfn;
	(*frames)[1] = page;
	*(void **)arg = frames + 1;
}

/*
 * Pages keep their frames; p2m tables, types, pins and servers are made anew.
 * That the contents are carried by a stream makes no difference to anybody.
 */
void fakexen_rebuild(uint32_t domid)
{
	struct call call __attribute__((cleanup(call_end), unused)) = call_inside();
	uint64_t (*frames)[2] = calloc(page_count() + 1, sizeof(*frames));
	void *end = frames;

	if (!frames)
		abort();
	fakexen_for_each_frame(put_back, &end);
	p2m_reset(machine.config.pool);
	for (uint64_t (*f)[2] = frames; f != end; f++)
		if (p2m_set((*f)[0], (*f)[1], FAKEXEN_RAM_RW))
			abort();
	free(frames);
	pin_reset();
	dirty_reset();
	ioreq_reset();
	machine.config.domid = domid;
	machine.gone = false;
	machine.log_dirty = false;
}

void fakexen_destroy(void)
{
	machine.gone = true;
}

int machine_check(uint32_t domid)
{
	if (domid == machine.config.own_domid)
		return -EPERM;
	return domid == machine.config.domid && !machine.gone ? 0 : -ESRCH;
}

void fakexen_log_dirty(bool on)
{
	machine.log_dirty = on;
}
