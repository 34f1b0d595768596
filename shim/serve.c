// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Two threads and the wishes between them.  The listener never waits for
 * xenstore, so that a device model's socket is never full; the writer wants the
 * latest truth of each record in xenstore, and keeps trying.  Nothing that a
 * device model sends makes this process grow, stop, or fill the log.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "deadline.h"
#include "log.h"
#include "message.h"
#include "serve.h"
#include "wishes.h"

/* Between two tries while xenstored doesn't answer: from, to. */
#define RETRY_MIN_MS	50
#define RETRY_MAX_MS	2000

/* How long a xenstored that is away may take to come back to tell what it has: the
 * device model waits a little longer. */
#define LOAD_MS		4000

/* How long the writer goes on when there is nobody any more to write for. */
#define LAST_MS		5000

/*
 * What a device model may have written: enough at once for all its records, and
 * 100 a second from then on.  A guest's own moves are far below that; somebody
 * who floods xenstored through us must be no worse than that.
 */
#define PACE_BURST	(2 * RECORDS_MAX)
#define PACE_MS		10

/* Nonsense that a device model may send.  Each is logged once. */
enum nonsense {
	NONSENSE_SIZE,
	NONSENSE_DESCRIPTORS,
	NONSENSE_MAGIC,
	NONSENSE_TYPE,
	NONSENSE_RECORD,
	NONSENSE_TOO_MANY,
	NONSENSE_SILENCE,
	NONSENSE_DEAFNESS,
	NR_NONSENSE,
};

/**
 * struct server - what the threads share
 * @fd: the device model
 * @store: the writer's
 * @lock: around all below
 * @changed: any of it
 * @writer: the thread
 * @up: it is there
 * @begun: it may begin
 * @ending: the device model is gone
 * @ended: the writer has nothing more to do
 * @wishes: what the device model wants
 * @barrier: the last that it asked for
 * @answered: and the last that it got
 * @refused: messages, of each kind
 */
struct server {
	int fd;
	struct records *store;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t writer;
	bool up;
	bool begun;
	bool ending;
	bool ended;
	struct wishes wishes;
	uint64_t barrier;
	uint64_t answered;
	unsigned long refused[NR_NONSENSE];
};

static struct server server;

/* Until something changes or @deadline comes.  Called with the lock. */
static int await(struct server *s, int64_t deadline)
{
	const struct timespec ts = {
		.tv_sec = deadline / 1000,
		.tv_nsec = deadline % 1000 * 1000000,
	};

	return pthread_cond_timedwait(&s->changed, &s->lock, &ts);
}

static void refuse(struct server *s, enum nonsense kind)
{
	static const char *const what[NR_NONSENSE] = {
		[NONSENSE_SIZE] = "a message of another size than ours",
		[NONSENSE_DESCRIPTORS] = "file descriptors",
		[NONSENSE_MAGIC] = "a message that isn't ours",
		[NONSENSE_TYPE] = "a message of unknown type",
		[NONSENSE_RECORD] = "a record that can't be true",
		[NONSENSE_TOO_MANY] = "more records than there can be",
		[NONSENSE_SILENCE] = "the end of all messages, and is still there",
		[NONSENSE_DEAFNESS] = "questions, and doesn't read the answers",
	};

	if (!s->refused[kind]++)
		log_error("device model sent %s: ignored, and not logged again", what[kind]);
}

static void log_refused(const struct server *s)
{
	unsigned long all = 0;

	for (int i = 0; i < NR_NONSENSE; i++)
		all += s->refused[i];
	if (all)
		log_error("device model is gone; messages of its that were ignored: %lu", all);
}

/* With the lock, and without waiting: who doesn't read gets no answer. */
static void say(struct server *s, enum message_type type, uint64_t number,
		const struct record *rec)
{
	struct message m = { .magic = MESSAGE_MAGIC, .type = type, .number = number };

	if (rec)
		m.rec = *rec;
	/* a device model that is gone is noticed where messages are read */
	if (send(s->fd, &m, sizeof(m), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EAGAIN)
		refuse(s, NONSENSE_DEAFNESS);
}

/* ---- the writer ---- */

/* It hung up, or isn't listening yet; one that never was there is another case. */
static bool is_away(int rc)
{
	return rc == -ECONNRESET || rc == -ECONNREFUSED;
}

static int load(struct records *store, struct record *recs)
{
	int64_t deadline = now_ms() + LOAD_MS;
	int rc = store->load(store, recs);

	while (is_away(rc) && now_ms() < deadline) {
		poll(NULL, 0, RETRY_MIN_MS);
		rc = store->load(store, recs);
	}
	return rc;
}

/*
 * What was there before; until it is known nothing may be overwritten.  A guest that
 * has records doesn't boot, and one that boots waits for what is remembered.
 */
static void tell_found(struct server *s)
{
	struct record *recs = calloc(RECORDS_MAX, sizeof(*recs)), bar;
	int nr = recs ? load(s->store, recs) : -ENOMEM;
	bool recalled;

	if (nr < 0)
		log_error("records can't be read: %s", strerror(-nr));
	recalled = nr <= 0 && s->store->recall(s->store, &bar) == 1;
	pthread_mutex_lock(&s->lock);
	if (recalled)
		say(s, MESSAGE_RECALLED, 0, &bar);
	for (int i = 0; i < nr; i++)
		say(s, MESSAGE_FOUND, 0, &recs[i]);
	say(s, MESSAGE_ALL_FOUND, 0, NULL);
	pthread_mutex_unlock(&s->lock);
	free(recs);
}

/* Wait until one more may be written: a bucket that fills at a steady rate. */
static void pace(int64_t *full_at)
{
	int64_t now = now_ms(), empty_at = now + PACE_BURST * PACE_MS;

	if (*full_at < now)
		*full_at = now;
	*full_at += PACE_MS;
	if (*full_at > empty_at)
		poll(NULL, 0, (int)(*full_at - empty_at));
}

/* It saves time if it is there, and isn't worth a second try. */
static int remember(struct records *store, const struct record *rec)
{
	int rc = store->remember(store, rec);

	return rc == -ECONNRESET ? rc : 0;
}

static int fulfil(struct records *store, const struct wish *wish)
{
	switch (wish->what) {
	case WISH_PUBLISH:
		return store->publish(store, &wish->rec);
	case WISH_WITHDRAW:
		return store->withdraw(store, wish->rec.phys_offset);
	case WISH_REMEMBER:
		return remember(store, &wish->rec);
	default:
		return store->clear(store);
	}
}

/* What becomes of a wish, and of the writer's temper.  Called with the lock. */
static void settle(struct server *s, const struct wish *wish, int rc, int *retry_ms)
{
	if (!rc) {
		wishes_done(&s->wishes, wish);
		return;
	}
	if (!*retry_ms)
		log_error("xenstore doesn't take a record: %s; trying on", strerror(-rc));
	*retry_ms = *retry_ms ? 2 * *retry_ms : RETRY_MIN_MS;
	if (*retry_ms > RETRY_MAX_MS)
		*retry_ms = RETRY_MAX_MS;
	wishes_postpone(&s->wishes, wish);
	/* another xenstored may never have been told */
	if (rc == -ECONNRESET)
		wishes_renew(&s->wishes);
	await(s, now_ms() + *retry_ms);
}

/* All is as the device model wants it.  Called with the lock. */
static void at_rest(struct server *s, int *retry_ms)
{
	if (*retry_ms)
		log_info("xenstore has all records now");
	*retry_ms = 0;
	if (s->answered == s->barrier)
		return;
	s->answered = s->barrier;
	say(s, MESSAGE_DONE, s->answered, NULL);
}

static void write_all(struct server *s)
{
	int retry_ms = 0, rc;
	int64_t full_at = 0;
	struct wish wish;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		if (wishes_next(&s->wishes, &wish)) {
			pthread_mutex_unlock(&s->lock);
			pace(&full_at);
			rc = fulfil(s->store, &wish);
			pthread_mutex_lock(&s->lock);
			settle(s, &wish, rc, &retry_ms);
			continue;
		}
		at_rest(s, &retry_ms);
		if (s->ending)
			break;
		pthread_cond_wait(&s->changed, &s->lock);
	}
	s->ended = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static void *writer(void *arg)
{
	struct server *s = arg;

	pthread_mutex_lock(&s->lock);
	s->up = true;
	pthread_cond_broadcast(&s->changed);
	while (!s->begun)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	tell_found(s);
	write_all(s);
	return NULL;
}

/* ---- the listener ---- */

static void obey(struct server *s, const struct message *m)
{
	int rc = 0;

	switch (m->type) {
	case MESSAGE_PUBLISH:
		if (record_check(&m->rec))
			refuse(s, NONSENSE_RECORD);
		else
			rc = wishes_publish(&s->wishes, &m->rec);
		break;
	case MESSAGE_REMEMBER:
		if (record_check(&m->rec))
			refuse(s, NONSENSE_RECORD);
		else
			wishes_remember(&s->wishes, &m->rec);
		break;
	case MESSAGE_WITHDRAW:
		/* any number makes a path of the right form */
		rc = wishes_withdraw(&s->wishes, m->rec.phys_offset);
		break;
	case MESSAGE_CLEAR:
		wishes_clear(&s->wishes);
		break;
	case MESSAGE_BARRIER:
		s->barrier = m->number;
		break;
	default:
		refuse(s, NONSENSE_TYPE);
	}
	if (rc)
		refuse(s, NONSENSE_TOO_MANY);
}

static void judge(struct server *s, const struct message *m, ssize_t n, int flags)
{
	pthread_mutex_lock(&s->lock);
	/* without room for them, the kernel has dropped them */
	if (flags & MSG_CTRUNC)
		refuse(s, NONSENSE_DESCRIPTORS);
	else if (n != sizeof(*m))
		refuse(s, NONSENSE_SIZE);
	else if (m->magic != MESSAGE_MAGIC)
		refuse(s, NONSENSE_MAGIC);
	else
		obey(s, m);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/*
 * Nothing was read: an empty message, or no more will come.  A device model that
 * has only closed its mouth is still served; all there is to wait for then is
 * that it closes the rest.  Returns what to wait for, or 0 when it is gone.
 */
static short interpret_nothing(struct server *s)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLRDHUP };
	enum nonsense kind = NONSENSE_SIZE;

	poll(&pfd, 1, 0);
	if (pfd.revents & POLLHUP)
		return 0;
	if (pfd.revents & POLLRDHUP)
		kind = NONSENSE_SILENCE;
	pthread_mutex_lock(&s->lock);
	refuse(s, kind);
	pthread_mutex_unlock(&s->lock);
	return kind == NONSENSE_SILENCE ? POLLHUP : POLLIN;
}

/* Take all that is there.  Returns what to wait for, or 0. */
static short listen_to(struct server *s)
{
	struct message m;
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };
	short next = POLLIN;

	while (next == POLLIN) {
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
		ssize_t n = recvmsg(s->fd, &msg, MSG_DONTWAIT | MSG_TRUNC);

		if (n > 0)
			judge(s, &m, n, msg.msg_flags);
		else if (!n)
			next = interpret_nothing(s);
		else if (errno == EAGAIN)
			break;
		/* it left without reading: what it said before is still there */
		else if (errno != EINTR && errno != ECONNRESET)
			return 0;
	}
	return next;
}

static void listen_all(struct server *s)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };

	while (pfd.events)
		if (poll(&pfd, 1, -1) > 0)
			pfd.events = pfd.events == POLLIN ? listen_to(s) : 0;
}

struct server *server_new(int fd, struct records *store)
{
	pthread_condattr_t attr;
	int rc;

	server = (struct server){ .fd = fd, .store = store };
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&server.lock, NULL);
	pthread_cond_init(&server.changed, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&server.writer, NULL, writer, &server);
	if (rc) {
		errno = rc;
		return NULL;
	}
	/* a thread that is only just beginning needs more of the system */
	pthread_mutex_lock(&server.lock);
	while (!server.up)
		pthread_cond_wait(&server.changed, &server.lock);
	pthread_mutex_unlock(&server.lock);
	return &server;
}

int serve(struct server *s)
{
	int64_t deadline;
	bool ended;

	pthread_mutex_lock(&s->lock);
	s->begun = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	listen_all(s);

	deadline = now_ms() + LAST_MS;
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_broadcast(&s->changed);
	while (!s->ended && await(s, deadline) != ETIMEDOUT)
		;
	ended = s->ended;
	log_refused(s);
	pthread_mutex_unlock(&s->lock);
	if (!ended) {
		pthread_detach(s->writer);
		log_error("device model is gone, and xenstore hasn't taken all its records");
		return -ETIMEDOUT;
	}
	pthread_join(s->writer, NULL);
	return 0;
}
