// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Questions to the p2m, asked by mapping.  There is no cheaper call that a
 * deprivileged device model may make; for others see relocate_empty().
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "next.h"

#include "mapping.h"

/* What one look covers: bounds the stack, and the time that others wait. */
#define LOOK_MAX	1024

/* Map @nr frames, @step apart, for a moment; fills err[]. */
static int look(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t step,
		unsigned int nr, int *err)
{
	xen_pfn_t frames[LOOK_MAX];
	void *map;

	for (unsigned int i = 0; i < nr; i++)
		frames[i] = gfn + i * step;
	map = next_xenforeignmemory_map2(fmem, domid, NULL, PROT_READ, 0, nr, frames, err);
	if (!map)
		return -errno;
	next_xenforeignmemory_unmap(fmem, map, nr);
	return 0;
}

/* The first frame of a range that is empty, or that isn't: -EBUSY, or 0. */
static int find(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t nr,
		bool empty, uint64_t *hit)
{
	int err[LOOK_MAX];

	for (uint64_t done = 0; done < nr; done += LOOK_MAX) {
		unsigned int n = nr - done < LOOK_MAX ? nr - done : LOOK_MAX;
		int rc = look(fmem, domid, gfn + done, 1, n, err);

		if (rc)
			return rc;
		for (unsigned int i = 0; i < n; i++) {
			if ((err[i] == -EINVAL) != empty)
				continue;
			*hit = gfn + done + i;
			return -EBUSY;
		}
	}
	return 0;
}

int mapping_empty(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t nr,
		  uint64_t *hit)
{
	return find(fmem, domid, gfn, nr, false, hit);
}

int mapping_full(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t nr)
{
	uint64_t hit;
	int rc = find(fmem, domid, gfn, nr, true, &hit);

	return rc == -EBUSY ? -ENOENT : rc;
}

uint64_t mapping_next(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t step,
		      uint64_t end)
{
	int err[LOOK_MAX];

	while (gfn < end) {
		uint64_t left = (end - gfn + step - 1) / step;
		unsigned int n = left < LOOK_MAX ? left : LOOK_MAX;

		if (look(fmem, domid, gfn, step, n, err))
			break;
		for (unsigned int i = 0; i < n; i++)
			if (err[i] != -EINVAL)
				return gfn + i * step;
		gfn += n * step;
	}
	return end;
}

int mapping_moved(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t dst, uint64_t nr,
		  uint64_t *moved)
{
	uint64_t lo = 0, hi = nr;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		int err;
		int rc = look(fmem, domid, dst + mid, 1, 1, &err);

		if (rc)
			return rc;
		if (err == -EINVAL)
			hi = mid;
		else
			lo = mid + 1;
	}
	*moved = lo;
	return 0;
}
