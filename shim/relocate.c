// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dm_ops and their fallbacks.  The only object that makes p2m hypercalls.
 */
#include <errno.h>
#include <string.h>

#include "next.h"

#include <xen/hvm/hvm_op.h>

#include "gfn.h"
#include "log.h"
#include "plan.h"
#include "relocate.h"

static const char *const way_name[RELOCATE_NONE] = {
	[RELOCATE_BY_DM_OP] = "dm_op",
	[RELOCATE_BY_RANGE] = "range",
	[RELOCATE_BY_PAGE] = "page",
};

bool relocate_choose(struct relocate *r, const char *name)
{
	for (int way = 0; way < RELOCATE_NONE; way++) {
		if (strcmp(name, way_name[way]))
			continue;
		r->by = way;
		r->only = true;
		return true;
	}
	return false;
}

void relocate_close(struct relocate *r)
{
	if (r->arg)
		next_xencall_free_buffer(r->xcall, r->arg);
	if (r->xcall)
		next_xencall_close(r->xcall);
	r->arg = NULL;
	r->xcall = NULL;
	privcmd_close(&r->privcmd);
}

static int errno_of(int rc)
{
	return rc ? -errno : 0;
}

/*
 * What came of a call of libxendevicemodel's, or of the same operation made
 * without it, in a stubdom where it can't.
 */
static int dm_op(struct relocate *r, int rc, struct xen_dm_op *op, void *data, size_t size)
{
	rc = errno_of(rc);
	if (rc != -EPERM || privcmd_probe(&r->privcmd, r->domid) != PRIVCMD_TARGET)
		return rc;
	return privcmd_dm_op(&r->privcmd, r->domid, op, sizeof(*op), data, size);
}

static int by_dm_op(struct relocate *r, uint64_t src, uint64_t dst, uint64_t nr)
{
	struct xen_dm_op op = {
		.op = XEN_DMOP_relocate_memory,
		.u.relocate_memory = { .size = nr, .src_gfn = src, .dst_gfn = dst },
	};

	return dm_op(r, next_xendevicemodel_relocate_memory(r->dmod, r->domid, nr, src, dst), &op,
		     NULL, 0);
}

static int open_call(struct relocate *r)
{
	if (!r->xcall)
		r->xcall = next_xencall_open(NULL, 0);
	if (r->xcall && !r->arg)
		r->arg = next_xencall_alloc_buffer(r->xcall, sizeof(*r->arg));
	return r->arg ? 0 : -errno;
}

static int add_to_physmap(struct relocate *r, unsigned int space, uint64_t src, uint64_t dst,
			  uint64_t nr)
{
	int rc = open_call(r);

	if (rc)
		return rc;
	*r->arg = (struct xen_add_to_physmap){
		.domid = r->domid,
		.size = nr,
		.space = space,
		.idx = src,
		.gpfn = dst,
	};
	return errno_of(next_xencall2(r->xcall, __HYPERVISOR_memory_op,
				      XENMEM_add_to_physmap, (uintptr_t)r->arg));
}

static int by_range(struct relocate *r, uint64_t src, uint64_t dst, uint64_t nr)
{
	return add_to_physmap(r, XENMAPSPACE_gmfn_range, src, dst, nr);
}

static int one_page(struct relocate *r, uint64_t src, uint64_t dst)
{
	if (!r->xch)
		return add_to_physmap(r, XENMAPSPACE_gmfn, src, dst, 0);
	return errno_of(next_xc_domain_add_to_physmap(r->xch, r->domid, XENMAPSPACE_gmfn, src,
						      dst));
}

static int by_page(struct relocate *r, uint64_t src, uint64_t dst, uint64_t nr)
{
	int rc = 0;

	for (uint64_t i = 0; i < nr && !rc; i++)
		rc = one_page(r, src + i, dst + i);
	return rc;
}

/* Is it the hypercall that is missing, and not something about the frames? */
static bool unsupported(int rc)
{
	return rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -ENOTTY;
}

int relocate_step(struct relocate *r, uint64_t src, uint64_t dst, uint64_t nr)
{
	static int (*const ways[RELOCATE_NONE])(struct relocate *, uint64_t, uint64_t, uint64_t) = {
		[RELOCATE_BY_DM_OP] = by_dm_op,
		[RELOCATE_BY_RANGE] = by_range,
		[RELOCATE_BY_PAGE] = by_page,
	};
	int rc;

	if (nr > PLAN_STEP_MAX)
		return -E2BIG;
	rc = ways[r->by](r, src, dst, nr);
	while (unsupported(rc) && !r->only && r->by + 1 < RELOCATE_NONE) {
		log_warn("moving frames by %s isn't possible here (%s), trying by %s",
			 way_name[r->by], strerror(-rc), way_name[r->by + 1]);
		r->by++;
		rc = ways[r->by](r, src, dst, nr);
	}
	return rc;
}

int relocate_reserve(struct relocate *r, uint64_t gfn)
{
	struct xen_dm_op op = {
		.op = XEN_DMOP_set_mem_type,
		.u.set_mem_type = { .mem_type = HVMMEM_mmio_dm, .nr = 1, .first_pfn = gfn },
	};

	return dm_op(r, next_xendevicemodel_set_mem_type(r->dmod, r->domid, HVMMEM_mmio_dm, gfn, 1),
		     &op, NULL, 0);
}

/* Questions of one hypercall, each with its own place for the answer. */
struct questions {
	struct multicall_entry call[RELOCATE_TABLE];
	struct xen_hvm_get_mem_type type[RELOCATE_TABLE];
	domid_t domid;
};

static int multicall(xencall_handle *xcall, struct questions *q, unsigned int nr)
{
	return errno_of(next_xencall2(xcall, __HYPERVISOR_multicall, (uintptr_t)q->call, nr));
}

/* An answer that didn't come is a page. */
static int ask_types(xencall_handle *xcall, struct questions *q, uint64_t gfn, unsigned int nr,
		     uint64_t *hit)
{
	int rc;

	for (unsigned int i = 0; i < nr; i++) {
		q->type[i] = (struct xen_hvm_get_mem_type){
			.domid = q->domid,
			.mem_type = HVMMEM_ram_rw,
			.pfn = gfn + i,
		};
		q->call[i] = (struct multicall_entry){
			.op = __HYPERVISOR_hvm_op,
			.args = { HVMOP_get_mem_type, (uintptr_t)&q->type[i] },
		};
	}
	rc = multicall(xcall, q, nr);
	for (unsigned int i = 0; i < nr && !rc; i++) {
		rc = (int)q->call[i].result;
		if (rc || q->type[i].mem_type == HVMMEM_mmio_dm)
			continue;
		*hit = gfn + i;
		rc = -EBUSY;
	}
	return rc;
}

/* The highest frame that ever had a page; as a multicall, since it can be large. */
static int ask_maximum(xencall_handle *xcall, struct questions *q, uint64_t *maximum)
{
	int rc;

	q->call[0] = (struct multicall_entry){
		.op = __HYPERVISOR_memory_op,
		.result = -ENOSYS,
		.args = { XENMEM_maximum_gpfn, (uintptr_t)&q->domid },
	};
	rc = multicall(xcall, q, 1);
	if (!rc && (int64_t)q->call[0].result < 0)
		rc = (int)q->call[0].result;
	*maximum = q->call[0].result;
	return rc;
}

/* Below 4 GiB the maximum is of no use: the domain builder has pages right there. */
static int ask(xencall_handle *xcall, struct questions *q, uint64_t gfn, uint64_t nr,
	       uint64_t *hit)
{
	uint64_t maximum = UINT64_MAX, n;
	int rc = gfn < FOUR_GIB >> PAGE_SHIFT ? 0 : ask_maximum(xcall, q, &maximum);

	for (uint64_t i = 0; i < nr && gfn + i <= maximum && !rc; i += n) {
		n = nr - i < RELOCATE_TABLE ? nr - i : RELOCATE_TABLE;
		rc = ask_types(xcall, q, gfn + i, n, hit);
	}
	return rc;
}

/* Who is restricted doesn't get as far as Xen with a dm_op that is about no domain. */
static bool is_restricted(const struct relocate *r)
{
	return !next_xendevicemodel_modified_memory(r->dmod, DOMID_INVALID, 0, 1) ||
	       errno != ESRCH;
}

/* Through a handle that isn't there afterwards, unless there is one anyway. */
static int ask_once(struct relocate *r, uint64_t gfn, uint64_t nr, uint64_t *hit)
{
	xencall_handle *xcall = r->xcall ? r->xcall : next_xencall_open(NULL, 0);
	struct questions *q = xcall ? next_xencall_alloc_buffer(xcall, sizeof(*q)) : NULL;
	int rc = q ? 0 : -errno;

	if (q) {
		q->domid = r->domid;
		rc = ask(xcall, q, gfn, nr, hit);
		next_xencall_free_buffer(xcall, q);
	}
	if (xcall && xcall != r->xcall)
		next_xencall_close(xcall);
	return rc;
}

int relocate_empty(struct relocate *r, uint64_t gfn, uint64_t nr, uint64_t *hit)
{
	int rc = r->deaf || is_restricted(r) ? -EPERM : ask_once(r, gfn, nr, hit);

	r->deaf = rc && rc != -EBUSY;
	return rc;
}

int relocate_pin(struct relocate *r, uint64_t gfn, uint64_t nr, uint32_t type)
{
	struct xen_dm_op op = {
		.op = XEN_DMOP_pin_memory_cacheattr,
		.u.pin_memory_cacheattr = { .start = gfn, .end = gfn + nr - 1, .type = type },
	};

	return dm_op(r, next_xendevicemodel_pin_memory_cacheattr(r->dmod, r->domid, gfn,
								 gfn + nr - 1, type), &op, NULL, 0);
}

/* What privcmd takes in one buffer: a page of bits. */
#define TRACK_MAX	(4096 * 8)

/* The hypercall's buffers: the operation, and where its bits go. */
struct track_call {
	struct xen_dm_op_buf bufs[2];
	struct xen_dm_op op;
	unsigned long bitmap[];
};

static int track_by_call(struct relocate *r, uint64_t gfn, uint64_t nr, unsigned long *bitmap)
{
	size_t size = (nr + 63) / 64 * sizeof(*bitmap);
	struct track_call *call;
	int rc;

	/* whatever keeps us from opening it: a chroot, a uid, a missing device */
	if (open_call(r))
		return -EPERM;
	call = next_xencall_alloc_buffer(r->xcall, sizeof(*call) + size);
	if (!call)
		return -ENOMEM;
	memset(call, 0, sizeof(*call));
	call->op.op = XEN_DMOP_track_dirty_vram;
	call->op.u.track_dirty_vram.nr = nr;
	call->op.u.track_dirty_vram.first_pfn = gfn;
	set_xen_guest_handle_raw(call->bufs[0].h, &call->op);
	call->bufs[0].size = sizeof(call->op);
	set_xen_guest_handle_raw(call->bufs[1].h, call->bitmap);
	call->bufs[1].size = size;
	rc = errno_of(next_xencall3(r->xcall, __HYPERVISOR_dm_op, r->domid, 2,
				    (uintptr_t)call->bufs));
	if (!rc)
		memcpy(bitmap, call->bitmap, size);
	next_xencall_free_buffer(r->xcall, call);
	return rc;
}

int relocate_track(struct relocate *r, uint64_t gfn, uint64_t nr, unsigned long *bitmap)
{
	struct xen_dm_op op = {
		.op = XEN_DMOP_track_dirty_vram,
		.u.track_dirty_vram = { .nr = nr, .first_pfn = gfn },
	};

	if (nr > TRACK_MAX)
		return track_by_call(r, gfn, nr, bitmap);
	return dm_op(r, next_xendevicemodel_track_dirty_vram(r->dmod, r->domid, gfn, nr, bitmap),
		     &op, bitmap, (nr + 63) / 64 * sizeof(*bitmap));
}

int relocate_modified(struct relocate *r, uint64_t gfn, uint64_t nr)
{
	struct xen_dm_op_modified_memory_extent extent = { .nr = nr, .first_pfn = gfn };
	struct xen_dm_op op = {
		.op = XEN_DMOP_modified_memory,
		.u.modified_memory = { .nr_extents = 1 },
	};

	return dm_op(r, next_xendevicemodel_modified_memory(r->dmod, r->domid, gfn, nr), &op,
		     &extent, sizeof(extent));
}

bool relocate_log_dirty(struct relocate *r)
{
	return relocate_modified(r, UINT64_MAX, 1) == -EINVAL;
}
