// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random lives.  Each round is a guest's life and has a seed of its own, which
 * is printed when it goes wrong: -s SEED -i 1 is that round again.
 */
#include <inttypes.h>

#include "ksft_harness.h"
#include "lives.h"

static void lives(bool faults)
{
	uint64_t seed = ksft_seed(), rounds = ksft_iterations(1000);

	for (uint64_t i = 0; i < rounds; i++) {
		struct choices choices = { .seed = seed + i };

		life(&choices, faults);
		if (!ksft_harness.shared->failed)
			continue;
		TH_LOG("-s %#" PRIx64 " -i 1", seed + i);
		ksft_leave(true);
	}
	printf("%" PRIu64 " lives of %d steps\n", rounds, LIFE_STEPS);
}

TEST_TIMEOUT(without_faults, 3600) { lives(false); }
TEST_TIMEOUT(with_faults, 3600) { lives(true); }

TEST_HARNESS_MAIN
