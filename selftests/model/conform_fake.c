// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The conformance table's domain on the model.
 */
#include "conform.h"

int conform_can_choose(void)
{
	return 1;
}

/* As often as anybody looks: that a call was preempted makes no difference. */
uint64_t conform_interrupts(void)
{
	static uint64_t interrupts;

	return interrupts += CONFORM_PREEMPTED;
}

/* 2 MiB, less the root of the p2m. */
#define POOL	511

void conform_new_domain(enum fakexen_release release)
{
	fakexen_reset(&(struct fakexen_config){
		.domid = 1, .release = release, .pool = POOL, .memory = 300 << 8,
	});
	conform.domid = 1;
}

void conform_end_domain(void)
{
	fakexen_destroy();
}
