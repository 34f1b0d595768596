/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * THE TABLE of libxen names, the single place that lists them.
 *
 * A row is X(type, failure, name, node, parameters, arguments): the type that
 * the call returns and what it returns on failure, the symbol-version node
 * that libxen exports it under (NULL: libxenctrl has another one in each
 * release), and the call's parameters and arguments.
 *
 * SYMBOLS_INTERPOSED are the names that xenphysmap-preload.so defines;
 * preload.map must list the nodes alike.  SYMBOLS_USED are those that the shim
 * only calls.
 */
#ifndef XENPHYSMAP_SHIM_SYMBOLS_H
#define XENPHYSMAP_SHIM_SYMBOLS_H

#define DMOD	xendevicemodel_handle *dmod, domid_t domid

#define SYMBOLS_INTERPOSED(X)						\
	X(int, -1, xendevicemodel_create_ioreq_server, "VERS_1.0",	\
	  (DMOD, int handle_bufioreq, ioservid_t *id),			\
	  (dmod, domid, handle_bufioreq, id))				\
	X(int, -1, xendevicemodel_map_io_range_to_ioreq_server, "VERS_1.0", \
	  (DMOD, ioservid_t id, int is_mmio, uint64_t start, uint64_t end), \
	  (dmod, domid, id, is_mmio, start, end))			\
	X(int, -1, xendevicemodel_unmap_io_range_from_ioreq_server, "VERS_1.0", \
	  (DMOD, ioservid_t id, int is_mmio, uint64_t start, uint64_t end), \
	  (dmod, domid, id, is_mmio, start, end))			\
	X(int, -1, xendevicemodel_map_pcidev_to_ioreq_server, "VERS_1.0", \
	  (DMOD, ioservid_t id, uint16_t segment, uint8_t bus, uint8_t device, \
	   uint8_t function), (dmod, domid, id, segment, bus, device, function)) \
	X(int, -1, xendevicemodel_set_ioreq_server_state, "VERS_1.0",	\
	  (DMOD, ioservid_t id, int enabled), (dmod, domid, id, enabled)) \
	X(int, -1, xendevicemodel_track_dirty_vram, "VERS_1.0",		\
	  (DMOD, uint64_t first_pfn, uint32_t nr, unsigned long *dirty_bitmap), \
	  (dmod, domid, first_pfn, nr, dirty_bitmap))			\
	X(int, -1, xendevicemodel_modified_memory, "VERS_1.0",		\
	  (DMOD, uint64_t first_pfn, uint32_t nr), (dmod, domid, first_pfn, nr)) \
	X(int, -1, xendevicemodel_relocate_memory, "VERS_1.2",		\
	  (DMOD, uint32_t size, uint64_t src_gfn, uint64_t dst_gfn),	\
	  (dmod, domid, size, src_gfn, dst_gfn))			\
	X(int, -1, xendevicemodel_pin_memory_cacheattr, "VERS_1.2",	\
	  (DMOD, uint64_t start, uint64_t end, uint32_t type),		\
	  (dmod, domid, start, end, type))				\
	X(int, -1, xendevicemodel_close, "VERS_1.0",			\
	  (xendevicemodel_handle *dmod), (dmod))			\
	X(void *, NULL, xenforeignmemory_map, "VERS_1.0",		\
	  (xenforeignmemory_handle *fmem, uint32_t dom, int prot, size_t pages, \
	   const xen_pfn_t *arr, int *err), (fmem, dom, prot, pages, arr, err)) \
	X(void *, NULL, xenforeignmemory_map2, "VERS_1.2",		\
	  (xenforeignmemory_handle *fmem, uint32_t dom, void *addr, int prot, \
	   int flags, size_t pages, const xen_pfn_t *arr, int *err),	\
	  (fmem, dom, addr, prot, flags, pages, arr, err))		\
	X(int, -1, xenforeignmemory_close, "VERS_1.0",			\
	  (xenforeignmemory_handle *fmem), (fmem))			\
	X(int, -1, xc_domain_populate_physmap_exact, NULL,		\
	  (xc_interface *xch, uint32_t domid, unsigned long nr_extents,	\
	   unsigned int extent_order, unsigned int mem_flags, xen_pfn_t *extent_start), \
	  (xch, domid, nr_extents, extent_order, mem_flags, extent_start)) \
	X(int, -1, xc_domain_add_to_physmap, NULL,			\
	  (xc_interface *xch, uint32_t domid, unsigned int space,	\
	   unsigned long idx, xen_pfn_t gpfn), (xch, domid, space, idx, gpfn)) \
	X(int, -1, xc_interface_close, NULL, (xc_interface *xch), (xch))

#define SYMBOLS_USED(X)							\
	X(int, -1, xc_domain_populate_physmap, NULL,			\
	  (xc_interface *xch, uint32_t domid, unsigned long nr_extents,	\
	   unsigned int extent_order, unsigned int mem_flags, xen_pfn_t *extent_start), \
	  (xch, domid, nr_extents, extent_order, mem_flags, extent_start)) \
	X(int, -1, xc_domain_decrease_reservation_exact, NULL,		\
	  (xc_interface *xch, uint32_t domid, unsigned long nr_extents,	\
	   unsigned int extent_order, xen_pfn_t *extent_start),		\
	  (xch, domid, nr_extents, extent_order, extent_start))		\
	X(int, -1, xendevicemodel_set_mem_type, "VERS_1.0",		\
	  (DMOD, hvmmem_type_t mem_type, uint64_t first_pfn, uint32_t nr), \
	  (dmod, domid, mem_type, first_pfn, nr))			\
	X(xenforeignmemory_handle *, NULL, xenforeignmemory_open, "VERS_1.0", \
	  (xentoollog_logger *logger, unsigned int open_flags), (logger, open_flags)) \
	X(int, -1, xenforeignmemory_unmap, "VERS_1.0",			\
	  (xenforeignmemory_handle *fmem, void *addr, size_t pages),	\
	  (fmem, addr, pages))						\
	X(xenforeignmemory_resource_handle *, NULL, xenforeignmemory_map_resource, "VERS_1.3", \
	  (xenforeignmemory_handle *fmem, domid_t domid, unsigned int type, unsigned int id, \
	   unsigned long frame, unsigned long nr_frames, void **paddr, int prot, int flags), \
	  (fmem, domid, type, id, frame, nr_frames, paddr, prot, flags)) \
	X(int, -1, xenforeignmemory_unmap_resource, "VERS_1.3",		\
	  (xenforeignmemory_handle *fmem, xenforeignmemory_resource_handle *fres), \
	  (fmem, fres))							\
	X(xencall_handle *, NULL, xencall_open, "VERS_1.0",		\
	  (struct xentoollog_logger *logger, unsigned int open_flags),	\
	  (logger, open_flags))						\
	X(int, -1, xencall_close, "VERS_1.0", (xencall_handle *xcall), (xcall)) \
	X(int, -1, xencall2, "VERS_1.0",				\
	  (xencall_handle *xcall, unsigned int op, uint64_t arg1, uint64_t arg2), \
	  (xcall, op, arg1, arg2))					\
	X(int, -1, xencall3, "VERS_1.0",				\
	  (xencall_handle *xcall, unsigned int op, uint64_t arg1, uint64_t arg2, \
	   uint64_t arg3), (xcall, op, arg1, arg2, arg3))		\
	X(void *, NULL, xencall_alloc_buffer, "VERS_1.0",		\
	  (xencall_handle *xcall, size_t size), (xcall, size))		\
	X(void, , xencall_free_buffer, "VERS_1.0",			\
	  (xencall_handle *xcall, void *p), (xcall, p))

#endif
