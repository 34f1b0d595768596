// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The shim, told anything by a publisher, or by the one that is started after it:
 * what comes over the socket decides which frames a restored device model maps.
 * Nothing but well-formed records may be believed, no barrier may be taken for
 * answered that wasn't, and the end of the socket is the end of it.
 */
#include <errno.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fuzz.h"
#include "ksft_harness.h"
#include "message.h"
#include "records.h"

#define MESSAGES_MAX	100	/* fit into a socket */

int __real_socketpair(int domain, int type, int protocol, int fds[2]);
int __wrap_socketpair(int domain, int type, int protocol, int fds[2]);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const argv[], char *const env[]);
int __wrap_clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

static struct bytes said;
static unsigned int records_said, barriers_done;

/* Nobody listens to a million lines. */
void log_line(int level, const char *format, ...);
void log_line(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* 4 bytes or more a message. */
static void say(int fd)
{
	struct message m = {
		.magic = MESSAGE_MAGIC,
		.type = bytes_below(&said, 11),
		.number = bytes_below(&said, 4),
		.rec = { 0x8000000, 0xf0000000, 0x1000000, "vga.vram" },
	};
	uint64_t odd = bytes_below(&said, 16);
	size_t size = sizeof(m);

	if (odd == 1)
		m.magic++;
	else if (odd == 2)
		memset(m.rec.name, (int)bytes_below(&said, 256), sizeof(m.rec.name));
	else if (odd == 3)
		m.rec.size = bytes_below(&said, UINT64_MAX);
	else if (odd == 4)
		m.rec.start_addr = bytes_below(&said, UINT64_MAX);
	else if (odd == 5)
		size = 1 + bytes_below(&said, sizeof(m) - 1);
	ASSERT_EQ(size, send(fd, &m, size, MSG_NOSIGNAL | MSG_DONTWAIT));
	records_said += m.type == MESSAGE_FOUND;
	barriers_done |= m.type == MESSAGE_DONE && odd != 1 && odd != 5 ? 1 << m.number : 0;
}

/* A publisher says all that it ever will, and is gone. */
int __wrap_socketpair(int domain, int type, int protocol, int fds[2])
{
	int rc = __real_socketpair(domain, type, protocol, fds);

	ASSERT_EQ(0, rc);
	records_said = barriers_done = 0;
	for (int i = 0; i < MESSAGES_MAX && said.left && bytes_below(&said, 32); i++)
		say(fds[1]);
	return rc;
}

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	(void)path, (void)actions, (void)attr, (void)argv, (void)env;
	*pid = 1;
	return 0;
}

int __wrap_clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...)
{
	(void)stack, (void)flags;
	ASSERT_EQ(0, fn(arg));
	return 1;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	(void)status, (void)options;
	return pid;
}

static void expect_records(struct records *records)
{
	static struct record recs[RECORDS_MAX];
	int nr = records->load(records, recs);

	ASSERT_TRUE(nr >= 0 || nr == -EPIPE || nr == -ECONNRESET);
	ASSERT_LE(nr, (int)records_said);
	for (int i = 0; i < nr; i++)
		ASSERT_EQ(0, record_check(&recs[i]));
}

static void expect_barrier(struct records *records, unsigned int number)
{
	int rc = records->barrier(records);

	ASSERT_TRUE(!rc || rc == -EPIPE || rc == -ECONNRESET);
	/* the next one's answers may be there already */
	if (!rc)
		ASSERT_TRUE(barriers_done & 1 << number);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct records *records;
	struct record bar;
	uint64_t first;

	said = (struct bytes){ data, size };
	first = bytes_below(&said, 4);
	ASSERT_EQ(0, publisher_open(1, "publisher", &records));
	if (first & 1)
		expect_records(records);
	if ((first & 2) && records->recall(records, &bar) == 1)
		ASSERT_EQ(0, record_check(&bar));
	for (unsigned int i = 1; i <= 3; i++)
		expect_barrier(records, i);
	records->close(records);
}
