// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * HVMOP_get_mem_type, one frame at a time, rather than foreign mapping: it
 * neither populates a page on demand nor takes a reference to one, and under a
 * PVH dom0, where mapping is slow, it isn't.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "frames.h"
#include "gfn.h"

#include <xen/xen.h>

#include <xen/hvm/hvm_op.h>

int frames_open(struct frames *frames, uint32_t domid)
{
	*frames = (struct frames){ .domid = domid, .xcall = xencall_open(NULL, 0) };
	if (frames->xcall)
		frames->fmem = xenforeignmemory_open(NULL, 0);
	if (frames->fmem)
		frames->arg = xencall_alloc_buffer(frames->xcall,
						   sizeof(struct xen_hvm_get_mem_type));
	return frames->arg ? 0 : -errno;
}

void frames_close(struct frames *frames)
{
	if (frames->arg)
		xencall_free_buffer(frames->xcall, frames->arg);
	xenforeignmemory_close(frames->fmem);
	xencall_close(frames->xcall);
}

int frames_has(struct frames *frames, uint64_t gfn)
{
	struct xen_hvm_get_mem_type *question = frames->arg;

	*question = (struct xen_hvm_get_mem_type){ .domid = frames->domid, .pfn = gfn };
	if (xencall2(frames->xcall, __HYPERVISOR_hvm_op, HVMOP_get_mem_type, (uintptr_t)question))
		return -errno;
	return question->mem_type != HVMMEM_mmio_dm;
}

int64_t frames_count(struct frames *frames, uint64_t gfn, uint64_t nr)
{
	int64_t count = 0;

	for (uint64_t i = 0; i < nr; i++) {
		int has = frames_has(frames, gfn + i);

		if (has < 0)
			return has;
		count += has;
	}
	return count;
}

int frames_read(struct frames *frames, uint64_t gfn, void *data, size_t len)
{
	xen_pfn_t frame = gfn;
	int err = 0;
	void *page = xenforeignmemory_map(frames->fmem, frames->domid, PROT_READ, 1, &frame, &err);

	if (!page)
		return -errno;
	if (!err)
		memcpy(data, page, len);
	xenforeignmemory_unmap(frames->fmem, page, 1);
	return err;
}
