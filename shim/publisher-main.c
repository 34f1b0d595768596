// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap-publisher DOMID: writes the records of one domain for a device
 * model that tells it over file descriptor 3, and ends when that closes.
 *
 * It wants the latest truth of each record in xenstore and keeps trying: a
 * xenstored that is slow, or away for a while, delays records and loses none.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "message.h"
#include "records.h"

/* Between two tries while xenstored doesn't answer. */
#define RETRY_MS	100

/**
 * struct wish - what the device model wants one record to be
 * @rec: the record; only its phys_offset counts where it is withdrawn
 * @withdrawn: it shall not exist
 * @open: it isn't so yet
 */
struct wish {
	struct record rec;
	bool withdrawn;
	bool open;
};

struct server {
	struct records *store;
	struct wish wish[RECORDS_MAX];
	unsigned int nr;
	bool clear;
	bool complained;
	uint64_t barrier;
	uint64_t answered;
};

static void say(enum message_type type, uint64_t number, const struct record *rec)
{
	struct message m = { .magic = MESSAGE_MAGIC, .type = type, .number = number };

	if (rec)
		m.rec = *rec;
	/* a device model that is gone is noticed where messages are read */
	if (send(MESSAGE_FD, &m, sizeof(m), MSG_NOSIGNAL) < 0 && errno != EPIPE)
		log_error("can't answer the device model: %s", strerror(errno));
}

static struct wish *wish_for(struct server *s, uint64_t phys_offset)
{
	for (unsigned int i = 0; i < s->nr; i++)
		if (s->wish[i].rec.phys_offset == phys_offset)
			return &s->wish[i];
	return s->nr < RECORDS_MAX ? &s->wish[s->nr++] : NULL;
}

static void wish(struct server *s, const struct record *rec, bool withdrawn)
{
	struct wish *w = wish_for(s, rec->phys_offset);

	if (!w) {
		log_error("more than %u records: one is lost", RECORDS_MAX);
		return;
	}
	w->rec = *rec;
	w->withdrawn = withdrawn;
	w->open = true;
}

static void obey(struct server *s, struct message *m)
{
	m->rec.name[sizeof(m->rec.name) - 1] = '\0';
	switch (m->type) {
	case MESSAGE_PUBLISH:
		if (record_check(&m->rec))
			log_error("device model wants an impossible record: refused");
		else
			wish(s, &m->rec, false);
		break;
	case MESSAGE_WITHDRAW:
		wish(s, &m->rec, true);
		break;
	case MESSAGE_CLEAR:
		s->clear = true;
		s->nr = 0;
		break;
	case MESSAGE_BARRIER:
		s->barrier = m->number;
		break;
	default:
		log_error("device model sent a message of unknown type %u: ignored", m->type);
	}
}

/* Take all that is there.  False when the device model is gone. */
static bool listen_to(struct server *s)
{
	struct message m;

	for (;;) {
		ssize_t n = recv(MESSAGE_FD, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);

		if (!n)
			return false;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n != sizeof(m) || m.magic != MESSAGE_MAGIC)
			log_error("device model sent %zd bytes that are no message: ignored", n);
		else
			obey(s, &m);
	}
}

static int fulfil(struct server *s, struct wish *w)
{
	if (w->withdrawn)
		return s->store->withdraw(s->store, w->rec.phys_offset);
	return s->store->publish(s->store, &w->rec);
}

/* Make all wishes true.  False where that has to be tried again. */
static bool work(struct server *s)
{
	int rc = s->clear ? s->store->clear(s->store) : 0;

	if (!rc)
		s->clear = false;
	for (unsigned int i = 0; i < s->nr && !rc; i++) {
		struct wish *w = &s->wish[i];

		if (!w->open)
			continue;
		rc = fulfil(s, w);
		if (!rc)
			w->open = false;
	}
	if (rc && !s->complained)
		log_error("xenstore refuses a record: %s; trying on", strerror(-rc));
	s->complained = rc;
	if (!rc && s->answered != s->barrier) {
		s->answered = s->barrier;
		say(MESSAGE_DONE, s->answered, NULL);
	}
	return !rc;
}

static void tell_found(struct server *s)
{
	struct record *recs = calloc(RECORDS_MAX, sizeof(*recs));
	int nr = recs ? s->store->load(s->store, recs) : -ENOMEM;

	if (nr < 0)
		log_error("records can't be read: %s", strerror(-nr));
	for (int i = 0; i < nr; i++)
		say(MESSAGE_FOUND, 0, &recs[i]);
	say(MESSAGE_ALL_FOUND, 0, NULL);
	free(recs);
}

static void serve(struct server *s)
{
	struct pollfd pfd = { .fd = MESSAGE_FD, .events = POLLIN };
	bool there = true;

	while (there) {
		poll(&pfd, 1, work(s) ? -1 : RETRY_MS);
		there = listen_to(s);
	}
	/* it may have died with something unsaid */
	work(s);
}

/* Not our device model's files, terminal or process group. */
static void leave_parent(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (syscall(SYS_close_range, MESSAGE_FD + 1, UINT_MAX, 0))
		for (int fd = sysconf(_SC_OPEN_MAX) - 1; fd > MESSAGE_FD; fd--)
			close(fd);
	setsid();
	if (chdir("/")) {
		/* nothing here is named relative to it */
	}
}

static int usage(void)
{
	fputs("xenphysmap-publisher is started by the shim, not by hand\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static struct server server;
	unsigned long domid;
	char *end;
	int rc;

	if (argc != 2 || fcntl(MESSAGE_FD, F_GETFD) < 0)
		return usage();
	errno = 0;
	domid = strtoul(argv[1], &end, 10);
	if (errno || *end || argv[1][0] < '0' || argv[1][0] > '9' || domid >= 0x7ff0)
		return usage();
	rc = fork();
	if (rc)
		return rc < 0;
	leave_parent();
	log_set_prefix(domid);
	if (store_open(domid, &server.store))
		return 1;
	store_heed_toolstack(server.store);
	rc = confine(store_by_device());
	if (rc)
		log_warn("the publisher isn't confined: %s", strerror(-rc));
	tell_found(&server);
	serve(&server);
	server.store->close(server.store);
	return 0;
}
