// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A library whose constructor calls an interposed name.  Preloaded behind the
 * shim, its constructors run first.
 */
#include <stdio.h>

#include "next.h"

#include "fake.h"

extern struct fake fake;

__attribute__((constructor)) static void early(void)
{
	int rc;

	fake.result = 42;
	rc = xendevicemodel_modified_memory(NULL, 5, 0xf0000, 1);
	printf("early: %u call, %d\n", fake.calls[FAKE_xendevicemodel_modified_memory], rc);
	fflush(stdout);
}
