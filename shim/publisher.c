// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records through a publisher process, seen from the device model: spawn it,
 * tell it, never wait for it but at the barrier and for what it found at its
 * start.  Knows no xenstore.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "log.h"
#include "message.h"
#include "records.h"

/* How long a save, or the start of a restore, may wait for xenstored. */
#define PATIENCE_MS	5000

/* How long the start of a guest may wait to save the time of a move. */
#define RECALL_MS	1000

/**
 * struct publisher - our end of one
 * @ops: first, so that one is the other
 * @fd: the socket
 * @barriers: how many there were
 * @domid: the guest
 * @euid: who we were when it could be spawned
 * @restarted: it has died before
 * @told: it has said all that it found when it started
 * @recalled: what it remembers of the guest's last boot, of size 0 if nothing
 * @path: the program, owned
 */
struct publisher {
	struct records ops;
	int fd;
	uint64_t barriers;
	uint32_t domid;
	uid_t euid;
	bool restarted;
	bool told;
	struct record recalled;
	char *path;
};

static struct publisher *publisher_of(struct records *records)
{
	return (struct publisher *)records;
}

/* The environment without LD_PRELOAD: the publisher is no device model. */
static char **clean_environment(void)
{
	size_t nr = 0, kept = 0;
	char **env;

	while (environ && environ[nr])
		nr++;
	env = calloc(nr + 1, sizeof(*env));
	for (size_t i = 0; env && i < nr; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11))
			env[kept++] = environ[i];
	return env;
}

/* What posix_spawn() is told, and what came of it. */
struct program {
	const char *path;
	char **argv;
	char **env;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;
};

/* In a child that shares our memory. */
static int start_program(void *arg)
{
	struct program *p = arg;
	pid_t pid;

	p->rc = -posix_spawn(&pid, p->path, &p->actions, &p->attr, p->argv, p->env);
	return 0;
}

/* For nothing else but posix_spawn(), which needs 5 KiB in musl. */
#define STACK_SIZE	(32 << 10)

/*
 * The child that is made starts a child of its own and is gone when we go on, so that
 * the device model has no child it doesn't know of and no zombie; nor a SIGCHLD, and
 * no wait() of its own finds this one.  Nothing of its memory is copied, as with
 * vfork(): even the tables of a small process are dear in a PV domain.
 */
static int start_beside_us(struct program *p)
{
	char *stack = malloc(STACK_SIZE);
	sigset_t all, before;
	pid_t pid = -1;

	p->rc = -ENOMEM;
	/* its handlers are not for a child that has its memory; Linux does this by thread */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	if (p->env && stack) {
		pid = clone(start_program, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK, p);
		if (pid < 0)
			p->rc = -errno;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
		;
	free(stack);
	return p->rc;
}

static int spawn(const char *path, uint32_t domid, int fd)
{
	char domid_text[16], name[] = "xenphysmap-publisher";
	char *argv[] = { name, domid_text, NULL };
	struct program program = { .path = path, .argv = argv, .env = clean_environment() };
	sigset_t none, all;
	int rc;

	snprintf(domid_text, sizeof(domid_text), "%u", domid);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&program.attr);
	posix_spawnattr_setflags(&program.attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&program.attr, &none);
	posix_spawnattr_setsigdefault(&program.attr, &all);
	posix_spawn_file_actions_init(&program.actions);
	posix_spawn_file_actions_adddup2(&program.actions, fd, MESSAGE_FD);
	rc = start_beside_us(&program);
	posix_spawn_file_actions_destroy(&program.actions);
	posix_spawnattr_destroy(&program.attr);
	free(program.env);
	return rc;
}

static int start(struct publisher *p)
{
	int fds[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	rc = spawn(p->path, p->domid, fds[1]);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		return rc;
	}
	p->fd = fds[0];
	return 0;
}

/*
 * Not from inside a sandbox: a seccomp filter may kill the device model for
 * trying, and another user's publisher would not be let into xenstore.
 */
static bool may_spawn(const struct publisher *p)
{
	return !p->restarted && geteuid() == p->euid && prctl(PR_GET_SECCOMP) == 0;
}

static int restart(struct publisher *p)
{
	int old = p->fd, rc;

	if (!may_spawn(p))
		return -EPIPE;
	p->restarted = true;
	rc = start(p);
	if (rc) {
		log_error("the publisher has died and can't be started again: %s", strerror(-rc));
		return rc;
	}
	close(old);
	log_warn("the publisher has died; started again");
	return 0;
}

static int send_message(struct publisher *p, const struct message *m)
{
	ssize_t n;

	do {
		n = send(p->fd, m, sizeof(*m), MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* A publisher that is gone is replaced once, and has to be told everything. */
static int replaced_if_gone(struct publisher *p, int rc)
{
	if (rc != -EPIPE && rc != -ECONNRESET)
		return rc;
	return restart(p) ? -EPIPE : -ECONNRESET;
}

static int say(struct publisher *p, enum message_type type, const struct record *rec)
{
	struct message m = { .magic = MESSAGE_MAGIC, .type = type, .number = p->barriers };

	if (rec)
		m.rec = *rec;
	return replaced_if_gone(p, send_message(p, &m));
}

static int publisher_publish(struct records *records, const struct record *rec)
{
	return say(publisher_of(records), MESSAGE_PUBLISH, rec);
}

static int publisher_withdraw(struct records *records, uint64_t phys_offset)
{
	const struct record rec = { .phys_offset = phys_offset };

	return say(publisher_of(records), MESSAGE_WITHDRAW, &rec);
}

static int publisher_clear(struct records *records)
{
	return say(publisher_of(records), MESSAGE_CLEAR, NULL);
}

static int hear(struct publisher *p, struct message *m, int64_t deadline)
{
	for (;;) {
		int rc = deadline_await(p->fd, POLLIN, deadline);
		ssize_t n;

		if (rc)
			return rc;
		n = recv(p->fd, m, sizeof(*m), MSG_DONTWAIT | MSG_TRUNC);
		if (!n)
			return -EPIPE;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n != sizeof(*m) || m->magic != MESSAGE_MAGIC)
			continue;
		if (m->type == MESSAGE_RECALLED)
			p->recalled = m->rec;
		p->told |= m->type == MESSAGE_ALL_FOUND;
		return 0;
	}
}

/* The publisher has checked them, and is not believed. */
static bool well_formed(struct record *rec)
{
	rec->name[sizeof(rec->name) - 1] = '\0';
	return !record_check(rec);
}

/* How many there are in all; or what kept it from saying so. */
static int hear_found(struct publisher *p, struct record *recs, int64_t deadline)
{
	struct message m = { .type = 0 };
	int found = 0, rc = 0;

	while (!rc && m.type != MESSAGE_ALL_FOUND) {
		rc = hear(p, &m, deadline);
		if (!rc && m.type == MESSAGE_FOUND && found < RECORDS_MAX && well_formed(&m.rec))
			recs[found++] = m.rec;
	}
	return rc ? rc : found;
}

static int publisher_load(struct records *records, struct record *recs)
{
	struct publisher *p = publisher_of(records);
	int64_t begin = now_ms(), deadline = begin + PATIENCE_MS;
	int rc = replaced_if_gone(p, hear_found(p, recs, deadline));

	/* another one finds the same again */
	if (rc == -ECONNRESET)
		rc = hear_found(p, recs, deadline);
	/* read while the device model was starting: nothing, as a rule */
	log_debug("records waited for: %d ms", (int)(now_ms() - begin));
	return rc;
}

static int publisher_remember(struct records *records, const struct record *rec)
{
	return say(publisher_of(records), MESSAGE_REMEMBER, rec);
}

static int publisher_recall(struct records *records, struct record *rec)
{
	struct publisher *p = publisher_of(records);
	int64_t deadline = now_ms() + RECALL_MS;
	struct message m;
	int rc = 0;

	while (!p->told && !rc)
		rc = hear(p, &m, deadline);
	*rec = p->recalled;
	return rc ? rc : rec->size && well_formed(rec);
}

static int publisher_barrier(struct records *records)
{
	struct publisher *p = publisher_of(records);
	int64_t deadline = now_ms() + PATIENCE_MS;
	struct message m;
	int rc;

	p->barriers++;
	while ((rc = say(p, MESSAGE_BARRIER, NULL)) == -EAGAIN) {
		rc = deadline_await(p->fd, POLLOUT, deadline);
		if (rc)
			break;
	}
	while (!rc) {
		rc = hear(p, &m, deadline);
		if (!rc && m.type == MESSAGE_DONE && m.number == p->barriers)
			return 0;
		rc = replaced_if_gone(p, rc);
	}
	return rc;
}

static void publisher_close(struct records *records)
{
	struct publisher *p = publisher_of(records);

	if (p->fd >= 0)
		close(p->fd);
	free(p->path);
	free(p);
}

int publisher_open(uint32_t domid, const char *path, struct records **records)
{
	struct publisher *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	p->ops = (struct records){
		.publish = publisher_publish,
		.withdraw = publisher_withdraw,
		.load = publisher_load,
		.clear = publisher_clear,
		.remember = publisher_remember,
		.recall = publisher_recall,
		.barrier = publisher_barrier,
		.close = publisher_close,
	};
	p->fd = -1;
	p->domid = domid;
	p->euid = geteuid();
	p->path = strdup(path);
	rc = p->path ? start(p) : -ENOMEM;
	if (rc) {
		publisher_close(&p->ops);
		return rc;
	}
	*records = &p->ops;
	return 0;
}
