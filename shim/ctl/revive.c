// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From a state in a file to a device model that could serve the guest at once.
 * The guest stands still all the time: what fails here leaves nothing behind
 * and can be tried again with another program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arguments.h"
#include "deadline.h"
#include "replace.h"
#include "say.h"

/* It is there before the device model is: nobody has to wait for it to appear. */
static int listen_for_libxl(const struct replacement *r)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	toolstack_monitor(&r->ts, addr.sun_path);
	unlink(addr.sun_path);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)) && !listen(fd, 1))
		return fd;
	rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

static int connect_to(int listener)
{
	struct sockaddr_un addr;
	socklen_t len = sizeof(addr);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || getsockname(listener, (struct sockaddr *)&addr, &len) ||
	    connect(fd, (struct sockaddr *)&addr, len)) {
		int rc = -errno;

		if (fd >= 0)
			close(fd);
		return rc;
	}
	return fd;
}

struct handing {
	struct replacement *r;
	struct start *start;
};

static int keep(struct start *start, int fd)
{
	if (fd < 0 || start->nr_keep == HANDED_MAX)
		return -1;
	start->keep[start->nr_keep++] = fd;
	return fd;
}

/* A descriptor that was taken over before, or a place for it. */
static struct handed *handed(struct replacement *r, const char *what)
{
	for (unsigned int i = 0; i < r->nr_handed; i++)
		if (!strcmp(r->handed[i].what, what))
			return &r->handed[i];
	if (r->nr_handed == HANDED_MAX)
		return NULL;
	snprintf(r->handed[r->nr_handed].what, sizeof(r->handed->what), "%s", what);
	r->handed[r->nr_handed].fd = -1;
	return &r->handed[r->nr_handed++];
}

static int numbered(void *arg, int fd)
{
	struct handing *h = arg;
	struct handed *old;
	char what[24];

	snprintf(what, sizeof(what), "%d", fd);
	old = handed(h->r, what);
	if (old && old->fd < 0 && h->r->old.pid)
		old->fd = emulator_has(&h->r->old, fd);
	return keep(h->start, old ? old->fd : -1);
}

static int tap(void *arg, const char *ifname)
{
	struct handing *h = arg;
	struct handed *old;
	char what[24];

	snprintf(what, sizeof(what), "if=%.15s", ifname);
	old = handed(h->r, what);
	if (old && old->fd < 0 && h->r->old.pid)
		old->fd = emulator_tap(&h->r->old, ifname);
	return keep(h->start, old ? old->fd : -1);
}

int revive_arguments(struct replacement *r, const struct candidate *which, struct start *start,
		     int monitor)
{
	struct handing handing = { .r = r, .start = start };
	const struct arguments_source source = {
		.monitor = monitor,
		.numbered = numbered,
		.tap = tap,
		.arg = &handing,
	};
	int rc;

	start->like = &r->old;
	start->exe = which->exe;
	start->path = which->path;
	rc = arguments_renew(r->old.argv, which->exe < 0 ? which->path : r->old.argv[0], &source,
			     &start->argv);
	if (rc == -ENODATA)
		say("%s: its device model has no monitor of libxl's", r->name);
	else if (rc)
		say("%s: the arguments of its device model can't be used: %s", r->name,
		    strerror(-rc));
	if (rc)
		return rc;
	if (which->stock)
		return environment_strip(r->old.envp, &start->envp);
	rc = environment_renew(r->old.envp, *r->shim ? r->shim : NULL, r->nr > 0, &start->envp);
	if (rc)
		say("%s: its device model runs without the shim, and there is none in %s", r->name,
		    r->shim);
	return rc;
}

/* A child that writes the state into a pipe, whatever the device model does. */
static int feed(struct replacement *r, int out)
{
	int fd = journal_read_state(&r->journal);
	pid_t pid;

	if (fd < 0)
		return fd;
	pid = fork();
	if (!pid) {
		while (sendfile(out, fd, NULL, 1 << 20) > 0)
			;
		_exit(0);
	}
	close(fd);
	return pid < 0 ? -errno : 0;
}

static int load(struct replacement *r, int64_t deadline)
{
	struct json_object *arguments;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	arguments = json_object_new_object();
	json_object_object_add(arguments, "fdname", json_object_new_string("state"));
	rc = qmp_call(&r->qmp, "getfd", arguments, fds[0], NULL, deadline);
	close(fds[0]);
	if (!rc)
		rc = feed(r, fds[1]);
	close(fds[1]);
	if (rc)
		return rc;
	arguments = json_object_new_object();
	json_object_object_add(arguments, "uri", json_object_new_string("fd:state"));
	rc = qmp_call(&r->qmp, "migrate-incoming", arguments, -1, NULL, deadline);
	return rc ? rc : qmp_await_migration(&r->qmp, deadline);
}

/* Have events say how a migration goes, or have them keep silent again. */
static int set_events(struct replacement *r, bool on, int64_t deadline)
{
	struct json_object *arguments = json_object_new_object();
	struct json_object *list = json_object_new_array(), *events = json_object_new_object();

	json_object_object_add(events, "capability", json_object_new_string("events"));
	json_object_object_add(events, "state", json_object_new_boolean(on));
	json_object_array_add(list, events);
	json_object_object_add(arguments, "capabilities", list);
	return qmp_call(&r->qmp, "migrate-set-capabilities", arguments, -1, NULL, deadline);
}

static const struct record *find(const struct record *rec, int nr, const struct record *like)
{
	for (int i = 0; i < nr; i++)
		if (rec[i].phys_offset == like->phys_offset && rec[i].size == like->size)
			return &rec[i];
	return NULL;
}

/* Every block has to be there again, with its size, where it was. */
static int verify(struct replacement *r)
{
	struct record now[RECORDS_MAX];
	int nr = r->records->load(r->records, now), rc = nr < 0 ? nr : 0;

	for (int i = 0; i < r->nr && !rc; i++) {
		const struct record *same = find(now, nr, &r->rec[i]);

		if (same && same->start_addr == r->rec[i].start_addr)
			continue;
		say("%s: %s was at %llx, and isn't any more", r->name, r->rec[i].name,
		    (unsigned long long)r->rec[i].start_addr);
		rc = -ESTALE;
	}
	return rc;
}

/* What libxl tells a device model after it has started it. */
static int set_password(struct replacement *r, int64_t deadline)
{
	char *password = toolstack_read(&r->ts, "console/vnc-pass");
	struct json_object *arguments;

	if (!password)
		return 0;
	arguments = json_object_new_object();
	json_object_object_add(arguments, "password", json_object_new_string(password));
	free(password);
	return qmp_call(&r->qmp, "change-vnc-password", arguments, -1, NULL, deadline);
}

/* What libxl wants to know of a device model that it has started. */
static int tell_terminals(struct replacement *r, int64_t deadline)
{
	struct json_object *devices;
	int rc = qmp_call(&r->qmp, "query-chardev", NULL, -1, &devices, deadline);

	if (!rc && !json_object_is_type(devices, json_type_array))
		rc = -EPROTO;
	for (size_t i = 0; !rc && i < json_object_array_length(devices); i++) {
		struct json_object *device = json_object_array_get_idx(devices, i);
		const char *label = qmp_string(device, "label");
		const char *file = qmp_string(device, "filename");
		char node[40];

		if (strncmp(label, "serial", 6) || strncmp(file, "pty:", 4))
			continue;
		snprintf(node, sizeof(node), "serial/%.8s/tty", label + 6);
		rc = toolstack_write(&r->ts, node, file + 4);
	}
	json_object_put(devices);
	return rc;
}

static int tell_vnc(struct replacement *r, int64_t deadline)
{
	struct json_object *vnc;
	int rc = qmp_call(&r->qmp, "query-vnc", NULL, -1, &vnc, deadline);

	/* a QEMU without VNC has no such command */
	if (rc)
		return rc == -EREMOTEIO ? 0 : rc;
	if (*qmp_string(vnc, "service"))
		rc = toolstack_write(&r->ts, "console/vnc-port", qmp_string(vnc, "service"));
	json_object_put(vnc);
	return rc;
}

static int run(struct replacement *r, int64_t deadline)
{
	struct json_object *status;
	int rc = qmp_call(&r->qmp, "cont", NULL, -1, NULL, deadline);

	if (!rc)
		rc = qmp_call(&r->qmp, "query-status", NULL, -1, &status, deadline);
	if (rc)
		return rc;
	if (strcmp(qmp_string(status, "status"), "running"))
		rc = -ENOTRECOVERABLE;
	json_object_put(status);
	return rc ? rc : toolstack_set_running(&r->ts, true);
}

/* The steps of a device model that has been started, in their order. */
static int lead(struct replacement *r, const char **step, int64_t deadline)
{
	int rc;

	*step = "come up";
	rc = set_events(r, true, deadline);
	*step = "load the state";
	if (!rc)
		rc = load(r, deadline);
	*step = "find the blocks";
	if (!rc)
		rc = verify(r);
	*step = "run";
	return rc ? rc : run(r, deadline);
}

void revive_finish(struct replacement *r)
{
	int64_t deadline = now_ms() + r->patience;
	int rc = set_events(r, false, deadline);

	if (!rc)
		rc = set_password(r, deadline);
	if (!rc)
		rc = tell_terminals(r, deadline);
	if (!rc)
		rc = tell_vnc(r, deadline);
	if (rc)
		say("%s: runs, but couldn't be told all that libxl would tell it: %s", r->name,
		    rc == -EREMOTEIO ? r->qmp.error : strerror(-rc));
}

/* Records as they were, but for what has really been moved since. */
static void put_records_back(struct replacement *r)
{
	struct record now[RECORDS_MAX];
	int nr = r->records->load(r->records, now);

	for (int i = 0; i < nr; i++)
		if (!find(r->rec, r->nr, &now[i]))
			r->records->withdraw(r->records, now[i].phys_offset);
	for (int i = 0; i < r->nr; i++)
		if (!find(now, nr, &r->rec[i]))
			r->records->publish(r->records, &r->rec[i]);
}

static void undo(struct replacement *r)
{
	int rc;

	qmp_close(&r->qmp);
	rc = emulator_kill(&r->now, now_ms() + r->patience);
	if (rc)
		say("%s: process %d can't be killed", r->name, r->now.pid);
	r->dead = ioreqs_servers(&r->io);
	rc = ioreqs_sweep(&r->io, &r->dead);
	if (rc)
		say("%s: an ioreq server stays: %s", r->name, strerror(-rc));
	put_records_back(r);
}

static int start(struct replacement *r, const struct candidate *which, int *client)
{
	struct start start = { .nr_keep = 0 };
	int listener = listen_for_libxl(r), rc;

	if (listener < 0)
		return listener;
	*client = connect_to(listener);
	rc = *client < 0 ? *client : revive_arguments(r, which, &start, listener);
	if (!rc) {
		keep(&start, listener);
		toolstack_set_running(&r->ts, false);
		toolstack_offer_backends(&r->ts);
		rc = emulator_start(&r->now, &start);
	}
	close(listener);
	if (!rc)
		rc = toolstack_set_pid(&r->ts, r->now.pid);
	return rc;
}

int revive(struct replacement *r, const struct candidate *which)
{
	int64_t deadline = now_ms() + r->patience;
	const char *step = "come up";
	int client = -1, rc;

	say("%s: starting %s, %s", r->name, which->what, which->path);
	rc = start(r, which, &client);
	if (!rc)
		rc = qmp_open(&r->qmp, client, deadline);
	else if (client >= 0)
		close(client);
	if (!rc)
		rc = lead(r, &step, deadline);
	if (!rc)
		return 0;
	if (rc == -EREMOTEIO)
		say("%s: %s didn't %s: %s", r->name, which->what, step, r->qmp.error);
	else
		say("%s: %s didn't %s: %s", r->name, which->what, step,
		    rc == -EPIPE ? "it ended" : strerror(-rc));
	undo(r);
	return rc;
}
