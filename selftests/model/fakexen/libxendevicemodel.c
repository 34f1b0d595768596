// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libxendevicemodel, and what Linux's privcmd adds to it: a buffer of more than
 * a page is E2BIG.  Only translates; what the calls mean is in the files below.
 */
#include <errno.h>
#include <stdlib.h>

#include <xenctrl.h>

#include <xendevicemodel.h>

#include "internal.h"

#define PRIVCMD_BUFFER_MAX	4096

#define DM_OP()      do {					\
	int rc_ = machine_check(domid);				\
								\
	(void)dmod;						\
	if (rc_)						\
		return result(rc_);				\
} while (0)

struct xendevicemodel_handle {
	char unused;
};

FAKE(xendevicemodel_handle *, xendevicemodel_open,
     (struct xentoollog_logger *logger, unsigned int open_flags))
{
	FAKE_CALL(xendevicemodel_open);
	FAKE_MAY_FAIL(NULL);
	(void)logger;
	(void)open_flags;
	return calloc(1, sizeof(struct xendevicemodel_handle));
}

FAKE(int, xendevicemodel_close, (xendevicemodel_handle *dmod))
{
	FAKE_CALL(xendevicemodel_close);
	free(dmod);
	return 0;
}

FAKE(int, xendevicemodel_restrict, (xendevicemodel_handle *dmod, domid_t domid))
{
	FAKE_CALL(xendevicemodel_restrict);
	FAKE_MAY_FAIL(-1);
	(void)dmod;
	(void)domid;
	return 0;
}

FAKE(int, xendevicemodel_create_ioreq_server,
     (xendevicemodel_handle *dmod, domid_t domid, int handle_bufioreq, ioservid_t *id))
{
	FAKE_CALL(xendevicemodel_create_ioreq_server);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(handle_bufioreq < 0 || handle_bufioreq > 2 ? -EINVAL : ioreq_create(id));
}

FAKE(int, xendevicemodel_destroy_ioreq_server,
     (xendevicemodel_handle *dmod, domid_t domid, ioservid_t id))
{
	FAKE_CALL(xendevicemodel_destroy_ioreq_server);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(ioreq_destroy(id));
}

FAKE(int, xendevicemodel_set_ioreq_server_state,
     (xendevicemodel_handle *dmod, domid_t domid, ioservid_t id, int enabled))
{
	FAKE_CALL(xendevicemodel_set_ioreq_server_state);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(ioreq_enable(id, enabled));
}

FAKE(int, xendevicemodel_map_io_range_to_ioreq_server,
     (xendevicemodel_handle *dmod, domid_t domid, ioservid_t id, int is_mmio, uint64_t start,
      uint64_t end))
{
	FAKE_CALL(xendevicemodel_map_io_range_to_ioreq_server);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(ioreq_map(id, !!is_mmio, start, end));
}

FAKE(int, xendevicemodel_map_pcidev_to_ioreq_server,
     (xendevicemodel_handle *dmod, domid_t domid, ioservid_t id, uint16_t segment, uint8_t bus,
      uint8_t device, uint8_t function))
{
	uint64_t sbdf = (uint64_t)segment << 16 | bus << 8 | device << 3 | function;

	FAKE_CALL(xendevicemodel_map_pcidev_to_ioreq_server);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(ioreq_map(id, IOREQ_PCI, sbdf, sbdf));
}

FAKE(int, xendevicemodel_unmap_io_range_from_ioreq_server,
     (xendevicemodel_handle *dmod, domid_t domid, ioservid_t id, int is_mmio, uint64_t start,
      uint64_t end))
{
	FAKE_CALL(xendevicemodel_unmap_io_range_from_ioreq_server);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(ioreq_unmap(id, !!is_mmio, start, end));
}

FAKE(int, xendevicemodel_track_dirty_vram,
     (xendevicemodel_handle *dmod, domid_t domid, uint64_t first_pfn, uint32_t nr,
      unsigned long *dirty_bitmap))
{
	FAKE_CALL(xendevicemodel_track_dirty_vram);
	FAKE_MAY_FAIL(-1);
	if (((size_t)nr + 7) / 8 > PRIVCMD_BUFFER_MAX)
		return result(-E2BIG);
	DM_OP();
	return result(dirty_track(first_pfn, nr, (uint8_t *)dirty_bitmap));
}

FAKE(int, xendevicemodel_modified_memory,
     (xendevicemodel_handle *dmod, domid_t domid, uint64_t first_pfn, uint32_t nr))
{
	FAKE_CALL(xendevicemodel_modified_memory);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(dirty_modified(first_pfn, nr));
}

FAKE(int, xendevicemodel_set_mem_type,
     (xendevicemodel_handle *dmod, domid_t domid, hvmmem_type_t mem_type, uint64_t first_pfn,
      uint32_t nr))
{
	FAKE_CALL(xendevicemodel_set_mem_type);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(dirty_set_type(first_pfn, nr, mem_type));
}

/*
 * Xen's dm_op counts in 32 bits and hands on 16 of them; when those are done
 * and the numbers differ, it goes on with the rest, whose 16 bits are 0.
 */
FAKE(int, xendevicemodel_relocate_memory,
     (xendevicemodel_handle *dmod, domid_t domid, uint32_t size, uint64_t src_gfn,
      uint64_t dst_gfn))
{
	FAKE_CALL(xendevicemodel_relocate_memory);
	DM_OP();
	physmap_interrupt(call_fault());
	return result(physmap_add_range(src_gfn, dst_gfn, size));
}

FAKE(int, xendevicemodel_pin_memory_cacheattr,
     (xendevicemodel_handle *dmod, domid_t domid, uint64_t start, uint64_t end, uint32_t type))
{
	FAKE_CALL(xendevicemodel_pin_memory_cacheattr);
	FAKE_MAY_FAIL(-1);
	DM_OP();
	return result(pin_set(start, end, type));
}
