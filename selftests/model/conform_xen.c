// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The conformance table's domain on a real Xen, for root in dom0.  Built
 * against the libxenctrl of the Xen that runs: domctls change with releases.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "conform.h"

int conform_can_choose(void)
{
	return 0;
}

/* The first number of the line of that name is the sum of all others. */
uint64_t conform_interrupts(void)
{
	FILE *stat = fopen("/proc/stat", "r");
	uint64_t interrupts = 0;
	char line[256];

	if (!stat)
		err(1, "/proc/stat");
	while (!interrupts && fgets(line, sizeof(line), stat))
		sscanf(line, "intr %" SCNu64, &interrupts);
	fclose(stat);
	return interrupts;
}

/* The domain's p2m pool. */
static int set_pool(unsigned int mib)
{
	const unsigned int op = XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION;
#ifdef XEN_DOMCTL_GRANT_version	/* 4.16 */
	unsigned int size = mib;

	return xc_shadow_control(conform.xch, conform.domid, op, &size, 0);
#else
	unsigned long size = mib;

	return xc_shadow_control(conform.xch, conform.domid, op, NULL, 0, &size, 0, NULL);
#endif
}

void conform_new_domain(enum fakexen_release release)
{
	struct xen_domctl_createdomain config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = 1,
		.max_evtchn_port = -1,
		.max_grant_frames = 4,
		.max_maptrack_frames = 4,
#ifdef XEN_DOMCTL_GRANT_version	/* 4.16 */
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
#endif
		.arch.emulation_flags = XEN_X86_EMU_ALL & ~XEN_X86_EMU_VPCI,
	};

	(void)release;
	if (xc_domain_create(conform.xch, &conform.domid, &config))
		err(1, "xc_domain_create");
	if (xc_domain_max_vcpus(conform.xch, conform.domid, 1) ||
	    xc_domain_setmaxmem(conform.xch, conform.domid, 300 << 10) || set_pool(2) < 0)
		err(1, "domain %u", conform.domid);
}

void conform_end_domain(void)
{
	if (xc_domain_destroy(conform.xch, conform.domid))
		warn("domain %u", conform.domid);
}
