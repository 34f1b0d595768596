/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a step of a move is asked of Xen, what is at its destination, and the dm_ops
 * that follow from it.  Knows hypercalls; knows neither blocks nor what to do on
 * failure.
 */
#ifndef XENPHYSMAP_SHIM_RELOCATE_H
#define XENPHYSMAP_SHIM_RELOCATE_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>

#include <xencall.h>
#include <xendevicemodel.h>

#include "privcmd.h"

/**
 * enum relocate_by - the ways to move frames, best first
 * @RELOCATE_BY_DM_OP: XEN_DMOP_relocate_memory, allowed to a restricted device
 *                     model; Xen 4.11 and later
 * @RELOCATE_BY_RANGE: XENMEM_add_to_physmap of a gmfn_range
 * @RELOCATE_BY_PAGE: xc_domain_add_to_physmap(), or the same without
 *                    libxenctrl: a hypercall a page
 * @RELOCATE_NONE: how many there are
 */
enum relocate_by {
	RELOCATE_BY_DM_OP,
	RELOCATE_BY_RANGE,
	RELOCATE_BY_PAGE,
	RELOCATE_NONE,
};

/**
 * struct relocate - access to the guest's p2m
 * @domid: the guest
 * @dmod: borrowed from the device model
 * @xch: borrowed, or NULL: a restored device model shows none; used by
 *       RELOCATE_BY_PAGE only
 * @xcall: our own, opened when there is no other way to make a hypercall
 * @arg: hypercall buffer of @xcall
 * @privcmd: our own, opened where libxendevicemodel isn't allowed anything
 * @deaf: relocate_empty() can't ask, and doesn't try any more
 * @by: the way in use; worse ways replace it when Xen doesn't have it
 * @only: never change @by
 */
struct relocate {
	domid_t domid;
	xendevicemodel_handle *dmod;
	xc_interface *xch;
	xencall_handle *xcall;
	struct xen_add_to_physmap *arg;
	struct privcmd privcmd;
	bool deaf;
	enum relocate_by by;
	bool only;
};

/**
 * relocate_choose() - Force one way, for tests.
 * @r: the access
 * @name: dm_op, range or page
 *
 * Return: whether there is such a way.
 */
bool relocate_choose(struct relocate *r, const char *name);

/**
 * relocate_close() - Release what is our own.
 * @r: the access
 */
void relocate_close(struct relocate *r);

/**
 * relocate_step() - Move frames that don't overlap their destination.
 * @r: the access
 * @src: first frame
 * @dst: first frame afterwards
 * @nr: frames, at most PLAN_STEP_MAX
 *
 * On failure an unknown number of the first frames have moved: neither
 * hypercall tells (the dm_op's struct is copied by libxendevicemodel, the
 * memory op's progress is kept in the op number).
 *
 * Return: 0 or what Xen said: -EINVAL (source empty), -EPERM, -EACCES, -EXDEV,
 * -EOVERFLOW, -ENOMEM (p2m pool), -ESRCH (no such domain).
 */
int relocate_step(struct relocate *r, uint64_t src, uint64_t dst, uint64_t nr);

/* Frames that one page of the p2m's own tables describes. */
#define RELOCATE_TABLE	512

/**
 * relocate_reserve() - Have Xen allocate the p2m table for a frame.
 * @r: the access
 * @gfn: a frame that is known to be empty
 *
 * Xen takes a page out of its old frame before it looks for memory for the
 * table of the new one.  When the domain's p2m pool is used up, that page is in
 * no frame any more and can't be reached: one page lost per failed hypercall
 * (seen on Xen 4.17; unchanged in 4.22).  Setting an empty frame's type to the
 * one it has needs the same table and risks nothing.
 *
 * Return: 0, -ENOMEM; other errors say nothing about the pool.
 */
int relocate_reserve(struct relocate *r, uint64_t gfn);

/**
 * relocate_empty() - Is there no page in a range of frames?
 * @r: the access
 * @gfn: first frame
 * @nr: frames
 * @hit: the first frame that has one, where the answer is -EBUSY
 *
 * One question a frame, of its type in the p2m, and a hypercall for each 512 of
 * them.  What has a type, and is a page therefore, is all that a foreign map would
 * find, Xen's own pages (shared info, grant tables) included, and what it wouldn't:
 * mapped grants, and pages that are populated on demand, which stay unpopulated.
 * Neither of the two sees p2m_mmio_direct; a move there fails.
 *
 * Opens privcmd for as long as it asks, and only where the device model isn't
 * restricted.  HVM device models before Xen 4.15 have no multicall.
 *
 * Return: 0, -EBUSY, or why it can't be asked: then mapping_empty() can.
 */
int relocate_empty(struct relocate *r, uint64_t gfn, uint64_t nr, uint64_t *hit);

/**
 * relocate_pin() - Pin the cache attribute of a range.
 * @r: the access
 * @gfn: first frame
 * @nr: frames
 * @type: XEN_DMOP_MEM_CACHEATTR_*, or XEN_DOMCTL_DELETE_MEM_CACHEATTR for the
 *        exact range of an earlier pin
 *
 * Return: 0, -EBUSY (overlaps another pin), -ENOSPC (64 pins), -ENOENT
 * (nothing to delete), -EINVAL, -EPERM or -ESRCH.
 */
int relocate_pin(struct relocate *r, uint64_t gfn, uint64_t nr, uint32_t type);

/**
 * relocate_track() - Read and clear the dirty bits of a range.
 * @r: the access
 * @gfn: first frame
 * @nr: frames
 * @bitmap: @nr bits, rounded up to longs, owned by the caller
 *
 * IOCTL_PRIVCMD_DM_OP takes no buffer larger than a page, which is 128 MiB of
 * frames; beyond, the same dm_op is made as a plain hypercall.  To ask in parts
 * would be no help: Xen tracks one range for each domain, and a range that isn't
 * the last one is all dirty.
 *
 * Return: 0 or what Xen said; -EPERM also for a restricted device model that
 * asks for more than 32,768 frames.
 */
int relocate_track(struct relocate *r, uint64_t gfn, uint64_t nr, unsigned long *bitmap);

/**
 * relocate_modified() - Tell Xen that pages were written by the device model.
 * @r: the access
 * @gfn: first frame
 * @nr: frames
 *
 * Return: 0 or what Xen said.
 */
int relocate_modified(struct relocate *r, uint64_t gfn, uint64_t nr);

/**
 * relocate_log_dirty() - Is the guest being migrated live?
 * @r: the access
 *
 * No call asks for a domain's log-dirty mode.  But XEN_DMOP_modified_memory
 * says 0 to anything while it is off, and EINVAL to a range that can't be while
 * it is on (xen/arch/x86/hvm/dm.c, all releases that have the dm_op).  A Xen
 * without the cure of XSA-397 has it on whenever dirty video RAM is tracked.
 */
bool relocate_log_dirty(struct relocate *r);

#endif
