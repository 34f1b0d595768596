// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does a device model that the command starts get what is meant for it, and
 * nothing of what the command itself was started with?  A failure here is a
 * descriptor of somebody's shell in a QEMU that runs for months, or a QMP socket
 * that it lacks.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emulator.h"
#include "ksft_harness.h"

#define KEPT	40
#define OTHER	41

/* What this program says of its descriptors, started like one that has a log. */
static void descriptors_of(char *script, char *said, size_t size, int keep)
{
	char *argv[] = { (char *)"sh", (char *)"-c", script, NULL };
	char *envp[] = { (char *)"PATH=/usr/bin:/bin", NULL };
	int log[2], status;
	struct emulator like = { .cwd = open("/", O_RDONLY | O_CLOEXEC), .mask = 022 }, emu;
	struct start start = {
		.like = &like, .exe = -1, .path = "/bin/sh", .argv = argv, .envp = envp,
		.keep = { keep }, .nr_keep = 1,
	};
	size_t len = 0;
	ssize_t n;

	ASSERT_EQ(0, pipe2(log, O_CLOEXEC));
	like.log = log[1];
	for (int i = 0; i < RLIM_NLIMITS; i++)
		ASSERT_EQ(0, getrlimit(i, &like.limit[i]));
	ASSERT_EQ(0, emulator_start(&emu, &start));
	close(log[1]);
	while (len < size - 1 && (n = read(log[0], said + len, size - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	ASSERT_EQ(emu.pid, waitpid(emu.pid, &status, 0));
	EXPECT_EQ(0, status) TH_LOG("%s", said);
}

TEST(nothing_is_inherited_but_what_is_kept)
{
	char script[] = "for fd in 0 1 2 40 41; do "
			"[ ! -e /proc/self/fd/$fd ] || printf '%s ' $fd; done";
	char said[256];

	ASSERT_EQ(KEPT, dup2(STDERR_FILENO, KEPT));
	ASSERT_EQ(OTHER, dup2(STDERR_FILENO, OTHER));
	descriptors_of(script, said, sizeof(said), KEPT);
	EXPECT_STREQ("0 1 2 40 ", said);
}

TEST_HARNESS_MAIN
