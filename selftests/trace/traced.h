/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that the device model of these tests and its publisher agree on; the
 * scripts know them too.
 */
#ifndef SELFTESTS_TRACE_TRACED_H
#define SELFTESTS_TRACE_TRACED_H

#include <stdint.h>

#define HOME	UINT64_C(0x3000)
#define FRAMES	UINT64_C(64)
#define BAR_A	UINT64_C(0xf1000)
#define BAR_B	UINT64_C(0xe0000)
#define BAR_C	UINT64_C(0xd0000)	/* another page of the guest's is in it */

#endif
