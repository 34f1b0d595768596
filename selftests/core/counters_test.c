// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the page of counters come to be without anything that a device model would
 * notice?  Where it can't be, counts go on; a limit or a sandbox that kills who asks
 * for it must not be given a reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counters.h"
#include "ksft_harness.h"

/* The page as others see it, NULL where they don't; its file's name in @path. */
static const struct counters *seen(char *path, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	const struct counters *page = NULL;
	char line[512], range[40];
	uintptr_t start;

	ASSERT_NOT_NULL(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (!strstr(line, " /memfd:" COUNTERS_NAME) ||
		    sscanf(line, "%39[^ ]", range) != 1 || sscanf(range, "%" SCNxPTR, &start) != 1)
			continue;
		EXPECT_NULL(page);
		EXPECT_NOT_NULL(strstr(line, " rw-s "));
		page = (const struct counters *)start;
		snprintf(path, size, "/proc/self/map_files/%s", range);
	}
	fclose(maps);
	return page;
}

static const struct counters *show(uint32_t domid)
{
	static char path[64];

	errno = EBUSY;
	counters_show(domid);
	EXPECT_EQ(EBUSY, errno);
	return seen(path, sizeof(path));
}

TEST(layout)
{
	EXPECT_EQ(4096, sizeof(struct counters));
	EXPECT_EQ(24, offsetof(struct counters, value));
	EXPECT_EQ(0, COUNTER_moves);
	EXPECT_EQ(19, COUNTER_errors_restore);
}

TEST(counts_from_before_are_kept)
{
	const struct counters *page;

	counters_add(COUNTER_moves, 3);
	page = show(7);
	ASSERT_NOT_NULL(page);
	counters_add(COUNTER_moves, 4);
	EXPECT_MEMEQ(COUNTERS_MAGIC, page->magic, sizeof(page->magic));
	EXPECT_EQ(COUNTERS_VERSION, page->version);
	EXPECT_EQ(COUNTERS_NR, page->nr);
	EXPECT_EQ(7, page->domid);
	EXPECT_EQ(7, page->value[COUNTER_moves]);
}

/* A device model that begins anew goes on counting. */
TEST(shown_once)
{
	const struct counters *page = show(7);

	counters_add(COUNTER_barriers, 1);
	EXPECT_EQ(page, show(8));
	EXPECT_EQ(8, page->domid);
	EXPECT_EQ(1, page->value[COUNTER_barriers]);
}

TEST(neither_open_nor_to_be_cut)
{
	int before = dup(0), after, fd;
	char path[64];

	close(before);
	ASSERT_NOT_NULL(show(7));
	after = dup(0);
	EXPECT_EQ(before, after);
	seen(path, sizeof(path));
	fd = open(path, O_RDWR);
	if (fd < 0)
		SKIP("%s: %s", path, strerror(errno));
	EXPECT_EQ(-1, ftruncate(fd, 0));
	EXPECT_EQ(-1, ftruncate(fd, 8192));
	EXPECT_EQ(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW,
		  fcntl(fd, F_GET_SEALS) & ~0x20 /* F_SEAL_EXEC */);
}

/* libxl limits a restricted device model's files, and who exceeds that is killed. */
TEST(within_the_limit)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_DFL);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = 4095;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_NULL(show(7));
	counters_add(COUNTER_moves, 1);
	limit.rlim_cur = 4096;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(1, show(7)->value[COUNTER_moves]);
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
}

TEST(not_in_a_sandbox)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = 4, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		SKIP("no filter: %s", strerror(errno));
	EXPECT_NULL(show(7));
	counters_add(COUNTER_moves, 1);
}

#define THREADS	4
#define ROUNDS	10000

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		counters_add(COUNTER_maps_translated, 1);
	return arg;
}

TEST(threads)
{
	const struct counters *page = show(7);
	pthread_t thread[THREADS];

	ASSERT_NOT_NULL(page);
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, count, NULL));
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(THREADS * ROUNDS, page->value[COUNTER_maps_translated]);
}

TEST_HARNESS_MAIN
