// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From a guest that runs to a state in a file.  Until the state is on disk and
 * whole, every failure leads back to the guest running as if nothing had been.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "replace.h"
#include "say.h"

static bool on_command_line(const struct replacement *r, const char *file)
{
	for (char **arg = r->old.argv; *arg; arg++)
		if (strstr(*arg, file))
			return true;
	return false;
}

/* A medium that was changed since isn't on the command line: it would be back. */
static int check_media(struct replacement *r)
{
	struct json_object *drives, *medium;
	int rc = qmp_call(&r->qmp, "query-block", NULL, -1, &drives, now_ms() + r->patience);

	if (rc || !json_object_is_type(drives, json_type_array))
		return rc ? rc : -EPROTO;
	for (size_t i = 0; i < json_object_array_length(drives) && !rc; i++) {
		struct json_object *drive = json_object_array_get_idx(drives, i);
		const char *file;

		if (!json_object_object_get_ex(drive, "inserted", &medium))
			continue;
		file = qmp_string(medium, "file");
		if (!strncmp(file, "json:", 5) || on_command_line(r, file))
			continue;
		say("%s: '%s' has been put into a drive since the start: eject it first", r->name,
		    file);
		rc = -EBUSY;
	}
	json_object_put(drives);
	return rc;
}

static int check_running(struct replacement *r)
{
	struct json_object *status;
	int rc = qmp_call(&r->qmp, "query-status", NULL, -1, &status, now_ms() + r->patience);

	if (!rc && strcmp(qmp_string(status, "status"), "running")) {
		say("%s: its device model isn't running but '%s': is it being saved?", r->name,
		    qmp_string(status, "status"));
		rc = -EBUSY;
	}
	json_object_put(status);
	return rc;
}

int halt_check(struct replacement *r)
{
	char *backend = toolstack_backend_in_use(&r->ts);
	int rc = 0;

	if (backend) {
		say("%s: the guest uses %s, which its device model serves and another one can't go on with",
		    r->name, backend);
		free(backend);
		return -EBUSY;
	}
	rc = check_running(r);
	if (!rc)
		rc = check_media(r);
	return rc;
}

/*
 * A request that was under way when the guest was paused must be answered by
 * the device model that got it.  A round trip through its main loop after each
 * look; then it has had its chance.
 */
static int settle(struct replacement *r)
{
	int64_t deadline = now_ms() + r->patience;
	int state;

	while ((state = ioreqs_state(&r->io)) == IOREQS_ASKED) {
		int rc = qmp_call(&r->qmp, "query-status", NULL, -1, NULL, deadline);

		if (rc)
			return rc;
		if (now_ms() > deadline)
			return -ETIMEDOUT;
	}
	return state < 0 ? state : 0;
}

/* By descriptor: a confined device model can't open files. */
static int save_state(struct replacement *r, int fd)
{
	int64_t deadline = now_ms() + r->patience;
	struct json_object *set, *id, *arguments = json_object_new_object();
	char name[40];
	int rc = qmp_call(&r->qmp, "add-fd", NULL, fd, &set, deadline);

	if (!rc && !json_object_object_get_ex(set, "fdset-id", &id))
		rc = -EPROTO;
	if (rc) {
		json_object_put(arguments);
		return rc;
	}
	snprintf(name, sizeof(name), "/dev/fdset/%d", json_object_get_int(id));
	json_object_object_add(arguments, "filename", json_object_new_string(name));
	rc = qmp_call(&r->qmp, "xen-save-devices-state", arguments, -1, NULL, deadline);
	if (rc == -EREMOTEIO)
		say("%s: its state can't be saved: %s", r->name, r->qmp.error);
	arguments = json_object_new_object();
	json_object_object_add(arguments, "fdset-id", json_object_get(id));
	qmp_call(&r->qmp, "remove-fd", arguments, -1, NULL, deadline);
	json_object_put(set);
	return rc;
}

static int write_down(struct replacement *r)
{
	int rc = journal_start(&r->journal), fd;

	if (!rc)
		rc = emulator_put(&r->old, &r->journal);
	r->nr = rc ? rc : r->records->load(r->records, r->rec);
	if (r->nr < 0)
		return r->nr;
	rc = journal_put(&r->journal, "records", r->rec, r->nr * sizeof(r->rec[0]));
	fd = rc ? rc : journal_open_state(&r->journal);
	if (fd < 0)
		return fd;
	rc = save_state(r, fd);
	if (rc) {
		close(fd);
		return rc;
	}
	return journal_commit(&r->journal, fd);
}

static void go_on(struct replacement *r)
{
	int rc = qmp_call(&r->qmp, "cont", NULL, -1, NULL, now_ms() + r->patience);

	if (rc)
		say("%s: its device model can't be continued: %s", r->name, strerror(-rc));
	if (r->journal.fd >= 0)
		journal_discard(&r->journal);
}

int halt(struct replacement *r)
{
	int rc = domain_pause(&r->dom);

	if (rc) {
		say("%s: can't be paused: %s", r->name, strerror(-rc));
		return rc;
	}
	rc = settle(r);
	if (rc) {
		say("%s: its device model doesn't answer requests: %s", r->name, strerror(-rc));
	} else {
		rc = qmp_call(&r->qmp, "stop", NULL, -1, NULL, now_ms() + r->patience);
		if (!rc)
			rc = write_down(r);
		if (rc) {
			say("%s: can't be brought to disk: %s", r->name, strerror(-rc));
			go_on(r);
		}
	}
	if (rc)
		domain_unpause(&r->dom);
	return rc;
}
