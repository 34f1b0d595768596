// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The publisher's two threads, with a store that hangs, fails and forgets as it
 * is told.  A failure means a device model that waits for xenstored, a record
 * that is lost, or a process that outlives its guest.  Built twice: this is
 * where a race would be.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ksft_harness.h"
#include "message.h"
#include "serve.h"

#define HOMES	16

/*
 * The store: how many calls it still answers before it hangs, how many of them
 * fail, and what has come of them.
 */
static struct stub {
	struct records ops;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool hung;
	bool waiting;
	int fails;
	int error;
	unsigned long calls;
	int found;
	uint64_t place[HOMES];
	uint64_t remembered;
} stub = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

/* Every call begins here; 0, or what it is to fail with. */
static int enter(void)
{
	int rc = 0;

	pthread_mutex_lock(&stub.lock);
	stub.calls++;
	stub.waiting = true;
	pthread_cond_broadcast(&stub.changed);
	while (stub.hung)
		pthread_cond_wait(&stub.changed, &stub.lock);
	stub.waiting = false;
	if (stub.fails) {
		stub.fails--;
		rc = -stub.error;
	}
	return rc;
}

static int leave(int rc)
{
	pthread_cond_broadcast(&stub.changed);
	pthread_mutex_unlock(&stub.lock);
	return rc;
}

static int stub_publish(struct records *records, const struct record *rec)
{
	int rc = enter();

	(void)records;
	if (!rc)
		stub.place[rec->phys_offset >> 12] = rec->start_addr >> 12;
	return leave(rc);
}

static int stub_withdraw(struct records *records, uint64_t phys_offset)
{
	int rc = enter();

	(void)records;
	if (!rc)
		stub.place[phys_offset >> 12] = 0;
	return leave(rc);
}

static int stub_clear(struct records *records)
{
	int rc = enter();

	(void)records;
	if (!rc)
		memset(stub.place, 0, sizeof(stub.place));
	return leave(rc);
}

static int stub_load(struct records *records, struct record *recs)
{
	int rc = enter();

	(void)records;
	for (int i = 0; !rc && i < stub.found; i++)
		recs[i] = (struct record){ (i + 1) << 12, (i + 2) << 12, 0x1000, "x" };
	return leave(rc ? rc : stub.found);
}

static int stub_remember(struct records *records, const struct record *rec)
{
	int rc = enter();

	(void)records;
	if (!rc)
		stub.remembered = rec->start_addr >> 12;
	return leave(rc);
}

static int stub_recall(struct records *records, struct record *rec)
{
	(void)records;
	*rec = (struct record){ 0, stub.remembered << 12, 0x1000, "x" };
	return stub.remembered != 0;
}

static uint64_t stored(uint64_t home)
{
	uint64_t place;

	pthread_mutex_lock(&stub.lock);
	place = stub.place[home];
	pthread_mutex_unlock(&stub.lock);
	return place;
}

static unsigned long calls(void)
{
	unsigned long nr;

	pthread_mutex_lock(&stub.lock);
	nr = stub.calls;
	pthread_mutex_unlock(&stub.lock);
	return nr;
}

static void fail(int times, int error)
{
	pthread_mutex_lock(&stub.lock);
	stub.fails = times;
	stub.error = error;
	pthread_mutex_unlock(&stub.lock);
}

static void hang(bool hung)
{
	pthread_mutex_lock(&stub.lock);
	stub.hung = hung;
	pthread_cond_broadcast(&stub.changed);
	pthread_mutex_unlock(&stub.lock);
}

static void await_hanging(void)
{
	pthread_mutex_lock(&stub.lock);
	while (!stub.waiting)
		pthread_cond_wait(&stub.changed, &stub.lock);
	pthread_mutex_unlock(&stub.lock);
}

/* ---- the device model ---- */

FIXTURE(serve) {
	int fd, theirs;
	struct server *server;
	pthread_t thread;
	int rc;
	uint64_t barriers;
	bool joined;
};

static void *run(void *arg)
{
	FIXTURE_DATA(serve) *self = arg;

	self->rc = serve(self->server);
	return NULL;
}

static enum message_type heard(int fd, struct message *m)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	ASSERT_EQ(1, poll(&pfd, 1, 20000));
	ASSERT_EQ(sizeof(*m), recv(fd, m, sizeof(*m), MSG_TRUNC));
	return m->type;
}

static void start(FIXTURE_DATA(serve) *self)
{
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, run, self));
}

/* Which is tried for a while where the store hangs. */
static int finish(FIXTURE_DATA(serve) *self)
{
	close(self->fd);
	ASSERT_EQ(0, pthread_join(self->thread, NULL));
	self->joined = true;
	return self->rc;
}

FIXTURE_SETUP(serve)
{
	int fds[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
	self->fd = fds[0];
	self->theirs = fds[1];
	stub.ops = (struct records){
		.publish = stub_publish,
		.withdraw = stub_withdraw,
		.clear = stub_clear,
		.load = stub_load,
		.remember = stub_remember,
		.recall = stub_recall,
	};
	self->server = server_new(self->theirs, &stub.ops);
	ASSERT_NOT_NULL(self->server);
}
FIXTURE_TEARDOWN(serve)
{
	if (!self->joined)
		EXPECT_EQ(0, finish(self));
	close(self->theirs);
}

static int tell(int fd, enum message_type type, uint64_t home, uint64_t place, uint64_t number)
{
	const struct message m = {
		.magic = MESSAGE_MAGIC,
		.type = type,
		.number = number,
		.rec = { home << 12, place << 12, 0x1000, "vga.vram" },
	};

	return send(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(m) ? 0 : -errno;
}

/* As the shim does it: wait until there is room. */
static void must_tell(int fd, enum message_type type, uint64_t home, uint64_t place)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int rc;

	while ((rc = tell(fd, type, home, place, 0)) == -EAGAIN)
		ASSERT_EQ(1, poll(&pfd, 1, 10000));
	ASSERT_EQ(0, rc);
}

static void barrier(FIXTURE_DATA(serve) *self)
{
	struct message m;

	ASSERT_EQ(0, tell(self->fd, MESSAGE_BARRIER, 0, 0, ++self->barriers));
	while (heard(self->fd, &m) != MESSAGE_DONE || m.number != self->barriers)
		;
}

/* Everything that was sent has been taken: nothing is left in the socket. */
static void await_taken(FIXTURE_DATA(serve) *self)
{
	struct message m;

	while (recv(self->theirs, &m, sizeof(m), MSG_PEEK | MSG_DONTWAIT) > 0)
		sched_yield();
}

TEST_F(serve, tells_what_it_found)
{
	struct message m;

	stub.found = 3;
	start(self);
	for (uint64_t i = 1; i <= 3; i++) {
		ASSERT_EQ(MESSAGE_FOUND, heard(self->fd, &m));
		EXPECT_EQ(i << 12, m.rec.phys_offset);
	}
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
}

TEST_F(serve, recalls_and_remembers)
{
	struct message m;

	stub.remembered = 7;
	start(self);
	ASSERT_EQ(MESSAGE_RECALLED, heard(self->fd, &m));
	EXPECT_EQ(7 << 12, m.rec.start_addr);
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	must_tell(self->fd, MESSAGE_REMEMBER, 1, 8);
	must_tell(self->fd, MESSAGE_REMEMBER, 1, 9);
	barrier(self);
	EXPECT_EQ(9, stub.remembered);
}

TEST_F(serve, does_as_told)
{
	start(self);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	must_tell(self->fd, MESSAGE_PUBLISH, 2, 6);
	barrier(self);
	EXPECT_EQ(5, stored(1));
	EXPECT_EQ(6, stored(2));
	must_tell(self->fd, MESSAGE_WITHDRAW, 1, 0);
	barrier(self);
	EXPECT_EQ(0, stored(1));
	must_tell(self->fd, MESSAGE_CLEAR, 0, 0);
	must_tell(self->fd, MESSAGE_PUBLISH, 3, 7);
	barrier(self);
	EXPECT_EQ(0, stored(2));
	EXPECT_EQ(7, stored(3));
}

/* The queue of answers is full: that is said, once, and nobody waits for room. */
TEST_F(serve, who_does_not_read_gets_no_answer)
{
	int says[2], before = dup(STDERR_FILENO);
	struct pollfd pfd = { .events = POLLIN };
	char line[256] = "";

	start(self);
	barrier(self);
	ASSERT_EQ(0, pipe(says));
	dup2(says[1], STDERR_FILENO);
	while (!tell(self->theirs, MESSAGE_DONE, 0, 0, 0))
		;
	ASSERT_EQ(0, tell(self->fd, MESSAGE_BARRIER, 0, 0, ++self->barriers));
	pfd.fd = says[0];
	EXPECT_EQ(1, poll(&pfd, 1, 20000));
	dup2(before, STDERR_FILENO);
	close(says[1]);
	EXPECT_LT(0, read(says[0], line, sizeof(line) - 1));
	EXPECT_NOT_NULL(strstr(line, "doesn't read the answers"));
	/* it reads them all, and is answered again */
	while (recv(self->fd, line, sizeof(line), MSG_DONTWAIT) > 0)
		;
	barrier(self);
	close(says[0]);
	close(before);
}

/* xenstored is stopped; the socket would be full many times over. */
TEST_F(serve, listens_while_the_store_hangs)
{
	unsigned long before;

	start(self);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	barrier(self);
	hang(true);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 6);
	await_hanging();
	before = calls();
	for (int i = 0; i < 20000; i++)
		must_tell(self->fd, MESSAGE_PUBLISH, 1 + i % 3, 7 + i % 100);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 8);
	must_tell(self->fd, MESSAGE_WITHDRAW, 2, 0);
	await_taken(self);
	hang(false);
	barrier(self);
	EXPECT_EQ(8, stored(1));
	EXPECT_EQ(0, stored(2));
	EXPECT_EQ(7 + 19997 % 100, stored(3));
	/* what nobody wants any more is not written */
	EXPECT_LE(calls(), before + 4);
}

TEST_F(serve, hangs_from_the_start)
{
	struct message m;

	hang(true);
	stub.found = 1;
	start(self);
	await_hanging();
	for (int i = 1; i <= 1000; i++)
		must_tell(self->fd, MESSAGE_PUBLISH, 2, i);
	await_taken(self);
	EXPECT_EQ(-1, recv(self->fd, &m, sizeof(m), MSG_DONTWAIT));
	hang(false);
	EXPECT_EQ(MESSAGE_FOUND, heard(self->fd, &m));
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	barrier(self);
	EXPECT_EQ(1000, stored(2));
}

/* A barrier is not answered before what it waits for is true. */
TEST_F(serve, promises_nothing_it_has_not_done)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };
	struct message m;

	start(self);
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	hang(true);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	ASSERT_EQ(0, tell(self->fd, MESSAGE_BARRIER, 0, 0, 9));
	await_hanging();
	EXPECT_EQ(0, poll(&pfd, 1, 300));
	hang(false);
	EXPECT_EQ(MESSAGE_DONE, heard(self->fd, &m));
	EXPECT_EQ(9, m.number);
	EXPECT_EQ(5, stored(1));
}

/* What fails is tried again, and keeps nothing else from being written. */
TEST_F(serve, tries_again)
{
	unsigned long before;

	start(self);
	barrier(self);
	before = calls();
	fail(5, ENOSPC);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	must_tell(self->fd, MESSAGE_PUBLISH, 2, 5);
	barrier(self);
	EXPECT_EQ(5, stored(1));
	EXPECT_EQ(5, stored(2));
	EXPECT_EQ(7, calls() - before);
}

/* A xenstored that was started anew is told everything. */
TEST_F(serve, tells_another_store_everything)
{
	start(self);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	must_tell(self->fd, MESSAGE_PUBLISH, 2, 6);
	barrier(self);
	pthread_mutex_lock(&stub.lock);
	memset(stub.place, 0, sizeof(stub.place));
	pthread_mutex_unlock(&stub.lock);
	fail(1, ECONNRESET);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 7);
	barrier(self);
	EXPECT_EQ(7, stored(1));
	EXPECT_EQ(6, stored(2));
}

/* A restored guest needs them: xenstored may be away for a moment just then. */
TEST_F(serve, finds_them_when_the_store_is_back)
{
	struct message m;

	stub.found = 2;
	fail(3, ECONNREFUSED);
	start(self);
	EXPECT_EQ(MESSAGE_FOUND, heard(self->fd, &m));
	EXPECT_EQ(MESSAGE_FOUND, heard(self->fd, &m));
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	EXPECT_EQ(4, calls());
}

/* But there may be none, or one that will never tell. */
TEST_F(serve, finds_nothing_without_a_store)
{
	struct message m;

	stub.found = 2;
	fail(1, ENOENT);
	start(self);
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	EXPECT_EQ(1, calls());
}

/* The device model has said its last, and never read what was found. */
TEST_F(serve, last_words_count)
{
	stub.found = 2;
	hang(true);
	start(self);
	await_hanging();
	for (int i = 1; i <= 100; i++)
		ASSERT_EQ(0, tell(self->fd, MESSAGE_PUBLISH, 1, i, 0));
	hang(false);
	EXPECT_EQ(0, finish(self));
	EXPECT_EQ(100, stored(1));
}

/* Nobody is there any more, and xenstored hangs: not for ever. */
TEST_F(serve, gives_up_after_the_end)
{
	struct timespec before, after;

	start(self);
	barrier(self);
	hang(true);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(-ETIMEDOUT, finish(self));
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LE(4, after.tv_sec - before.tv_sec);
	EXPECT_LT(after.tv_sec - before.tv_sec, 15);
	/* a program would end here; the thread may */
	hang(false);
	while (stored(1) != 5)
		sched_yield();
}

/* Who floods xenstored is slowed down, and the last word is still the last. */
TEST_F(serve, floods_are_slowed_down)
{
	struct timespec before, after;
	unsigned long before_all;

	start(self);
	barrier(self);
	before_all = calls();
	clock_gettime(CLOCK_MONOTONIC, &before);
	do {
		for (int i = 0; i < 100; i++)
			must_tell(self->fd, MESSAGE_PUBLISH, 1 + i % 8, 1 + i);
		clock_gettime(CLOCK_MONOTONIC, &after);
	} while (after.tv_sec - before.tv_sec < 3);
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 9);
	barrier(self);
	EXPECT_EQ(9, stored(1));
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LE(calls() - before_all, 512 + 100 * (after.tv_sec - before.tv_sec + 2));
}

/* ---- no device model of ours ---- */

TEST_F(serve, an_empty_message_is_not_the_end)
{
	start(self);
	for (int i = 0; i < 10; i++)
		ASSERT_EQ(0, send(self->fd, "", 0, MSG_NOSIGNAL));
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	barrier(self);
	EXPECT_EQ(5, stored(1));
}

/* It says no more, but reads on. */
TEST_F(serve, half_closed_is_not_the_end)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };
	struct message m;

	start(self);
	EXPECT_EQ(MESSAGE_ALL_FOUND, heard(self->fd, &m));
	must_tell(self->fd, MESSAGE_PUBLISH, 1, 5);
	ASSERT_EQ(0, tell(self->fd, MESSAGE_BARRIER, 0, 0, 3));
	ASSERT_EQ(0, shutdown(self->fd, SHUT_WR));
	EXPECT_EQ(MESSAGE_DONE, heard(self->fd, &m));
	EXPECT_EQ(5, stored(1));
	EXPECT_EQ(0, poll(&pfd, 1, 300));
}

/* Questions without end, and no answer is read. */
TEST_F(serve, waits_for_no_reader)
{
	start(self);
	for (int i = 0; i < 5000; i++) {
		must_tell(self->fd, MESSAGE_PUBLISH, 1, 1 + i % 100);
		/* each of another number than the one before, so that all are answered */
		tell(self->fd, MESSAGE_BARRIER, 0, 0, 1 + i);
	}
	must_tell(self->fd, MESSAGE_PUBLISH, 2, 5);
	while (stored(2) != 5)
		sched_yield();
}

TEST_HARNESS_MAIN
