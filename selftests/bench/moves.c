// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device model without a guest: makes a domain that never runs, gives it
 * video RAM of a size, and does with it what QEMU does, under whatever is
 * preloaded.  How long the calls took is for the spies to tell.
 *
 *	moves MIB [TRACKS]	a first place below 4 GiB, where VGA cards' BARs are, a
 *				second one above all that was ever there; dirty tracking
 *
 * Prints "moved 0|ERRNO" and "tracked TIMES ERRNO" on stdout.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/dm.h"

#define HOME	0x1000
#define PLACE_A	0x80000
#define PLACE_B	0x200000
#define SPECIAL	0xfefff		/* the domain builder's highest page */

/* The p2m's tables: one a MiB is enough for three places. */
static void make_domain(xc_interface *xch, uint32_t *domid, unsigned int mib)
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
	unsigned int pool = 4 + mib / 64;
	xen_pfn_t special = SPECIAL;

	if (xc_domain_create(xch, domid, &config))
		err(1, "xc_domain_create");
	if (xc_domain_max_vcpus(xch, *domid, 1) ||
	    xc_domain_setmaxmem(xch, *domid, (mib + 4) << 10) ||
	    xc_shadow_control(xch, *domid, XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION, &pool, 0) < 0 ||
	    xc_domain_populate_physmap_exact(xch, *domid, 1, 0, 0, &special))
		err(1, "domain %u", *domid);
}

static void track(struct dm *dm, uint64_t gfn, uint64_t nr, int times)
{
	unsigned long *bitmap = calloc(nr / 64 + 1, sizeof(*bitmap));
	int failed = 0;

	for (int i = 0; i < times; i++)
		if (dm_track(dm, gfn, nr, bitmap))
			failed = errno;
	printf("tracked %d %d\n", times, failed);
	free(bitmap);
}

int main(int argc, char *argv[])
{
	unsigned int mib = argc > 1 ? atoi(argv[1]) : 0;
	static struct dm dm;
	xc_interface *xch = xc_interface_open(NULL, NULL, 0);
	uint32_t domid = 0;
	int rc;

	if (!mib || !xch)
		errx(1, "usage: moves MIB [TRACKS], in dom0");
	make_domain(xch, &domid, mib);
	dm_start(&dm, domid, DM_7_2, false, false);
	if (dm_add_block(&dm, HOME, (uint64_t)mib << 8))
		warn("%u MiB", mib);
	rc = dm_map_bar(&dm, &dm.block[0], PLACE_A);
	if (!rc)
		rc = dm_move_bar(&dm, &dm.block[0], PLACE_A, PLACE_B);
	printf("moved %d\n", rc ? errno : 0);
	if (argc > 2)
		track(&dm, rc ? PLACE_A : PLACE_B, (uint64_t)mib << 8, atoi(argv[2]));
	dm_end(&dm);
	if (xc_domain_destroy(xch, domid))
		err(1, "domain %u", domid);
	return 0;
}
