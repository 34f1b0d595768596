// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a frame that a block has to do with ever taken for one that none has?  A
 * call about it would then go past the engine: a map of the wrong pages.  The
 * opposite only costs time, but may not happen to whoever is far away.
 */
#include <pthread.h>
#include <stdlib.h>

#include "ksft_harness.h"
#include "known.h"

#define CHUNK	(UINT64_C(1) << KNOWN_SHIFT)
#define REPEAT	(CHUNK * KNOWN_BITS)

static struct known known;

TEST(nothing_is_known_at_first)
{
	EXPECT_FALSE(known_any(&known, 0, 1));
	EXPECT_FALSE(known_any(&known, 0x3000, 4096));
	EXPECT_FALSE(known_any(&known, 0, REPEAT));
}

TEST(what_was_added_and_nothing_beside_it)
{
	known_add(&known, 0x3000, 4096);
	EXPECT_TRUE(known_any(&known, 0x3000, 1));
	EXPECT_TRUE(known_any(&known, 0x3fff, 1));
	EXPECT_TRUE(known_any(&known, 0x2fff, 2));
	EXPECT_TRUE(known_any(&known, 0, REPEAT));
	EXPECT_FALSE(known_any(&known, 0x2f00, 256));
	EXPECT_FALSE(known_any(&known, 0x4000, 256));
	EXPECT_FALSE(known_any(&known, 0xf1000, 4096));
}

/* Frames that nobody has, and lengths that nobody may ask for. */
TEST(nonsense_goes_the_long_way)
{
	EXPECT_TRUE(known_any(&known, UINT64_MAX, 2));
	EXPECT_TRUE(known_any(&known, UINT64_MAX - 7, 8 + REPEAT));
	EXPECT_TRUE(known_any(&known, 0, UINT64_MAX));
	EXPECT_TRUE(known_any(&known, 0, 0));
}

/* As the set would be if it had a bit for each frame of all that repeat. */
static bool overlaps(const uint64_t *at, const uint64_t *nr, unsigned int n, uint64_t gfn,
		     uint64_t len)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t from = at[i] / CHUNK, to = (at[i] + nr[i] - 1) / CHUNK;

		for (uint64_t c = gfn / CHUNK; c <= (gfn + len - 1) / CHUNK; c++)
			if ((c - from) % KNOWN_BITS <= to - from)
				return true;
	}
	return false;
}

TEST(random)
{
	uint64_t random = ksft_seed(), at[8], nr[8];

	for (unsigned long i = ksft_iterations(300); i--; ) {
		unsigned int n = 0;

		known = (struct known){ 0 };
		for (; n < 8; n++) {
			at[n] = ksft_random(&random) % (3 * REPEAT);
			nr[n] = 1 + ksft_random(&random) % (1 << ksft_random(&random) % 19);
			known_add(&known, at[n], nr[n]);
		}
		for (int q = 0; q < 50; q++) {
			uint64_t near = at[ksft_random(&random) % n];
			uint64_t gfn = near + ksft_random(&random) % 8192 - 4096;
			uint64_t len = 1 + ksft_random(&random) % 4096;

			if (gfn > near + 8192)
				continue;
			ASSERT_EQ(overlaps(at, nr, n, gfn, len), known_any(&known, gfn, len))
				TH_LOG("[%#jx, +%ju)", (uintmax_t)gfn, (uintmax_t)len);
		}
	}
}

#define MOVES	20000

static void *add_upwards(void *unused)
{
	(void)unused;
	for (uint64_t i = 0; i < MOVES; i++)
		known_add(&known, i * 100, 100);
	return NULL;
}

/* What is known once stays so, whatever is being added beside it. */
TEST(reading_while_others_add)
{
	pthread_t thread;
	uint64_t seen = 0;

	ASSERT_EQ(0, pthread_create(&thread, NULL, add_upwards, NULL));
	for (uint64_t i = 0; i < MOVES; i++) {
		if (known_any(&known, i * 100, 100))
			seen++;
		else
			i = 0;
		EXPECT_TRUE(!seen || known_any(&known, 0, 1));
	}
	EXPECT_EQ(0, pthread_join(thread, NULL));
	for (uint64_t i = 0; i < MOVES; i++)
		ASSERT_TRUE(known_any(&known, i * 100, 100));
}

TEST_HARNESS_MAIN
