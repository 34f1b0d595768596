// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A fuzz target as libFuzzer calls it.  A check that fails is a crash: that is
 * what it looks for, and keeps the bytes of.
 */
#include "fuzz.h"
#include "ksft_harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ksft_shared shared;

	shared.failed = false;
	ksft_harness.shared = &shared;
	ksft_harness.test_pid = getpid();
	if (!sigsetjmp(ksft_harness.leave, 0))
		fuzz_one(data, size);
	if (shared.failed)
		abort();
	return 0;
}
