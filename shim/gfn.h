/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest frame arithmetic.  Inside the shim everything is counted in frames of
 * 4 KiB; bytes appear only in records and in the public interface.
 */
#ifndef XENPHYSMAP_SHIM_GFN_H
#define XENPHYSMAP_SHIM_GFN_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SHIFT	12
#define PAGE_MASK	(~((UINT64_C(1) << PAGE_SHIFT) - 1))
#define ADDR_MAX	(UINT64_C(1) << 52)	/* x86's architectural limit */
#define GFN_MAX		(ADDR_MAX >> PAGE_SHIFT)
#define GFN_NONE	UINT64_MAX
/* four levels of p2m tables; beyond, Xen loses the page that it can't put there */
#define P2M_MAX		(UINT64_C(1) << 36)
/* no block is larger: QEMU has 512 MiB of video RAM at the most */
#define BLOCK_MAX	(UINT64_C(1) << 18)
#define FOUR_GIB	(UINT64_C(1) << 32)

/* Do [a, a+na) and [b, b+nb) share a frame?  Neither range may wrap. */
static inline bool frames_overlap(uint64_t a, uint64_t na, uint64_t b, uint64_t nb)
{
	return a < b + nb && b < a + na;
}

static inline bool frames_within(uint64_t gfn, uint64_t base, uint64_t nr)
{
	return gfn - base < nr;
}

/* Is [gfn, gfn+nr) a range that a guest could have? */
static inline bool frames_valid(uint64_t gfn, uint64_t nr)
{
	return nr && gfn < GFN_MAX && nr <= GFN_MAX - gfn;
}

#endif
