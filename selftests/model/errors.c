// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The errors of libxen's calls, from Xen's, Linux's and xenstored's sources.
 * Not here: populate, after whose failure there is no device model; and EINVAL
 * of modified_memory, which is an answer (a migration is going on).
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "errors.h"
#include "walk.h"

#define XENSTORE	WALK_RECORDS, { EACCES, EIO, ENOMEM, ENOSPC, EBADF, EPIPE }
#define PHYSMAP		EINVAL, EACCES, EPERM, EXDEV, ENOMEM, ESRCH, ENOENT, EOVERFLOW

static const struct errors table[] = {
	{ "xendevicemodel_relocate_memory", true, 0, { PHYSMAP } },
	{ "xencall2", true, 0, { PHYSMAP } },
	{ "xc_domain_add_to_physmap", false, 0, { PHYSMAP } },
	{ "xencall3", false, 0, { EPERM, ESRCH, EINVAL, ENOMEM } },
	{ "xencall_open", false, 0, { ENOENT, EACCES, ENOMEM } },
	{ "xencall_alloc_buffer", false, 0, { ENOMEM } },
	{ "xendevicemodel_set_mem_type", false, 0, { ENOMEM, EINVAL, EPERM, ESRCH } },
	{ "xendevicemodel_pin_memory_cacheattr", false, WALK_PINS,
	  { EBUSY, ENOSPC, ENOENT, ENOMEM, EPERM, ESRCH, EINVAL } },
	{ "xendevicemodel_track_dirty_vram", false, 0, { E2BIG, EPERM, ESRCH, EINVAL, ENOMEM } },
	{ "xendevicemodel_modified_memory", false, 0, { EPERM, ESRCH, EFAULT } },
	{ "xendevicemodel_map_io_range_to_ioreq_server", false, 0,
	  { EEXIST, ENOENT, ENOMEM, EPERM, EINVAL } },
	{ "xendevicemodel_unmap_io_range_from_ioreq_server", false, 0, { ENOENT, EPERM } },
	{ "xendevicemodel_set_ioreq_server_state", false, 0, { ENOENT, EPERM } },
	{ "xenforeignmemory_map2", false, 0, { ENOMEM, EPERM, ESRCH } },
	{ "xs_open", false, WALK_RECORDS, { ECONNREFUSED, ENOENT, EACCES } },
	{ "xs_read", false, XENSTORE },
	{ "xs_directory", false, XENSTORE },
	{ "xs_write", false, XENSTORE },
	{ "xs_rm", false, XENSTORE },
	{ "xs_transaction_start", false, WALK_RECORDS, { EBUSY, ENOMEM, ENOSPC, EBADF, EPIPE } },
	{ "xs_transaction_end", false, WALK_RECORDS,
	  { EAGAIN, ENOSPC, EIO, ENOMEM, EBADF, EPIPE } },
};

const struct errors *errors_of(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}
