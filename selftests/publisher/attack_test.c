// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The whole publisher, under AddressSanitizer, with a device model that was
 * taken over on one side and a xenstored that stops, dies and comes back on the
 * other.  A failure means that the first can do through it what it couldn't do
 * without, or that the second costs a record.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../model/fakexen/fakexen.h"
#include "../preload/process.h"

#include "attacks.h"
#include "ksft_harness.h"
#include "message.h"

#define OTHER	7	/* another guest */

FIXTURE(attack) {
	char dir[64];
	char store[PATH_MAX];
	uint32_t domid;
	int fd;
	pid_t xenstored, publisher;
	int pidfd;
};

static void program_path(char path[PATH_MAX], const char *name)
{
	char self[PATH_MAX - 64] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(path, PATH_MAX, "%s/%s", dirname(self), name);
}

static void start_xenstored(FIXTURE_DATA(attack) *self)
{
	char path[PATH_MAX], socket[PATH_MAX];
	struct stat st;

	program_path(path, "xenstored");
	snprintf(socket, sizeof(socket), "%s/socket", self->dir);
	unlink(socket);
	self->xenstored = fork();
	ASSERT_LE(0, self->xenstored);
	if (!self->xenstored) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(path, "xenstored", socket, NULL);
		_exit(127);
	}
	while (stat(socket, &st))
		ASSERT_EQ(0, waitpid(self->xenstored, NULL, WNOHANG));
}

static void stop_xenstored(FIXTURE_DATA(attack) *self, int how)
{
	int status;

	ASSERT_EQ(0, kill(self->xenstored, how));
	ASSERT_EQ(self->xenstored, waitpid(self->xenstored, &status, WUNTRACED));
}

/* Its log is the file "log", which is how it is seen what it says once only. */
static void start_publisher(FIXTURE_DATA(attack) *self)
{
	char path[PATH_MAX], domid[16];
	int fds[2];
	pid_t pid;

	program_path(path, "publisher");
	snprintf(domid, sizeof(domid), "%u", self->domid);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		char log[PATH_MAX];

		snprintf(log, sizeof(log), "%s/log", self->dir);
		dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
		close(MESSAGE_FD);
		dup2(fds[1], MESSAGE_FD);
		execl(path, "xenphysmap-publisher", domid, NULL);
		_exit(127);
	}
	close(fds[1]);
	self->fd = fds[0];
	self->publisher = pid;
	self->pidfd = process_open(pid);
}

static void node(const FIXTURE_DATA(attack) *self, char path[256], uint64_t home)
{
	snprintf(path, 256, "/local/domain/0/device-model/%u/physmap/%jx/start_addr",
		 self->domid, (uintmax_t)home << 12);
}

static uint64_t stored(FIXTURE_DATA(attack) *self, uint64_t home)
{
	char path[256], value[64];

	node(self, path, home);
	return fakexen_store_read(path, value, sizeof(value)) ? strtoull(value, NULL, 16) >> 12 : 0;
}

/* How often the publisher has said something. */
static int said(FIXTURE_DATA(attack) *self, const char *what)
{
	char path[PATH_MAX], line[512];
	int lines = 0;
	FILE *log;

	snprintf(path, sizeof(path), "%s/log", self->dir);
	log = fopen(path, "r");
	ASSERT_NOT_NULL(log);
	while (fgets(line, sizeof(line), log))
		lines += !!strstr(line, what);
	fclose(log);
	return lines;
}

FIXTURE_SETUP(attack)
{
	char path[PATH_MAX];

	strcpy(self->dir, "/tmp/xenphysmap-attack.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->dir));
	snprintf(self->store, sizeof(self->store), "%s/store", self->dir);
	ASSERT_EQ(0, setenv("FAKEXEN_STORE", self->store, 1));
	snprintf(path, sizeof(path), "%s/socket", self->dir);
	ASSERT_EQ(0, setenv("XENSTORED_PATH", path, 1));
	self->domid = process_domid();
	fakexen_reset(NULL);
	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u", self->domid);
	fakexen_store_write(path, "");
	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u/physmap/8000000/start_addr",
		 OTHER);
	fakexen_store_write(path, "f1000000");
	start_xenstored(self);
	start_publisher(self);
}
FIXTURE_TEARDOWN(attack)
{
	char command[256];

	if (self->fd >= 0)
		close(self->fd);
	EXPECT_TRUE(process_ends(self->pidfd));
	EXPECT_EQ(0, said(self, "AddressSanitizer") + said(self, "runtime error"));
	snprintf(command, sizeof(command), "cat %s/log; rm -r %s", self->dir, self->dir);
	EXPECT_EQ(0, system(command));
}

/* ---- what may not come of it ---- */

struct census {
	const char *dir;
	unsigned int inside;
	unsigned int outside;
};

static void count(const char *path, const char *value, void *arg)
{
	struct census *c = arg;
	size_t len = strlen(c->dir);

	(void)value;
	if (!strncmp(path, c->dir, len) && (path[len] == '/' || !path[len]))
		c->inside++;
	else
		c->outside++;
}

/* Nodes that are not below our guest's records. */
static unsigned int outside(FIXTURE_DATA(attack) *self)
{
	char dir[64];
	struct census c = { .dir = dir };

	snprintf(dir, sizeof(dir), "/local/domain/0/device-model/%u/physmap", self->domid);
	fakexen_store_for_each(count, &c);
	return c.outside;
}

static void expect_unharmed(FIXTURE_DATA(attack) *self, unsigned int before)
{
	char text[256], value[64] = "";

	EXPECT_EQ(before, outside(self));
	snprintf(text, sizeof(text), "/local/domain/0/device-model/%u/physmap/8000000/start_addr",
		 OTHER);
	EXPECT_TRUE(fakexen_store_read(text, value, sizeof(value)));
	EXPECT_STREQ("f1000000", value);
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	EXPECT_EQ(0xf1000, stored(self, 0x8000));
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xe0000, 2));
	EXPECT_EQ(0xe0000, stored(self, 0x8000));
	process_fds(self->publisher, text, sizeof(text));
	EXPECT_STREQ("0 1 2 3 4 ", text);
	EXPECT_EQ(self->publisher, process_publisher(self->domid));
}

TEST_F(attack, nonsense)
{
	unsigned int before = outside(self);

	for (int i = 0; i < 20; i++)
		EXPECT_TRUE(attack_nonsense(self->fd, OTHER));
	expect_unharmed(self, before);
	EXPECT_EQ(1, said(self, "of another size"));
	EXPECT_EQ(1, said(self, "that isn't ours"));
	EXPECT_EQ(1, said(self, "unknown type"));
	EXPECT_EQ(1, said(self, "can't be true"));
	EXPECT_EQ(4, said(self, ""));
}

TEST_F(attack, descriptors)
{
	unsigned int before = outside(self);

	EXPECT_TRUE(attack_descriptors(self->fd));
	expect_unharmed(self, before);
	EXPECT_EQ(1, said(self, "file descriptors"));
}

/* However much it is, it takes no more room than the table. */
TEST_F(attack, flood)
{
	char first[64], last[64];

	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 9));
	process_status(self->publisher, "VmData", first, sizeof(first));
	EXPECT_TRUE(attack_flood(self->fd));
	expect_unharmed(self, outside(self));
	process_status(self->publisher, "VmData", last, sizeof(last));
	EXPECT_LE(strtoul(last, NULL, 10), strtoul(first, NULL, 10) + 1024);
	EXPECT_EQ(1, said(self, "more records than"));
}

TEST_F(attack, half_closed)
{
	struct pollfd pfd = { .fd = self->pidfd, .events = POLLIN };

	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_WR));
	EXPECT_EQ(0, poll(&pfd, 1, 300));
	EXPECT_EQ(1, said(self, "the end of all messages"));
}

/* ---- xenstored ---- */

static void publish(int fd, uint64_t home, uint64_t place)
{
	const struct message m = {
		.magic = MESSAGE_MAGIC,
		.type = MESSAGE_PUBLISH,
		.rec = { home << 12, place << 12, 0x1000, "vga.vram" },
	};
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	while (send(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		ASSERT_EQ(1, poll(&pfd, 1, 10000));
}

TEST_F(attack, xenstored_is_stopped)
{
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	stop_xenstored(self, SIGSTOP);
	for (int i = 1; i <= 5000; i++)
		publish(self->fd, 0x8000, 0xe0000 + i);
	EXPECT_EQ(0xf1000, stored(self, 0x8000));
	ASSERT_EQ(0, kill(self->xenstored, SIGCONT));
	EXPECT_TRUE(attack_ask(self->fd, 0x9000, 0x9000, 2));
	EXPECT_EQ(0xe0000 + 5000, stored(self, 0x8000));
}

/* It comes back, and knows only what no publisher could tell it. */
TEST_F(attack, xenstored_is_restarted)
{
	char path[256];

	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	EXPECT_TRUE(attack_ask(self->fd, 0x9000, 0xd0000, 2));
	stop_xenstored(self, SIGKILL);
	publish(self->fd, 0x8000, 0xe0000);
	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u/physmap", self->domid);
	fakexen_store_remove(path);
	start_xenstored(self);
	EXPECT_TRUE(attack_ask(self->fd, 0xa000, 0xa000, 3));
	EXPECT_EQ(0xe0000, stored(self, 0x8000));
	EXPECT_EQ(0xd0000, stored(self, 0x9000));
	EXPECT_EQ(1, said(self, "doesn't take a record"));
	EXPECT_EQ(1, said(self, "has all records now"));
}

/* libxl has destroyed the domain; nothing of it may come back. */
TEST_F(attack, domain_is_gone)
{
	char path[256];

	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u", self->domid);
	fakexen_store_remove(path);
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xe0000, 2));
	EXPECT_EQ(0, stored(self, 0x8000));
}

/* The device model dies while xenstored hangs: it is said all the same ... */
TEST_F(attack, last_words)
{
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	stop_xenstored(self, SIGSTOP);
	publish(self->fd, 0x8000, 0xe0000);
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, kill(self->xenstored, SIGCONT));
	EXPECT_TRUE(process_ends(process_open(self->publisher)));
	EXPECT_EQ(0xe0000, stored(self, 0x8000));
}

/* ... and also if it never read what was found, which the kernel tells us then. */
TEST_F(attack, leaves_without_reading)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };
	char state[64] = "";

	ASSERT_EQ(1, poll(&pfd, 1, 10000));
	ASSERT_EQ(0, kill(self->publisher, SIGSTOP));
	while (*state != 'T')
		process_status(self->publisher, "State", state, sizeof(state));
	for (int i = 1; i <= 100; i++)
		publish(self->fd, 0x8000, 0xe0000 + i);
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, kill(self->publisher, SIGCONT));
	EXPECT_TRUE(process_ends(process_open(self->publisher)));
	EXPECT_EQ(0xe0000 + 100, stored(self, 0x8000));
}

/* ... or nobody is waited for any longer. */
TEST_F(attack, last_words_to_nobody)
{
	EXPECT_TRUE(attack_ask(self->fd, 0x8000, 0xf1000, 1));
	stop_xenstored(self, SIGSTOP);
	publish(self->fd, 0x8000, 0xe0000);
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(process_ends(process_open(self->publisher)));
	EXPECT_EQ(1, said(self, "hasn't taken all its records"));
}

TEST_HARNESS_MAIN
