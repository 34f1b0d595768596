/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The C test harness, in kselftest's vocabulary: TEST, FIXTURE, EXPECT, ASSERT.
 *
 * Each test is a forked child in a process group of its own, so that a crash,
 * a leak or a hang is the verdict of one test and not the end of the program.
 * The parent must run no tested code; it waits on descriptors, without polling.
 * A child notes in shared memory that it came to its end, then exits with 0:
 * any other end (signal, sanitizer, leak, exit() in the middle) is a failure.
 */
#ifndef SELFTESTS_KSFT_HARNESS_H
#define SELFTESTS_KSFT_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "ksft.h"

#define TEST_TIMEOUT_DEFAULT 30	/* seconds */

typedef void ksft_fn(void *self, const void *variant);

struct ksft_variant {
	const char *name;
	const void *data;
	struct ksft_variant *next;
};

struct ksft_fixture {
	const char *name;
	size_t size;
	ksft_fn *setup, *teardown;
	struct ksft_variant *variants;
};

struct ksft_test {
	const char *name;
	ksft_fn *body;
	struct ksft_fixture *fixture;
	int signal;			/* that the test must end by, or 0 */
	int timeout;
	struct ksft_test *next;
};

/* What a test and the processes it forks tell the parent. */
struct ksft_shared {
	bool ended, failed, skip, xfail;
	char reason[200];
};

/* Weak: helpers in a program's other source files may EXPECT and ASSERT too. */
__attribute__((weak)) struct ksft_harness {
	struct ksft_test *tests;
	struct ksft_shared *shared;
	sigjmp_buf leave;		/* to the end of the setup or the body */
	pid_t test_pid;
	int signal_fd;
	sigset_t old_mask;
	uint64_t seed, iterations;
	struct { bool exclude; const char *glob; } *pattern;
	unsigned int patterns;
} ksft_harness;

#define TEST(name) KSFT_TEST(name, 0, TEST_TIMEOUT_DEFAULT)
#define TEST_SIGNAL(name, signal) KSFT_TEST(name, signal, TEST_TIMEOUT_DEFAULT)
#define TEST_TIMEOUT(name, seconds) KSFT_TEST(name, 0, seconds)
#define TEST_F(f, name) KSFT_TEST_F(f, name, 0, TEST_TIMEOUT_DEFAULT)
#define TEST_F_SIGNAL(f, name, signal) \
	KSFT_TEST_F(f, name, signal, TEST_TIMEOUT_DEFAULT)
#define TEST_F_TIMEOUT(f, name, seconds) KSFT_TEST_F(f, name, 0, seconds)

/* A fixture's data is zeroed before, and freed after, each of its tests. */
#define FIXTURE_DATA(f) struct ksft_data_##f
#define FIXTURE_VARIANT(f) struct ksft_variant_##f
#define FIXTURE(f) \
	FIXTURE_VARIANT(f); \
	static struct ksft_fixture ksft_fixture_##f; \
	static ksft_fn ksft_teardown_##f; \
	FIXTURE_DATA(f)
#define FIXTURE_SETUP(f) \
	static ksft_fn ksft_setup_##f; \
	static struct ksft_fixture ksft_fixture_##f = { \
		#f, sizeof(FIXTURE_DATA(f)), \
		ksft_setup_##f, ksft_teardown_##f, NULL \
	}; \
	KSFT_TYPED(f, ksft_setup_##f)
#define FIXTURE_TEARDOWN(f) KSFT_TYPED(f, ksft_teardown_##f)
#define FIXTURE_VARIANT_ADD(f, v) \
	static const FIXTURE_VARIANT(f) ksft_variant_##f##_##v; \
	KSFT_ADD(ksft_add_##f##_##v, ksft_fixture_##f.variants, \
		 ksft_variant, #v, &ksft_variant_##f##_##v, NULL) \
	static const FIXTURE_VARIANT(f) ksft_variant_##f##_##v =

/* SKIP ends the test; XFAIL says that what follows is known to fail. */
#define SKIP(...) do { \
	ksft_harness.shared->skip = true; \
	ksft_reason(__VA_ARGS__); \
	ksft_leave(true); \
} while (0)
#define XFAIL(...) do { \
	ksft_harness.shared->xfail = true; \
	ksft_reason(__VA_ARGS__); \
} while (0)
#define TH_LOG(fmt, ...) \
	fprintf(stderr, "%s:%d: " fmt "\n", __FILE__, __LINE__, ##__VA_ARGS__)

/*
 * ASSERT ends the test, EXPECT goes on. A statement may follow, for what the
 * values alone do not tell: EXPECT_EQ(0, err) TH_LOG("row %d", i);
 */
#define EXPECT_EQ(exp, seen) KSFT_NUMBERS(false, exp, #exp, ==, seen, #seen)
#define ASSERT_EQ(exp, seen) KSFT_NUMBERS(true, exp, #exp, ==, seen, #seen)
#define EXPECT_NE(exp, seen) KSFT_NUMBERS(false, exp, #exp, !=, seen, #seen)
#define ASSERT_NE(exp, seen) KSFT_NUMBERS(true, exp, #exp, !=, seen, #seen)
#define EXPECT_LT(exp, seen) KSFT_NUMBERS(false, exp, #exp, <, seen, #seen)
#define ASSERT_LT(exp, seen) KSFT_NUMBERS(true, exp, #exp, <, seen, #seen)
#define EXPECT_LE(exp, seen) KSFT_NUMBERS(false, exp, #exp, <=, seen, #seen)
#define ASSERT_LE(exp, seen) KSFT_NUMBERS(true, exp, #exp, <=, seen, #seen)
#define EXPECT_GT(exp, seen) KSFT_NUMBERS(false, exp, #exp, >, seen, #seen)
#define ASSERT_GT(exp, seen) KSFT_NUMBERS(true, exp, #exp, >, seen, #seen)
#define EXPECT_GE(exp, seen) KSFT_NUMBERS(false, exp, #exp, >=, seen, #seen)
#define ASSERT_GE(exp, seen) KSFT_NUMBERS(true, exp, #exp, >=, seen, #seen)
#define EXPECT_NULL(seen) KSFT_NUMBERS(false, NULL, "NULL", ==, seen, #seen)
#define ASSERT_NULL(seen) KSFT_NUMBERS(true, NULL, "NULL", ==, seen, #seen)
#define EXPECT_NOT_NULL(seen) \
	KSFT_NUMBERS(false, NULL, "NULL", !=, seen, #seen)
#define ASSERT_NOT_NULL(seen) \
	KSFT_NUMBERS(true, NULL, "NULL", !=, seen, #seen)
#define EXPECT_TRUE(seen) KSFT_NUMBERS(false, 1, "true", ==, !!(seen), #seen)
#define ASSERT_TRUE(seen) KSFT_NUMBERS(true, 1, "true", ==, !!(seen), #seen)
#define EXPECT_FALSE(seen) KSFT_NUMBERS(false, 0, "false", ==, !!(seen), #seen)
#define ASSERT_FALSE(seen) KSFT_NUMBERS(true, 0, "false", ==, !!(seen), #seen)
#define EXPECT_STREQ(exp, seen) KSFT_IF(false, ksft_streq(KSFT_AT, exp, seen))
#define ASSERT_STREQ(exp, seen) KSFT_IF(true, ksft_streq(KSFT_AT, exp, seen))
#define EXPECT_MEMEQ(exp, seen, n) \
	KSFT_IF(false, ksft_memeq(KSFT_AT, exp, seen, n))
#define ASSERT_MEMEQ(exp, seen, n) \
	KSFT_IF(true, ksft_memeq(KSFT_AT, exp, seen, n))

/* The program: no semicolon, after the last test. */
#define TEST_HARNESS_MAIN \
	int main(int argc, char **argv) \
	{ \
		return ksft_main(argc, argv); \
	}

/* What a random test is to begin with: -s, else the time; shown in the log. */
static inline uint64_t ksft_seed(void)
{
	printf("seed: -s %#jx\n", (uintmax_t)ksft_harness.seed);
	return ksft_harness.seed;
}

/* How many rounds a random test is to make: -i, else what it proposes. */
static inline uint64_t ksft_iterations(uint64_t proposed)
{
	return ksft_harness.iterations ? ksft_harness.iterations : proposed;
}

/* The same numbers on every machine for the same seed (splitmix64). */
static inline uint64_t ksft_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* From here on: how the words above are made. */

#define KSFT_ADD(id, head, type, ...) \
	__attribute__((constructor)) static void id(void) \
	{ \
		static struct type item = { __VA_ARGS__ }; \
		struct type **at = &head; \
		while (*at) \
			at = &(*at)->next; \
		*at = &item; \
	}
#define KSFT_TEST(name, signal, seconds) \
	static void ksft_test_##name(void); \
	static void ksft_body_##name(void *self, const void *variant) \
	{ \
		(void)self; \
		(void)variant; \
		ksft_test_##name(); \
	} \
	KSFT_ADD(ksft_add_##name, ksft_harness.tests, ksft_test, \
		 #name, ksft_body_##name, NULL, signal, seconds, NULL) \
	static void ksft_test_##name(void)
#define KSFT_TEST_F(f, name, signal, seconds) \
	static ksft_fn ksft_body_##f##_##name; \
	KSFT_ADD(ksft_add_##f##_test_##name, ksft_harness.tests, ksft_test, \
		 #name, ksft_body_##f##_##name, &ksft_fixture_##f, \
		 signal, seconds, NULL) \
	KSFT_TYPED(f, ksft_body_##f##_##name)
#define KSFT_TYPED(f, id) \
	static void id##_typed(FIXTURE_DATA(f) *, const FIXTURE_VARIANT(f) *); \
	static void id(void *self, const void *variant) \
	{ \
		id##_typed(self, variant); \
	} \
	static void id##_typed( \
		FIXTURE_DATA(f) *self __attribute__((unused)), \
		const FIXTURE_VARIANT(f) *variant __attribute__((unused)))
#include "harness/expect.h"
#include "harness/run.h"
#include "harness/main.h"

#endif
