/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What strerrorname_np() says, for C libraries before 2.32: of the errors that
 * Xen gives to a device model.
 */
#ifndef SELFTESTS_LIVE_ERRNAME_H
#define SELFTESTS_LIVE_ERRNAME_H

#include <errno.h>
#include <stddef.h>

static inline const char *errname(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ E2BIG, "E2BIG" }, { EACCES, "EACCES" }, { EBUSY, "EBUSY" },
		{ EFAULT, "EFAULT" }, { EINVAL, "EINVAL" }, { ENODATA, "ENODATA" },
		{ ENOENT, "ENOENT" }, { ENOMEM, "ENOMEM" }, { ENOSPC, "ENOSPC" },
		{ EOPNOTSUPP, "EOPNOTSUPP" }, { EPERM, "EPERM" }, { ESRCH, "ESRCH" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].error == error)
			return names[i].name;
	return "another error";
}

#endif
