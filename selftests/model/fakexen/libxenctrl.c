// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What device models use of libxenctrl to place memory, and the same through a
 * bare hypercall of libxencall.
 */
#include <errno.h>
#include <stdlib.h>

#include <xenctrl.h>

#include <xencall.h>
#include <xen/hvm/hvm_op.h>

#include "internal.h"

struct xc_interface_core {
	char unused;
};

struct xencall_handle {
	char unused;
};

FAKE(xc_interface *, xc_interface_open,
     (xentoollog_logger *logger, xentoollog_logger *dombuild_logger, unsigned int open_flags))
{
	FAKE_CALL(xc_interface_open);
	FAKE_MAY_FAIL(NULL);
	(void)logger;
	(void)dombuild_logger;
	(void)open_flags;
	return calloc(1, sizeof(struct xc_interface_core));
}

FAKE(int, xc_interface_close, (xc_interface *xch))
{
	FAKE_CALL(xc_interface_close);
	free(xch);
	return 0;
}

static unsigned long populate(uint64_t gfn, unsigned int order, unsigned int mem_flags)
{
	if (mem_flags & XENMEMF_populate_on_demand)
		return xen_mark(gfn, order);
	return xen_populate(gfn, order);
}

/* How many extents there are. */
FAKE(int, xc_domain_populate_physmap,
     (xc_interface *xch, uint32_t domid, unsigned long nr_extents, unsigned int extent_order,
      unsigned int mem_flags, xen_pfn_t *extent_start))
{
	FAKE_CALL(xc_domain_populate_physmap);
	const struct fakexen_fault *fault = call_fault();
	int rc = machine_check(domid);
	unsigned long done = 0;

	(void)xch;
	if (!rc && fault && !fault->after)
		rc = -fault->error;
	if (rc)
		return result(rc);
	while (done < nr_extents && (!fault || done < fault->after) &&
	       populate(extent_start[done], extent_order, mem_flags))
		done++;
	return done;
}

/* Fewer extents than asked for is EBUSY; those that are there stay there. */
FAKE(int, xc_domain_populate_physmap_exact,
     (xc_interface *xch, uint32_t domid, unsigned long nr_extents, unsigned int extent_order,
      unsigned int mem_flags, xen_pfn_t *extent_start))
{
	FAKE_CALL(xc_domain_populate_physmap_exact);
	const struct fakexen_fault *fault = call_fault();
	int rc = machine_check(domid);

	(void)xch;
	if (rc)
		return result(rc);
	for (unsigned long i = 0; i < nr_extents; i++) {
		if (fault && i == fault->after)
			return result(-fault->error);
		if (!populate(extent_start[i], extent_order, mem_flags))
			return result(-EBUSY);
	}
	return fault ? result(-fault->error) : 0;
}

/* More at once only where frames are marked: nobody gives back more pages. */
FAKE(int, xc_domain_decrease_reservation_exact,
     (xc_interface *xch, uint32_t domid, unsigned long nr_extents, unsigned int extent_order,
      xen_pfn_t *extent_start))
{
	FAKE_CALL(xc_domain_decrease_reservation_exact);
	FAKE_MAY_FAIL(-1);
	int rc = machine_check(domid);

	(void)xch;
	for (unsigned long i = 0; !rc && i < nr_extents; i++)
		if (xen_depopulate(extent_start[i], extent_order))
			rc = -EINVAL;
	return result(rc);
}

static int add_to_physmap(uint32_t domid, unsigned int space, uint64_t idx, uint64_t gpfn,
			  uint16_t size)
{
	const struct fakexen_fault *fault = call_fault();
	int rc = machine_check(domid);

	if (rc)
		return rc;
	if (space == XENMAPSPACE_gmfn_range) {
		physmap_interrupt(fault);
		return physmap_add_range(idx, gpfn, size);
	}
	if (space == XENMAPSPACE_shared_info && !idx)
		return physmap_add_shared_info(gpfn);
	if (space != XENMAPSPACE_gmfn)
		return -ENOSYS;
	return fault ? -fault->error : physmap_add_one(idx, gpfn);
}

FAKE(int, xc_domain_add_to_physmap,
     (xc_interface *xch, uint32_t domid, unsigned int space, unsigned long idx,
      xen_pfn_t gpfn))
{
	FAKE_CALL(xc_domain_add_to_physmap);
	(void)xch;
	return result(add_to_physmap(domid, space, idx, gpfn, 0));
}

FAKE(xencall_handle *, xencall_open,
     (struct xentoollog_logger *logger, unsigned int open_flags))
{
	FAKE_CALL(xencall_open);
	FAKE_MAY_FAIL(NULL);
	(void)logger;
	(void)open_flags;
	return calloc(1, sizeof(struct xencall_handle));
}

FAKE(int, xencall_close, (xencall_handle *xcall))
{
	FAKE_CALL(xencall_close);
	free(xcall);
	return 0;
}

FAKE(void *, xencall_alloc_buffer, (xencall_handle *xcall, size_t size))
{
	FAKE_CALL(xencall_alloc_buffer);
	FAKE_MAY_FAIL(NULL);
	(void)xcall;
	return calloc(1, size);
}

FAKE(void, xencall_free_buffer, (xencall_handle *xcall, void *p))
{
	FAKE_CALL(xencall_free_buffer);
	(void)xcall;
	free(p);
}

/* The one dm_op that libxendevicemodel can't make whole: its buffers are a page. */
static int dm_op(uint32_t domid, uint64_t nr_bufs, const struct xen_dm_op_buf *bufs)
{
	const struct xen_dm_op *op = bufs[0].h.p;
	int rc = machine_check(domid);

	if (rc)
		return rc;
	if (op->op != XEN_DMOP_track_dirty_vram)
		return -EOPNOTSUPP;
	if (nr_bufs < 2 || bufs[1].size < (op->u.track_dirty_vram.nr + 7) / 8)
		return -EINVAL;
	return dirty_track(op->u.track_dirty_vram.first_pfn, op->u.track_dirty_vram.nr,
			   bufs[1].h.p);
}

FAKE(int, xencall3, (xencall_handle *xcall, unsigned int op, uint64_t arg1, uint64_t arg2,
		     uint64_t arg3))
{
	FAKE_CALL(xencall3);
	FAKE_MAY_FAIL(-1);
	(void)xcall;
	if (op != __HYPERVISOR_dm_op)
		return result(-ENOSYS);
	return result(dm_op(arg1, arg2, (void *)(uintptr_t)arg3));
}

static int get_mem_type(struct xen_hvm_get_mem_type *arg)
{
	static const uint16_t seen_as[] = {
		[FAKEXEN_EMPTY] = HVMMEM_mmio_dm,
		[FAKEXEN_RAM_RW] = HVMMEM_ram_rw,
		[FAKEXEN_RAM_LOGDIRTY] = HVMMEM_ram_ro,
		[FAKEXEN_RAM_RO] = HVMMEM_ram_ro,
		[FAKEXEN_MMIO_DIRECT] = HVMMEM_mmio_dm,
		[FAKEXEN_ON_DEMAND] = HVMMEM_ram_rw,
	};
	int rc = machine_check(arg->domid);

	if (!rc)
		arg->mem_type = seen_as[p2m_get(arg->pfn).type];
	return rc;
}

/* Of what a multicall can be made of: questions. */
static int64_t one_of_many(unsigned int op, const xen_ulong_t *args)
{
	int rc;

	if (op == __HYPERVISOR_hvm_op && args[0] == HVMOP_get_mem_type)
		return get_mem_type((void *)args[1]);
	if (op != __HYPERVISOR_memory_op || args[0] != XENMEM_maximum_gpfn)
		return -ENOSYS;
	rc = machine_check(*(const domid_t *)args[1]);
	return rc ? rc : (int64_t)p2m_maximum();
}

static int multicall(struct multicall_entry *entry, uint64_t nr)
{
	const struct fakexen_fault *fault = call_fault();

	if (fault)
		return -fault->error;
	for (uint64_t i = 0; i < nr; i++)
		entry[i].result = one_of_many(entry[i].op, entry[i].args);
	return 0;
}

FAKE(int, xencall2, (xencall_handle *xcall, unsigned int op, uint64_t arg1, uint64_t arg2))
{
	FAKE_CALL(xencall2);
	const struct xen_add_to_physmap *xatp = (void *)(uintptr_t)arg2;

	(void)xcall;
	if (op == __HYPERVISOR_multicall)
		return result(multicall((void *)(uintptr_t)arg1, arg2));
	if (op != __HYPERVISOR_memory_op || arg1 != XENMEM_add_to_physmap)
		return result(-ENOSYS);
	return result(add_to_physmap(xatp->domid, xatp->space, xatp->idx, xatp->gpfn,
				     xatp->size));
}
