/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One call of every interposed name, X(name, arguments...), each argument
 * another one: what arrives in the wrong order, or cut short, is noticed.
 * None of the pointers points to anything.
 */
#ifndef SELFTESTS_PRELOAD_EVERY_H
#define SELFTESTS_PRELOAD_EVERY_H

#include <stdint.h>

/* A compiler that saw the number would know that nothing can be there. */
static inline void *every_pointer(uintptr_t n)
{
	__asm__("" : "+r" (n));
	return (void *)n;
}

#define POINTER(n)	every_pointer(n)
#define BIG(n)		(UINT64_C(0x123456780000) + (n))

#define EVERY_CALL(X, domid)							\
	X(xendevicemodel_create_ioreq_server,					\
	  POINTER(0x10), domid, 0x11, POINTER(0x12))				\
	X(xendevicemodel_map_io_range_to_ioreq_server,				\
	  POINTER(0x20), domid, 0x21, 1, BIG(0x22), BIG(0x23))			\
	X(xendevicemodel_unmap_io_range_from_ioreq_server,			\
	  POINTER(0x30), domid, 0x31, 1, BIG(0x32), BIG(0x33))			\
	X(xendevicemodel_set_ioreq_server_state,				\
	  POINTER(0x40), domid, 0x41, 0)					\
	X(xendevicemodel_track_dirty_vram,					\
	  POINTER(0x50), domid, BIG(0x51), 0x52, POINTER(0x53))			\
	X(xendevicemodel_modified_memory,					\
	  POINTER(0x60), domid, BIG(0x61), 0x62)				\
	X(xendevicemodel_relocate_memory,					\
	  POINTER(0x70), domid, 0x71, BIG(0x72), BIG(0x73))			\
	X(xendevicemodel_pin_memory_cacheattr,					\
	  POINTER(0x80), domid, BIG(0x81), BIG(0x82), 0x83)			\
	X(xendevicemodel_close, POINTER(0x90))					\
	X(xenforeignmemory_map,							\
	  POINTER(0xa0), domid, 0xa1, BIG(0xa2), POINTER(0xa3), POINTER(0xa4))	\
	X(xenforeignmemory_map2,						\
	  POINTER(0xb0), domid, POINTER(0xb1), 0xb2, 0xb3, BIG(0xb4),		\
	  POINTER(0xb5), POINTER(0xb6))						\
	X(xenforeignmemory_close, POINTER(0xc0))				\
	X(xc_domain_populate_physmap_exact,					\
	  POINTER(0xd0), domid, BIG(0xd1), 0xd2, 0xd3, POINTER(0xd4))		\
	X(xc_domain_add_to_physmap,						\
	  POINTER(0xe0), domid, XENMAPSPACE_gmfn, BIG(0xe1), BIG(0xe2))		\
	X(xc_interface_close, POINTER(0xf0))					\
	X(xendevicemodel_map_pcidev_to_ioreq_server,				\
	  POINTER(0x100), domid, 0x101, 0x102, 0x3, 0x4, 0x5)

#endif
