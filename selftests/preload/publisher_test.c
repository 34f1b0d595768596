// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the publisher keep to itself, and go when it is to go?  The shim's end,
 * publisher.c, starts the real program; there is no xenstored.  A process that
 * stays behind, a zombie, a descriptor that it holds open for ever or a call
 * that waits for it is a defect of the device model to everybody else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gfn.h"
#include "ksft_harness.h"
#include "message.h"
#include "process.h"
#include "records.h"

static const struct record good = { 0x8000000, 0xf0000000, 0x1000000, "vga.vram" };

/* A program, from the directory of this one. */
static void program_path(char path[PATH_MAX], const char *name)
{
	char self[PATH_MAX - 64] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(path, PATH_MAX, "%s/%s", dirname(self), name);
	if (access(path, X_OK))
		SKIP("no %s here", path);
}

/* There may be a xenstored here, and it is none of these tests' business. */
static void isolate(void)
{
	ASSERT_EQ(0, setenv("XENSTORED_PATH", "/nonexistent", 1));
}

#define PRODUCT	"../../xenphysmap-publisher"

static struct records *open_publisher(uint32_t domid, const char *name)
{
	struct records *records = NULL;
	char path[PATH_MAX];

	program_path(path, name);
	isolate();
	ASSERT_EQ(0, publisher_open(domid, path, &records));
	ASSERT_NOT_NULL(records);
	return records;
}

/* ---- as the shim uses it ---- */

FIXTURE(publisher) {
	struct records *records;
	struct record recs[RECORDS_MAX];
	uint32_t domid;
	pid_t pid;
	int pidfd;
};
/* What a device model may have that its publisher must not. */
static void be_a_bad_example(void)
{
	sigset_t set;

	ASSERT_EQ(0, setenv("LD_PRELOAD", "", 1));
	ASSERT_EQ(20, dup2(STDERR_FILENO, 20));
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

FIXTURE_SETUP(publisher)
{
	be_a_bad_example();
	self->domid = process_domid();
	self->records = open_publisher(self->domid, PRODUCT);
	self->pid = process_new_publisher(self->domid);
	ASSERT_LT(0, self->pid);
	self->pidfd = process_open(self->pid);
	ASSERT_LE(0, self->pidfd);
	/* it is where it is to be once it says what it found: nothing here */
	EXPECT_EQ(0, self->records->load(self->records, self->recs));
}
FIXTURE_TEARDOWN(publisher)
{
	if (self->records)
		self->records->close(self->records);
	EXPECT_TRUE(process_ends(self->pidfd));
}

TEST_F(publisher, has_a_name)
{
	char text[64];

	process_file(self->pid, "comm", text, sizeof(text));
	EXPECT_STREQ("xenphysmap-publ\n", text);
	/* cmdline was what it was found by */
	EXPECT_EQ(self->pid, process_publisher(self->domid));
}

TEST_F(publisher, is_not_our_child)
{
	char text[64];

	process_status(self->pid, "PPid", text, sizeof(text));
	EXPECT_NE(getpid(), atoi(text));
	EXPECT_NE(0, atoi(text));
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
	EXPECT_EQ(self->pid, getsid(self->pid));
	EXPECT_EQ(self->pid, getpgid(self->pid));
}

TEST_F(publisher, has_what_it_needs_only)
{
	char text[4096], ours[256];

	process_fds(self->pid, text, sizeof(text));
	EXPECT_STREQ("0 1 2 3 ", text);
	process_link(self->pid, "fd/0", text, sizeof(text));
	EXPECT_STREQ("/dev/null", text);
	process_link(self->pid, "fd/1", text, sizeof(text));
	EXPECT_STREQ("/dev/null", text);
	process_link(self->pid, "fd/2", text, sizeof(text));
	process_link(getpid(), "fd/2", ours, sizeof(ours));
	EXPECT_STREQ(ours, text);
	process_link(self->pid, "fd/3", text, sizeof(text));
	EXPECT_EQ(text, strstr(text, "socket:"));
	process_link(self->pid, "cwd", text, sizeof(text));
	EXPECT_STREQ("/", text);
}

TEST_F(publisher, is_no_device_model)
{
	char env[65536];
	size_t len = process_file(self->pid, "environ", env, sizeof(env));
	bool isolated = false;

	for (char *at = env; at < env + len; at += strlen(at) + 1) {
		EXPECT_NE(at, strstr(at, "LD_PRELOAD="));
		isolated |= !strcmp(at, "XENSTORED_PATH=/nonexistent");
	}
	EXPECT_TRUE(isolated)
		TH_LOG("nothing of our environment, so this shows nothing");
}

TEST_F(publisher, has_its_own_signals)
{
	/* SIGHUP to SIGSYS: libc has its own way with two of those beyond */
	const uint64_t named = (UINT64_C(1) << 31) - 1;
	char text[64];

	process_status(self->pid, "SigBlk", text, sizeof(text));
	EXPECT_STREQ("0000000000000000", text);
	process_status(self->pid, "SigIgn", text, sizeof(text));
	EXPECT_EQ(16, strlen(text));
	EXPECT_EQ(0, strtoull(text, NULL, 16) & named);
}

static void expect_confined(pid_t thread)
{
	static const char *const set[] = { "CapInh", "CapPrm", "CapEff", "CapAmb", "CapBnd" };
	char text[64];

	/* only who has the right to can take from the bounding set, the last */
	for (int i = 0; i < (geteuid() ? 4 : 5); i++) {
		process_status(thread, set[i], text, sizeof(text));
		EXPECT_STREQ("0000000000000000", text)
			TH_LOG("%s", set[i]);
	}
	process_status(thread, "NoNewPrivs", text, sizeof(text));
	EXPECT_STREQ("1", text);
	process_status(thread, "Seccomp", text, sizeof(text));
	EXPECT_STREQ("2", text);
}

TEST_F(publisher, is_confined)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int threads = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", self->pid);
	dir = opendir(path);
	ASSERT_NOT_NULL(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		expect_confined(atoi(entry->d_name));
		threads++;
	}
	closedir(dir);
	EXPECT_EQ(2, threads);
}

TEST_F(publisher, ends_when_closed)
{
	int pidfd = process_open(self->pid);

	self->records->close(self->records);
	self->records = NULL;
	EXPECT_TRUE(process_ends(pidfd));
	EXPECT_EQ(0, process_publisher(self->domid));
}

TEST_F(publisher, barrier_with_nothing_to_do)
{
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, self->records->barrier(self->records));
}

/* What is said to a publisher that doesn't listen must come back at once. */
TEST(is_never_waited_for)
{
	struct records *records = open_publisher(process_domid(), "deaf");
	int rc = 0;

	for (int i = 0; !rc && i < 100000; i++)
		rc = records->publish(records, &good);
	EXPECT_EQ(-EAGAIN, rc);
	EXPECT_EQ(-EAGAIN, records->withdraw(records, 0x8000000));
	EXPECT_EQ(-EAGAIN, records->clear(records));
	records->close(records);
}

/* But at the barrier, and there for five seconds. */
static void expect_five_seconds(struct records *records)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(-ETIMEDOUT, records->barrier(records));
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LE(4, after.tv_sec - before.tv_sec);
	EXPECT_LT(after.tv_sec - before.tv_sec, 15);
	records->close(records);
}

TEST(is_waited_for_five_seconds)
{
	expect_five_seconds(open_publisher(process_domid(), "deaf"));
}

TEST(full_is_waited_for_five_seconds)
{
	struct records *records = open_publisher(process_domid(), "deaf");

	while (!records->publish(records, &good))
		;
	expect_five_seconds(records);
}

static void kill_publisher(uint32_t domid)
{
	pid_t pid = process_new_publisher(domid);
	int pidfd;

	ASSERT_LT(0, pid);
	pidfd = process_open(pid);
	ASSERT_LE(0, pidfd);
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_TRUE(process_ends(pidfd));
}

/* -ECONNRESET: there is another one, which has to be told everything. */
TEST_F(publisher, dead_is_replaced_once)
{
	char before[256], after[256];

	/* that nobody reads from it must be an error here, and no signal */
	signal(SIGPIPE, SIG_DFL);
	process_fds(getpid(), before, sizeof(before));
	kill_publisher(self->domid);
	EXPECT_EQ(-ECONNRESET, self->records->barrier(self->records));
	EXPECT_LT(0, process_new_publisher(self->domid));
	EXPECT_EQ(0, self->records->barrier(self->records));
	EXPECT_EQ(0, self->records->publish(self->records, &good));
	process_fds(getpid(), after, sizeof(after));
	EXPECT_EQ(strlen(before), strlen(after));
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);

	kill_publisher(self->domid);
	EXPECT_EQ(-EPIPE, self->records->barrier(self->records));
	EXPECT_EQ(-EPIPE, self->records->publish(self->records, &good));
	EXPECT_EQ(-EPIPE, self->records->withdraw(self->records, 0x8000000));
	EXPECT_EQ(-EPIPE, self->records->clear(self->records));
	EXPECT_EQ(0, process_publisher(self->domid));
}

/* ---- as one that was taken over uses the shim ---- */

TEST(nonsense_is_not_believed)
{
	struct records *records = open_publisher(process_domid(), "talker");
	struct record recs[RECORDS_MAX], recalled;

	EXPECT_EQ(RECORDS_MAX, records->load(records, recs));
	for (int i = 0; i < RECORDS_MAX; i++)
		EXPECT_EQ(0, record_check(&recs[i]));
	/* this one's name had no end */
	EXPECT_EQ(RECORD_NAME_SIZE - 1, strlen(recs[0].name));
	EXPECT_EQ(good.start_addr, recs[RECORDS_MAX - 1].start_addr);
	EXPECT_EQ(1, records->recall(records, &recalled));
	EXPECT_EQ(0, record_check(&recalled));
	records->close(records);
}

TEST(half_of_what_was_found_is_nothing)
{
	struct record recs[RECORDS_MAX];
	struct records *records;

	ASSERT_EQ(0, setenv("TALKER", "dies", 1));
	records = open_publisher(process_domid(), "talker");
	EXPECT_EQ(-EPIPE, records->load(records, recs));
	records->close(records);
}

/* And another one has all of it. */
TEST(dead_before_it_said_all_is_replaced)
{
	char marker[] = "/tmp/xenphysmap-test.XXXXXX";
	struct record recs[RECORDS_MAX];
	struct records *records;
	int fd = mkstemp(marker);

	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, setenv("TALKER", marker, 1));
	records = open_publisher(process_domid(), "talker");
	EXPECT_EQ(RECORDS_MAX, records->load(records, recs));
	EXPECT_EQ(-1, unlink(marker));
	records->close(records);
}

/* Asked whether it is done, it dies: that is no answer, and there is another one. */
TEST(dead_at_the_barrier_is_replaced_once)
{
	struct records *records;

	ASSERT_EQ(0, setenv("TALKER", "leaves", 1));
	records = open_publisher(process_domid(), "talker");
	EXPECT_EQ(-ECONNRESET, records->barrier(records));
	EXPECT_LT(0, process_new_publisher(process_domid()));
	EXPECT_EQ(0, records->publish(records, &good));
	EXPECT_EQ(-EPIPE, records->barrier(records));
	EXPECT_EQ(0, process_publisher(process_domid()));
	records->close(records);
}

TEST(dead_before_it_said_anything_is_replaced)
{
	struct record recs[RECORDS_MAX];
	struct records *records;

	ASSERT_EQ(0, setenv("TALKER", "silent", 1));
	records = open_publisher(process_domid(), "talker");
	kill_publisher(process_domid());
	ASSERT_EQ(0, unsetenv("TALKER"));
	EXPECT_EQ(RECORDS_MAX, records->load(records, recs));
	records->close(records);
}

/* The package was removed meanwhile, say. */
TEST(dead_and_its_program_gone)
{
	char name[] = "/tmp/xenphysmap-test.XXXXXX", link[64], path[PATH_MAX];
	uint32_t domid = process_domid();
	struct records *records = NULL;

	program_path(path, "deaf");
	ASSERT_NOT_NULL(mkdtemp(name));
	snprintf(link, sizeof(link), "%s/publisher", name);
	ASSERT_EQ(0, symlink(path, link));
	ASSERT_EQ(0, publisher_open(domid, link, &records));
	unlink(link);
	rmdir(name);
	kill_publisher(domid);
	EXPECT_EQ(-EPIPE, records->publish(records, &good));
	EXPECT_EQ(-EPIPE, records->barrier(records));
	EXPECT_EQ(0, process_publisher(domid));
	records->close(records);
}

/* ---- where there can be no other ---- */

static void expect_not_replaced(struct records *records, uint32_t domid)
{
	EXPECT_EQ(-EPIPE, records->publish(records, &good));
	EXPECT_EQ(-EPIPE, records->barrier(records));
	EXPECT_EQ(0, process_publisher(domid));
}

TEST_F(publisher, not_replaced_from_a_sandbox)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = { .len = 1, .filter = &allow };

	kill_publisher(self->domid);
	ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	ASSERT_EQ(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	expect_not_replaced(self->records, self->domid);
}

TEST_F(publisher, not_replaced_by_another_user)
{
	if (geteuid())
		SKIP("not root");
	kill_publisher(self->domid);
	ASSERT_EQ(0, seteuid(65534));
	expect_not_replaced(self->records, self->domid);
	ASSERT_EQ(0, seteuid(0));
}

/* Its end of the pair is 3 already, and close-on-exec like any other. */
TEST(with_few_descriptors)
{
	uint32_t domid = process_domid();
	struct records *records;
	struct record recs[RECORDS_MAX];
	char text[64];
	int pidfd;
	pid_t pid;

	close(STDIN_FILENO);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	records = open_publisher(domid, PRODUCT);
	pid = process_new_publisher(domid);
	ASSERT_LT(0, pid);
	pidfd = process_open(pid);
	EXPECT_EQ(0, records->load(records, recs));
	process_fds(pid, text, sizeof(text));
	EXPECT_STREQ("0 1 2 3 ", text);
	records->close(records);
	EXPECT_TRUE(process_ends(pidfd));
}

TEST(no_program)
{
	struct records *records = NULL;
	char before[256], after[256];

	process_fds(getpid(), before, sizeof(before));
	EXPECT_EQ(-ENOENT, publisher_open(5, "/nonexistent/xenphysmap-publisher", &records));
	EXPECT_EQ(-EACCES, publisher_open(5, "/dev/null", &records));
	EXPECT_NULL(records);
	process_fds(getpid(), after, sizeof(after));
	EXPECT_STREQ(before, after);
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
}

/* ---- the program by itself ---- */

/* Start it with @fd as its end of the pair, or none. */
static pid_t start(const char *domid, const char *more, int fd, int err)
{
	char path[PATH_MAX];
	pid_t pid;

	program_path(path, PRODUCT);
	isolate();
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid)
		return pid;
	dup2(err, STDERR_FILENO);
	close(MESSAGE_FD);
	if (fd >= 0)
		dup2(fd, MESSAGE_FD);
	execl(path, "xenphysmap-publisher", domid, more, NULL);
	_exit(127);
}

static void expect_usage(const char *domid, const char *more, int fd)
{
	int says[2], status;
	char text[256];
	ssize_t n;

	ASSERT_EQ(0, pipe2(says, O_CLOEXEC));
	/* away from the number that is the program's */
	ASSERT_EQ(30, dup2(says[1], 30));
	close(says[1]);
	ASSERT_NE(-1, waitpid(start(domid, more, fd, 30), &status, 0));
	close(30);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(2, WEXITSTATUS(status))
		TH_LOG("%s %s", domid, more ? more : "");
	n = read(says[0], text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	EXPECT_EQ(text, strstr(text, "xenphysmap-publisher is started by the shim"));
	EXPECT_EQ(text + n - 1, strchr(text, '\n'));
	close(says[0]);
}

TEST(usage)
{
	static const char *const domid[] = {
		"", "x", "1x", "1 ", " 1", "+1", "-1", "0x1", "32752", "4294967297",
		"99999999999999999999", "-18446744073709551615",
	};
	char good_one[16];
	int fds[2];

	snprintf(good_one, sizeof(good_one), "%u", process_domid());
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
	ASSERT_EQ(31, dup2(fds[1], 31));
	for (size_t i = 0; i < sizeof(domid) / sizeof(*domid); i++)
		expect_usage(domid[i], NULL, 31);
	expect_usage(NULL, NULL, 31);
	expect_usage(good_one, "2", 31);
	expect_usage(good_one, NULL, -1);
	EXPECT_EQ(0, process_publisher(process_domid()));
}

FIXTURE(program) {
	int fd;
	int pidfd;
};
FIXTURE_SETUP(program)
{
	uint32_t domid = process_domid();
	char text[16];
	int fds[2];
	pid_t pid;

	snprintf(text, sizeof(text), "%u", domid);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	pid = start(text, NULL, fds[1], STDERR_FILENO);
	close(fds[1]);
	self->fd = fds[0];
	self->pidfd = process_open(pid);
	ASSERT_LE(0, self->pidfd);
}
FIXTURE_TEARDOWN(program)
{
	close(self->fd);
	EXPECT_TRUE(process_ends(self->pidfd));
}

static enum message_type heard(int fd, uint64_t *number)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct message m;

	ASSERT_EQ(1, poll(&pfd, 1, 10000));
	ASSERT_EQ(sizeof(m), recv(fd, &m, sizeof(m), MSG_TRUNC));
	ASSERT_EQ(MESSAGE_MAGIC, m.magic);
	*number = m.number;
	return m.type;
}

static void tell(int fd, const struct message *m, size_t size)
{
	ASSERT_EQ(size, send(fd, m, size, MSG_NOSIGNAL));
}

/* Whatever it is told, the next barrier is answered, and nothing else is said. */
TEST_F(program, bears_nonsense)
{
	const struct message fine = { MESSAGE_MAGIC, MESSAGE_PUBLISH, 0, good };
	const struct message barrier = { MESSAGE_MAGIC, MESSAGE_BARRIER, 7, good };
	char big[2 * sizeof(fine)] = "";
	struct message m;
	uint64_t number;

	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &number));
	tell(self->fd, &fine, 1);
	tell(self->fd, &fine, sizeof(fine) - 1);
	memcpy(big, &fine, sizeof(fine));
	ASSERT_EQ(sizeof(big), send(self->fd, big, sizeof(big), MSG_NOSIGNAL));
	m = fine;
	m.magic++;
	tell(self->fd, &m, sizeof(m));
	m = fine;
	m.type = 0;
	tell(self->fd, &m, sizeof(m));
	m.type = UINT32_MAX;
	tell(self->fd, &m, sizeof(m));
	m.type = MESSAGE_ALL_FOUND;
	tell(self->fd, &m, sizeof(m));
	m = fine;
	m.rec.start_addr++;
	tell(self->fd, &m, sizeof(m));
	m = fine;
	m.rec.size = -UINT64_C(4096);
	tell(self->fd, &m, sizeof(m));
	m = fine;
	m.rec.name[0] = '\0';
	tell(self->fd, &m, sizeof(m));
	m = fine;
	m.rec.name[1] = '\n';
	tell(self->fd, &m, sizeof(m));
	/* had it taken one of these, it could not answer: no xenstored is there */
	tell(self->fd, &barrier, sizeof(barrier));
	EXPECT_EQ(MESSAGE_DONE, heard(self->fd, &number));
	EXPECT_EQ(7, number);
}

/* With something to write that can't be written, no barrier is answered. */
TEST_F(program, promises_nothing_it_has_not_done)
{
	const struct message fine = { MESSAGE_MAGIC, MESSAGE_PUBLISH, 0, good };
	const struct message barrier = { MESSAGE_MAGIC, MESSAGE_BARRIER, 1, good };
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };
	uint64_t number;

	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &number));
	tell(self->fd, &fine, sizeof(fine));
	tell(self->fd, &barrier, sizeof(barrier));
	EXPECT_EQ(0, poll(&pfd, 1, 500));
}

TEST_HARNESS_MAIN
