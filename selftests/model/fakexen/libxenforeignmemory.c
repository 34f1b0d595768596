// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libxenforeignmemory.  A mapping is of pages, not of frames: it follows a page
 * wherever that goes.  A frame without a page leaves a hole that can't be
 * touched, and an error of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <xenctrl.h>

#include <xenforeignmemory.h>

#include <xen/memory.h>

#include "internal.h"

struct xenforeignmemory_handle {
	char unused;
};

FAKE(xenforeignmemory_handle *, xenforeignmemory_open,
     (struct xentoollog_logger *logger, unsigned int open_flags))
{
	FAKE_CALL(xenforeignmemory_open);
	FAKE_MAY_FAIL(NULL);
	(void)logger;
	(void)open_flags;
	return calloc(1, sizeof(struct xenforeignmemory_handle));
}

FAKE(int, xenforeignmemory_close, (xenforeignmemory_handle *fmem))
{
	FAKE_CALL(xenforeignmemory_close);
	free(fmem);
	return 0;
}

FAKE(int, xenforeignmemory_restrict, (xenforeignmemory_handle *fmem, domid_t domid))
{
	FAKE_CALL(xenforeignmemory_restrict);
	FAKE_MAY_FAIL(-1);
	(void)fmem;
	(void)domid;
	return 0;
}

FAKE(int, xenforeignmemory_unmap, (xenforeignmemory_handle *fmem, void *addr, size_t pages))
{
	FAKE_CALL(xenforeignmemory_unmap);
	(void)fmem;
	return munmap(addr, pages * FRAME_SIZE);
}

struct xenforeignmemory_resource_handle {
	void *addr;
};

/* Of the resources there are only the requests of ioreq servers. */
FAKE(xenforeignmemory_resource_handle *, xenforeignmemory_map_resource,
     (xenforeignmemory_handle *fmem, domid_t domid, unsigned int type, unsigned int id,
      unsigned long frame, unsigned long nr_frames, void **paddr, int prot, int flags))
{
	xenforeignmemory_resource_handle *fres;
	int rc = machine_check(domid);

	FAKE_CALL(xenforeignmemory_map_resource);
	FAKE_MAY_FAIL(NULL);
	(void)fmem;
	(void)prot;
	if (!rc && (type != XENMEM_resource_ioreq_server || nr_frames != 1 || *paddr || flags ||
		    frame != XENMEM_resource_ioreq_server_frame_ioreq(0)))
		rc = -EINVAL;
	if (!rc && !ioreq_page(id))
		rc = -ENOENT;
	if (rc) {
		errno = -rc;
		return NULL;
	}
	fres = calloc(1, sizeof(*fres));
	if (fres)
		*paddr = fres->addr = ioreq_page(id);
	return fres;
}

FAKE(int, xenforeignmemory_unmap_resource,
     (xenforeignmemory_handle *fmem, xenforeignmemory_resource_handle *fres))
{
	FAKE_CALL(xenforeignmemory_unmap_resource);
	(void)fmem;
	free(fres);
	return 0;
}

/* Map a run of pages that follow each other in the file. */
static bool map_run(char *at, int prot, uint64_t page, size_t nr)
{
	return mmap(at, nr * FRAME_SIZE, prot, MAP_SHARED | MAP_FIXED, page_fd(),
		    page_offset(page)) != MAP_FAILED;
}

static bool map_pages(char *map, int prot, size_t nr, const xen_pfn_t *gfns, int *err)
{
	for (size_t i = 0, run; i < nr; i += run) {
		uint64_t page = fakexen_page_at(gfns[i]);

		run = 1;
		err[i] = page ? 0 : -EINVAL;
		/* there is no page to be had: Xen crashes the domain */
		if (fakexen_type_at(gfns[i]) == FAKEXEN_ON_DEMAND)
			machine.gone = true;
		if (!page)
			continue;
		while (i + run < nr && fakexen_page_at(gfns[i + run]) == page + run)
			err[i + run++] = 0;
		if (!map_run(map + i * FRAME_SIZE, prot, page, run))
			return false;
	}
	return true;
}

static void *map_into(void *addr, int prot, int flags, size_t nr, const xen_pfn_t *gfns, int *err)
{
	void *map = mmap(addr, nr * FRAME_SIZE, PROT_NONE,
			 flags | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	if (map_pages(map, prot, nr, gfns, err))
		return map;
	munmap(map, nr * FRAME_SIZE);
	errno = ENOMEM;
	return NULL;
}

/* Without errors to report to, one that fails is all that fail. */
static bool all_there(size_t nr, const xen_pfn_t *gfns)
{
	for (size_t i = 0; i < nr; i++)
		if (!fakexen_page_at(gfns[i]))
			return false;
	return true;
}

static void *map(uint32_t dom, void *addr, int prot, int flags, size_t nr,
		 const xen_pfn_t *gfns, int *err)
{
	int *own = NULL;
	void *m = NULL;
	int rc = machine_check(dom);

	if (rc) {
		errno = -rc;
		return NULL;
	}
	if (!err && !all_there(nr, gfns)) {
		if (flags & MAP_FIXED)
			munmap(addr, nr * FRAME_SIZE);
		errno = EINVAL;
		return NULL;
	}
	if (!err)
		err = own = calloc(nr ? nr : 1, sizeof(*own));
	if (err)
		m = map_into(addr, prot, flags, nr, gfns, err);
	free(own);
	return m;
}

FAKE(void *, xenforeignmemory_map2,
     (xenforeignmemory_handle *fmem, uint32_t dom, void *addr, int prot, int flags,
      size_t pages, const xen_pfn_t *arr, int *err))
{
	FAKE_CALL(xenforeignmemory_map2);
	FAKE_MAY_FAIL(NULL);
	(void)fmem;
	return map(dom, addr, prot, flags, pages, arr, err);
}

/*
 * The real one calls map2 by name, thus through a preload; so does this one:
 * it is not the model's own map2 that is called here.
 */
FAKE(void *, xenforeignmemory_map,
     (xenforeignmemory_handle *fmem, uint32_t dom, int prot, size_t pages,
      const xen_pfn_t *arr, int *err))
{
	return xenforeignmemory_map2(fmem, dom, NULL, prot, 0, pages, arr, err);
}
