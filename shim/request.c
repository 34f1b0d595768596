// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See request.h.  A vcpu that writes to configuration space has its request in
 * the ioreq server's page, marked as in process while the device model serves
 * it; what is done meanwhile is done because of it.  The page is Xen's: no guest
 * can write there.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "gfn.h"
#include "next.h"
#include "request.h"

#include <xen/hvm/ioreq.h>
#include <xen/memory.h>

#define REQUESTS	(XC_PAGE_SIZE / sizeof(struct ioreq))

static int map_page(struct request *r, xenforeignmemory_handle *fmem, uint32_t domid)
{
	void *page = NULL;

	if (r->page)
		return 0;
	if (!fmem)
		return -EBADF;
	r->res = next_xenforeignmemory_map_resource(fmem, domid, XENMEM_resource_ioreq_server, r->id,
						    XENMEM_resource_ioreq_server_frame_ioreq(0), 1,
						    &page, PROT_READ, 0);
	if (!r->res)
		return -errno;
	r->fmem = fmem;
	r->page = page;
	return 0;
}

int request_device(struct request *r, xenforeignmemory_handle *fmem, uint32_t domid,
		   uint32_t *device)
{
	int rc = map_page(r, fmem, domid);
	bool found = false;

	for (size_t i = 0; !rc && i < REQUESTS; i++) {
		const volatile struct ioreq *req = &r->page->vcpu_ioreq[i];

		if (req->state != STATE_IOREQ_INPROCESS)
			continue;
		/* one at a time, or it isn't known which one it is */
		if (found || req->type != IOREQ_TYPE_PCI_CONFIG || req->dir != IOREQ_WRITE)
			return -ENOENT;
		*device = req->addr >> 32;
		found = true;
	}
	return rc || found ? rc : -ENOENT;
}

void request_close(struct request *r)
{
	if (r->res)
		next_xenforeignmemory_unmap_resource(r->fmem, r->res);
	r->res = NULL;
	r->page = NULL;
}
