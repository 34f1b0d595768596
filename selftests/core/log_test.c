// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Are lines whole, bounded and silent where they have to be?  They go to the
 * device model's own log, beside its own lines and under its own limits: a line
 * too many there ends the process, and with it the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ksft_harness.h"
#include "log.h"

static void limit(rlim_t bytes)
{
	struct rlimit limit;

	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = bytes;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
}

FIXTURE(log) {
	int file;
	int stderr_before;
};
FIXTURE_SETUP(log)
{
	char name[] = "/tmp/xenphysmap-log.XXXXXX";

	self->file = mkstemp(name);
	ASSERT_LE(0, self->file);
	unlink(name);
	fcntl(self->file, F_SETFL, O_APPEND);
	self->stderr_before = dup(STDERR_FILENO);
	dup2(self->file, STDERR_FILENO);
}
FIXTURE_TEARDOWN(log)
{
	struct rlimit limit;

	/* what a tool that counts writes at the end of the process isn't meant */
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	dup2(self->stderr_before, STDERR_FILENO);
	close(self->stderr_before);
	close(self->file);
}

static off_t length(int fd)
{
	struct stat st;

	ASSERT_EQ(0, fstat(fd, &st));
	return st.st_size;
}


TEST_F(log, whole_lines)
{
	char text[1024] = "", long_one[600];

	errno = EBUSY;
	log_set_prefix(7);
	log_warn("%s", "first");
	memset(long_one, 'x', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	log_error("%s", long_one);
	EXPECT_EQ(EBUSY, errno);
	EXPECT_LT(0, pread(self->file, text, sizeof(text) - 1, 0));
	EXPECT_EQ(text, strstr(text, "xenphysmap: d7: first\nxenphysmap: d7: xxx"));
	EXPECT_EQ('\n', text[strlen(text) - 1]);
	EXPECT_LE(length(self->file), 22 + 512);
}

TEST_F(log, levels)
{
	log_debug("not by default");
	EXPECT_EQ(0, length(self->file));
	EXPECT_EQ(false, log_set_level("loud"));
	EXPECT_TRUE(log_set_level("error"));
	log_warn("not now");
	EXPECT_EQ(0, length(self->file));
	EXPECT_TRUE(log_set_level("debug"));
	log_debug("now");
	EXPECT_LT(0, length(self->file));
}

/* libxl's limit for a restricted device model, which SIGXFSZ enforces. */
TEST_F(log, keeps_within_the_limit)
{
	signal(SIGXFSZ, SIG_DFL);
	limit(1000);
	for (int i = 0; i < 100; i++)
		log_error("line %d", i);
	EXPECT_LE(length(self->file), 1000);
	EXPECT_LT(900, length(self->file));
}

/* What isn't a file has no such limit. */
TEST_F(log, pipes_have_no_limit)
{
	char text[256];
	int fds[2];

	ASSERT_EQ(0, pipe(fds));
	dup2(fds[1], STDERR_FILENO);
	limit(0);
	log_error("heard");
	EXPECT_LT(0, read(fds[0], text, sizeof(text)));
	close(fds[0]);
	close(fds[1]);
}

TEST_HARNESS_MAIN
