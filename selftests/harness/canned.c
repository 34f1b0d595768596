// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests that end in every way a test can: c_verdicts.sh runs each alone and
 * knows what the harness must say of it. Not a test itself; it fails by design.
 */
#include <pthread.h>
#include "ksft_harness.h"

void canned_other_file(int value);

/* Volatile: the compiler must not see through what goes wrong here. */
static void *volatile sink;
static volatile int zero;

TEST(passes)
{
	ASSERT_TRUE(true);
}

TEST(expects)
{
	EXPECT_EQ(1, 2);
	EXPECT_LT(4, 3) TH_LOG("row %d", 7);
	puts("went on");
}

TEST(asserts)
{
	ASSERT_EQ(0x10, 0x20);
	puts("went on");
}

TEST(asserts_in_other_file)
{
	canned_other_file(5);
	puts("went on");
}

TEST(asserts_in_grandchild)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		ASSERT_TRUE(false);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	puts("parent went on");
}

static void *asserts(void *unused)
{
	ASSERT_NULL("thread");
	puts("went on");
	return unused;
}

TEST(asserts_in_thread)
{
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, asserts, NULL));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	puts("went on");
}

TEST(skips)
{
	SKIP("no %s\nhere", "device");
	puts("went on");
}

TEST(skips_after_failing)
{
	EXPECT_EQ(1, 2);
	SKIP("too late");
}

TEST(fails_as_known)
{
	XFAIL("bug %d", 42);
	ASSERT_EQ(1, 2);
}

TEST(passes_unexpectedly)
{
	XFAIL("bug 43");
}

TEST(crashes_though_known_to_fail)
{
	XFAIL("bug 44");
	raise(SIGBUS);
}

TEST(crashes)
{
	printf("not lost");
	raise(SIGKILL);
}

TEST_SIGNAL(wanted_signal, SIGABRT)
{
	abort();
}

TEST_SIGNAL(wrong_signal, SIGABRT)
{
	raise(SIGTERM);
}

TEST_SIGNAL(no_signal, SIGABRT)
{
}

TEST_SIGNAL(fails_before_signal, SIGABRT)
{
	EXPECT_EQ(1, 2);
	abort();
}

TEST_SIGNAL(real_segv, SIGSEGV)
{
	raise(SIGSEGV);
}

TEST(exits_in_the_middle)
{
	exit(0);
}

TEST_TIMEOUT(hangs, 1)
{
	/* Deaf to polite signals, and with a child in the same group. */
	signal(SIGTERM, SIG_IGN);
	printf("helper %d\n", fork() ? 0 : getpid());
	for (;;)
		pause();
}

TEST(hangs_for_long)
{
	printf("helper %d\n", fork() ? 0 : getpid());
	for (;;)
		pause();
}

TEST(leaves_a_child)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	printf("left %d\n", pid);
}

TEST_TIMEOUT(escapes_with_the_pipe, 5)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		sleep(60);
		_exit(0);
	}
	printf("left %d\n", pid);
}

TEST(speaks_ktap)
{
	puts("1..7");
	puts("not ok 3 forged");
	fputs("no newline", stderr);
}

TEST(reads_stdin)
{
	ASSERT_EQ(EOF, getchar());
}

TEST(leaks)
{
	sink = malloc(100);
	sink = NULL;
}

TEST(overruns)
{
	char *p = malloc(10);

	sink = p;
	p[10 + zero] = 1;
	free(p);
}

TEST(overruns_though_known_to_fail)
{
	char *p = malloc(10);

	XFAIL("bug 45");
	sink = p;
	p[10 + zero] = 1;
	free(p);
}

TEST(overflows)
{
	volatile int i = INT32_MAX;

	i += 1 + zero;
	printf("%d\n", i);
}

TEST(seeded)
{
	uint64_t state = ksft_seed();

	printf("rounds %ju, first %#jx\n", (uintmax_t)ksft_iterations(1000),
	       (uintmax_t)ksft_random(&state));
}

FIXTURE(box) {
	int *value;
	int untouched;
};

FIXTURE_VARIANT(box) {
	int start;
};

FIXTURE_VARIANT_ADD(box, small) {
	.start = 1,
};

FIXTURE_VARIANT_ADD(box, large) {
	.start = 1000,
};

FIXTURE_SETUP(box)
{
	self->value = malloc(sizeof(*self->value));
	ASSERT_NOT_NULL(self->value);
	*self->value = variant->start;
	puts("setup");
}

FIXTURE_TEARDOWN(box)
{
	free(self->value);
	puts("teardown");
}

TEST_F(box, holds)
{
	EXPECT_EQ(variant->start, *self->value);
	EXPECT_EQ(0, self->untouched);
}

TEST_F(box, small_only)
{
	ASSERT_LT(*self->value, 10);
}

FIXTURE(broken) {
	int unused;
};

FIXTURE_SETUP(broken)
{
	self->unused = 1;
	ASSERT_TRUE(false);
}

FIXTURE_TEARDOWN(broken)
{
	puts("teardown");
}

TEST_F(broken, never_runs)
{
	puts("ran");
}

FIXTURE(absent) {
	int unused;
};

FIXTURE_SETUP(absent)
{
	SKIP("nothing to set up");
}

FIXTURE_TEARDOWN(absent)
{
}

TEST_F(absent, never_runs)
{
	puts("ran");
}

TEST_F_SIGNAL(box, dies, SIGUSR1)
{
	raise(SIGUSR1);
}

TEST_F_TIMEOUT(box, hangs, 1)
{
	for (;;)
		pause();
}

TEST_HARNESS_MAIN
