// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Puts one of Xen's own pages into a frame of a domain, and asks in two ways
 * whether a frame has a page: by a foreign map, and by the domctl that libxc's
 * saves use.  Exits with 4 where Xen has another version of domctls.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xencall.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "errname.h"

static xencall_handle *xcall;

static const char *by_map(uint32_t domid, xen_pfn_t gfn)
{
	xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
	int error = 0;
	void *map;

	if (!fmem)
		err(1, "xenforeignmemory_open");
	map = xenforeignmemory_map(fmem, domid, PROT_READ, 1, &gfn, &error);
	if (!map)
		err(1, "xenforeignmemory_map");
	xenforeignmemory_unmap(fmem, map, 1);
	xenforeignmemory_close(fmem);
	return error ? errname(-error) : "page";
}

/* What a hypercall gets has to be in memory that doesn't go away under it. */
static void *buffer(size_t size)
{
	void *p = xencall_alloc_buffer(xcall, size);

	if (!p)
		err(1, "xencall_alloc_buffer");
	return memset(p, 0, size);
}

static const char *by_domctl(uint32_t domid, xen_pfn_t gfn)
{
	struct xen_domctl *op = buffer(sizeof(*op));
	xen_pfn_t *frame = buffer(sizeof(*frame));
	const char *seen;

	*frame = gfn;
	op->cmd = XEN_DOMCTL_getpageframeinfo3;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	op->u.getpageframeinfo3.num = 1;
	set_xen_guest_handle_raw(op->u.getpageframeinfo3.array, frame);
	if (xencall1(xcall, __HYPERVISOR_domctl, (uintptr_t)op))
		err(errno == EACCES ? 4 : 1, "getpageframeinfo3");
	seen = *frame == XEN_DOMCTL_PFINFO_XTAB ? "hole" : "page";
	xencall_free_buffer(xcall, frame);
	xencall_free_buffer(xcall, op);
	return seen;
}

static void put(uint32_t domid, xen_pfn_t gfn)
{
	struct xen_add_to_physmap *add = buffer(sizeof(*add));

	add->domid = domid;
	add->space = XENMAPSPACE_shared_info;
	add->gpfn = gfn;
	if (xencall2(xcall, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)add))
		err(1, "XENMEM_add_to_physmap");
	xencall_free_buffer(xcall, add);
}

int main(int argc, char **argv)
{
	uint32_t domid;
	xen_pfn_t gfn;

	if (argc != 4)
		errx(2, "usage: special DOMID put|ask GFN");
	xcall = xencall_open(NULL, 0);
	if (!xcall)
		err(1, "xencall_open");
	domid = strtoul(argv[1], NULL, 10);
	gfn = strtoul(argv[3], NULL, 0);
	if (!strcmp(argv[2], "put"))
		put(domid, gfn);
	else
		printf("map: %s, domctl: %s\n", by_map(domid, gfn), by_domctl(domid, gfn));
	xencall_close(xcall);
	return 0;
}
