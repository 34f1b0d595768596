// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * DOC: The entries without a call to the shim
 *
 * Receives libxen's calls from a device model, and from the libxenctrl below
 * it, that know nothing of the shim.  A process becomes a device model, for us,
 * when it creates an ioreq server; until then, for other domains, and in its
 * children, every call here is the real one and nothing else happens.
 *
 * Only decides whose call it is and translates arguments; what to do is
 * decided by the functions of xenphysmap.h.  How the calls get here is the
 * business of entry-preload.c and entry-wrap.c.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "engine.h"
#include "log.h"
#include "next.h"
#include "privcmd.h"

/* The guest that this process is the device model of, if it is one. */
static struct xenphysmap *served;

/* Set while we are inside: what libxen calls on our behalf isn't QEMU's. */
static __thread bool inside;

static struct xenphysmap *serving(uint32_t domid)
{
	struct xenphysmap *pm = __atomic_load_n(&served, __ATOMIC_ACQUIRE);

	return pm && pm->domid == domid && !inside ? pm : NULL;
}

/* ... and a call about these frames has to go through the engine. */
static struct xenphysmap *serving_frames(uint32_t domid, uint64_t gfn, uint64_t nr)
{
	struct xenphysmap *pm = serving(domid);

	return pm && view_concerned(pm, gfn, nr) ? pm : NULL;
}

static struct xenphysmap *serving_map(uint32_t domid, const xen_pfn_t *gfns, size_t nr)
{
	struct xenphysmap *pm = serving(domid);

	return pm && view_concerned_by(pm, gfns, nr) ? pm : NULL;
}

#define INSIDE(expression) ({			\
	typeof(expression) result_;		\
						\
	inside = true;				\
	result_ = (expression);			\
	inside = false;				\
	result_;				\
})

#define INSIDE_VOID(expression) INSIDE(((expression), 0))

/* A child of the device model is no device model. */
static void in_child(void)
{
	__atomic_store_n(&served, NULL, __ATOMIC_RELEASE);
}

static const char *option(const char *name)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : NULL;
}

static struct records *open_records(uint32_t domid)
{
	struct records *records = NULL;
	int rc = records_open(domid, option("XENPHYSMAP_PUBLISHER"), &records);

	if (rc)
		log_error("no publisher (%s): a save of this guest will carry no records",
			  strerror(-rc));
	return records;
}

static void read_options(struct xenphysmap *pm)
{
	const char *level = option("XENPHYSMAP_LOG"), *way = option("XENPHYSMAP_RELOCATE");
	const char *addr = option("XENPHYSMAP_VRAM_AT"), *bars = option("XENPHYSMAP_BARS");

	if (level && !log_set_level(level))
		log_warn("XENPHYSMAP_LOG=%s is ignored: use error, warn, info or debug", level);
	if (way && !physmap_choose(pm, way))
		log_warn("XENPHYSMAP_RELOCATE=%s is ignored: use dm_op, range or page", way);
	if (addr && !physmap_choose_vram(pm, addr))
		log_warn("XENPHYSMAP_VRAM_AT=%s is ignored: use hexadecimal bytes, of whole pages",
			 addr);
	if (bars && !physmap_choose_bars(pm, bars))
		log_warn("XENPHYSMAP_BARS=%s is ignored: use vga or all", bars);
	if (option("XENPHYSMAP_STRICT"))
		physmap_be_strict(pm);
}

static void attach(xendevicemodel_handle *dmod, uint32_t domid, ioservid_t id)
{
	const struct xenphysmap_handles handles = { .size = sizeof(handles), .dmod = dmod };
	struct records *records;
	struct xenphysmap *pm;

	if (__atomic_load_n(&served, __ATOMIC_ACQUIRE))
		return;
	log_set_prefix(domid);
	records = open_records(domid);
	pm = physmap_new(domid, &handles, records);
	if (!pm) {
		log_error("no memory: this guest is not looked after");
		if (records)
			records->close(records);
		return;
	}
	pm->request.id = id;
	read_options(pm);
	pthread_atfork(NULL, NULL, in_child);
	__atomic_store_n(&served, pm, __ATOMIC_RELEASE);
	log_info("looking after video RAM");
}

static void detach_if_needed(const void *handle)
{
	struct xenphysmap *pm = __atomic_load_n(&served, __ATOMIC_ACQUIRE);

	if (!pm || inside || !physmap_return(pm, handle))
		return;
	__atomic_store_n(&served, NULL, __ATOMIC_RELEASE);
	xenphysmap_close(pm);
}

/* QEMU doesn't say that this failed, but goes on and dies of it. */
static void diagnose(uint32_t domid)
{
	struct privcmd privcmd = { 0 };

	log_set_prefix(domid);
	privcmd_probe(&privcmd, domid);
	privcmd_close(&privcmd);
}

int shim_xendevicemodel_create_ioreq_server(xendevicemodel_handle *dmod, domid_t domid,
					    int handle_bufioreq, ioservid_t *id)
{
	int rc = next_xendevicemodel_create_ioreq_server(dmod, domid, handle_bufioreq, id);
	int saved = errno;

	if (!rc && !inside)
		INSIDE_VOID(attach(dmod, domid, id ? *id : 0));
	else if (rc && saved == EPERM)
		diagnose(domid);
	errno = saved;
	return rc;
}

int shim_xendevicemodel_map_io_range_to_ioreq_server(xendevicemodel_handle *dmod, domid_t domid,
						     ioservid_t id, int is_mmio, uint64_t start,
						     uint64_t end)
{
	struct xenphysmap *pm = is_mmio ? serving(domid) : NULL;
	int rc = next_xendevicemodel_map_io_range_to_ioreq_server(dmod, domid, id, is_mmio,
								  start, end);

	/* even if Xen refused: the device model goes on as if it had not */
	if (pm)
		INSIDE_VOID(xenphysmap_region_add(pm, start >> PAGE_SHIFT, end >> PAGE_SHIFT));
	return rc;
}

int shim_xendevicemodel_unmap_io_range_from_ioreq_server(xendevicemodel_handle *dmod,
							 domid_t domid, ioservid_t id,
							 int is_mmio, uint64_t start,
							 uint64_t end)
{
	struct xenphysmap *pm = is_mmio ? serving(domid) : NULL;
	int rc = next_xendevicemodel_unmap_io_range_from_ioreq_server(dmod, domid, id, is_mmio,
								      start, end);

	if (pm)
		INSIDE_VOID(xenphysmap_region_del(pm, start >> PAGE_SHIFT, end >> PAGE_SHIFT));
	return rc;
}

int shim_xendevicemodel_map_pcidev_to_ioreq_server(xendevicemodel_handle *dmod, domid_t domid,
						   ioservid_t id, uint16_t segment, uint8_t bus,
						   uint8_t device, uint8_t function)
{
	struct xenphysmap *pm = serving(domid);
	int rc = next_xendevicemodel_map_pcidev_to_ioreq_server(dmod, domid, id, segment, bus,
								device, function);

	if (pm)
		INSIDE_VOID(physmap_device(pm, (uint32_t)segment << 16 | bus << 8 | device << 3 |
					   function, !rc));
	return rc;
}

int shim_xendevicemodel_set_ioreq_server_state(xendevicemodel_handle *dmod, domid_t domid,
					       ioservid_t id, int enabled)
{
	struct xenphysmap *pm = serving(domid);
	int saved = errno;

	/* what fails here is logged, and the save goes on with what is true */
	if (pm && enabled)
		INSIDE_VOID(xenphysmap_running(pm));
	else if (pm)
		INSIDE(xenphysmap_barrier(pm));
	errno = saved;
	return next_xendevicemodel_set_ioreq_server_state(dmod, domid, id, enabled);
}

int shim_xendevicemodel_track_dirty_vram(xendevicemodel_handle *dmod, domid_t domid,
					 uint64_t first_pfn, uint32_t nr,
					 unsigned long *dirty_bitmap)
{
	struct xenphysmap *pm = serving_frames(domid, first_pfn, nr);

	if (!pm)
		return next_xendevicemodel_track_dirty_vram(dmod, domid, first_pfn, nr,
							    dirty_bitmap);
	return INSIDE(xenphysmap_track(pm, first_pfn, nr, dirty_bitmap));
}

int shim_xendevicemodel_modified_memory(xendevicemodel_handle *dmod, domid_t domid,
					uint64_t first_pfn, uint32_t nr)
{
	struct xenphysmap *pm = serving_frames(domid, first_pfn, nr);

	if (!pm)
		return next_xendevicemodel_modified_memory(dmod, domid, first_pfn, nr);
	return INSIDE(xenphysmap_modified(pm, first_pfn, nr));
}

int shim_xendevicemodel_relocate_memory(xendevicemodel_handle *dmod, domid_t domid,
					uint32_t size, uint64_t src_gfn, uint64_t dst_gfn)
{
	struct xenphysmap *pm = serving(domid);

	if (!pm)
		return next_xendevicemodel_relocate_memory(dmod, domid, size, src_gfn, dst_gfn);
	return INSIDE(xenphysmap_relocate(pm, src_gfn, dst_gfn, size));
}

int shim_xendevicemodel_pin_memory_cacheattr(xendevicemodel_handle *dmod, domid_t domid,
					     uint64_t start, uint64_t end, uint32_t type)
{
	struct xenphysmap *pm = serving_frames(domid, start, end - start + 1);

	if (!pm || end < start)
		return next_xendevicemodel_pin_memory_cacheattr(dmod, domid, start, end, type);
	return INSIDE(xenphysmap_pin(pm, start, end, type));
}

int shim_xendevicemodel_close(xendevicemodel_handle *dmod)
{
	detach_if_needed(dmod);
	return next_xendevicemodel_close(dmod);
}

void *shim_xenforeignmemory_map2(xenforeignmemory_handle *fmem, uint32_t dom, void *addr,
				 int prot, int flags, size_t pages, const xen_pfn_t *arr,
				 int *err)
{
	struct xenphysmap *pm = serving_map(dom, arr, pages);

	if (!pm)
		return next_xenforeignmemory_map2(fmem, dom, addr, prot, flags, pages, arr, err);
	physmap_lend(pm, fmem, NULL);
	return INSIDE(physmap_map(pm, fmem, addr, prot, flags, pages, arr, err));
}

void *shim_xenforeignmemory_map(xenforeignmemory_handle *fmem, uint32_t dom, int prot,
				size_t pages, const xen_pfn_t *arr, int *err)
{
	struct xenphysmap *pm = serving_map(dom, arr, pages);

	if (!pm)
		return next_xenforeignmemory_map(fmem, dom, prot, pages, arr, err);
	physmap_lend(pm, fmem, NULL);
	return INSIDE(physmap_map(pm, fmem, NULL, prot, 0, pages, arr, err));
}

int shim_xenforeignmemory_close(xenforeignmemory_handle *fmem)
{
	detach_if_needed(fmem);
	return next_xenforeignmemory_close(fmem);
}

/* The frames of extents that follow each other, or 0 where they don't. */
static uint64_t extent_frames(const xen_pfn_t *start, unsigned long nr, unsigned int order)
{
	for (unsigned long i = 1; i < nr; i++)
		if (start[i] != start[0] + (i << order))
			return 0;
	return (uint64_t)nr << order;
}

int shim_xc_domain_populate_physmap_exact(xc_interface *xch, uint32_t domid,
					  unsigned long nr_extents, unsigned int extent_order,
					  unsigned int mem_flags, xen_pfn_t *extent_start)
{
	struct xenphysmap *pm = serving(domid);
	uint64_t nr = pm ? extent_frames(extent_start, nr_extents, extent_order) : 0;
	int rc = 1;

	if (nr) {
		physmap_lend(pm, NULL, xch);
		rc = INSIDE(physmap_populate(pm, xch, extent_start[0], nr, mem_flags));
	}
	return rc > 0 ? next_xc_domain_populate_physmap_exact(xch, domid, nr_extents, extent_order,
							      mem_flags, extent_start) : rc;
}

int shim_xc_domain_add_to_physmap(xc_interface *xch, uint32_t domid, unsigned int space,
				  unsigned long idx, xen_pfn_t gpfn)
{
	struct xenphysmap *pm = space == XENMAPSPACE_gmfn ? serving_frames(domid, idx, 1) : NULL;
	int rc = 1;

	if (pm) {
		physmap_lend(pm, NULL, xch);
		rc = INSIDE(physmap_add_page(pm, idx, gpfn));
	}
	return rc > 0 ? next_xc_domain_add_to_physmap(xch, domid, space, idx, gpfn) : rc;
}

int shim_xc_interface_close(xc_interface *xch)
{
	detach_if_needed(xch);
	return next_xc_interface_close(xch);
}
