// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * punch DOMID GFN: takes one page from a guest, so that there is a hole
 * where a move has to stop.  A relocation is refused by Xen at that page only,
 * when those before it have gone.  Not to be done to guests that are needed.
 */
#include <err.h>
#include <stdlib.h>

#include <xenctrl.h>

#include <xencall.h>
#include <xen/memory.h>

int main(int argc, char **argv)
{
	xencall_handle *call = xencall_open(NULL, 0);
	struct {
		struct xen_memory_reservation what;
		xen_pfn_t gfn;
	} *arg;

	if (argc != 3)
		errx(2, "usage: punch DOMID GFN");
	arg = call ? xencall_alloc_buffer(call, sizeof(*arg)) : NULL;
	if (!arg)
		err(1, "no access to Xen");
	arg->gfn = strtoul(argv[2], NULL, 16);
	arg->what = (struct xen_memory_reservation){
		.nr_extents = 1,
		.domid = atoi(argv[1]),
	};
	set_xen_guest_handle_raw(arg->what.extent_start, &arg->gfn);
	if (xencall2(call, __HYPERVISOR_memory_op, XENMEM_decrease_reservation,
		     (uintptr_t)&arg->what) != 1)
		err(1, "domain %s, frame %s", argv[1], argv[2]);
	return 0;
}
