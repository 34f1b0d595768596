// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libxl's side of a device model.  The paths are docs/misc/xenstore-paths of
 * Xen; the lock is the one that libxl takes around each use of the monitor.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xen/io/xenbus.h>

#include "deadline.h"
#include "say.h"
#include "toolstack.h"

#define PATH_SIZE	256

/* For the first answer. */
#define PATIENCE_S	10

/* Between two looks at a lock: flock(2) knows no timeout. */
#define LOCK_RETRY_US	10000

/* What the thread that opens a connection leaves; it may outlast the wait for it. */
static struct {
	struct xs_handle *xs;
	int rc;
	sem_t done;
} opening;

static void *open_and_ask(void *unused)
{
	unsigned int len;

	(void)unused;
	opening.xs = xs_open(0);
	opening.rc = opening.xs ? 0 : -(errno ? errno : ECONNREFUSED);
	if (opening.xs)
		free(xs_read(opening.xs, XBT_NULL, "/", &len));
	sem_post(&opening.done);
	return NULL;
}

/*
 * No call of libxenstore's has an end where xenstored is stopped, or is gone but
 * for /dev/xen/xenbus, by which it is looked for then.
 */
int toolstack_connect(struct toolstack *ts)
{
	struct timespec deadline;
	pthread_t thread;
	int rc;

	*ts = (struct toolstack){ .lock = -1 };
	sem_init(&opening.done, 0, 0);
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += PATIENCE_S;
	rc = pthread_create(&thread, NULL, open_and_ask, NULL);
	if (rc)
		return -rc;
	do {
		rc = sem_timedwait(&opening.done, &deadline);
	} while (rc && errno == EINTR);
	if (rc)
		return -ETIMEDOUT;
	pthread_join(thread, NULL);
	ts->xs = opening.xs;
	return opening.rc;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

int toolstack_domains(struct toolstack *ts, uint32_t **domids)
{
	unsigned int nr, found = 0;
	char **ids = xs_directory(ts->xs, XBT_NULL, "/local/domain", &nr);

	*domids = NULL;
	if (!ids)
		return errno == EACCES ? -EACCES : -EIO;
	*domids = calloc(nr + 1, sizeof(**domids));
	for (unsigned int i = 0; *domids && i < nr; i++)
		(*domids)[found++] = strtoul(ids[i], NULL, 10);
	free(ids);
	if (!*domids)
		return -ENOMEM;
	qsort(*domids, found, sizeof(**domids), by_number);
	return (int)found;
}

/* Digits are a domid, as for xl, whatever a domain may be called. */
static bool is_named(struct toolstack *ts, const char *name)
{
	char *end, *value;
	unsigned long number = strtoul(name, &end, 10);
	bool same;

	if (*name >= '0' && *name <= '9' && !*end)
		return number == ts->domid;
	value = toolstack_read(ts, "name");
	same = value && !strcmp(value, name);
	free(value);
	return same;
}

int toolstack_find(struct toolstack *ts, const char *name)
{
	uint32_t *domids;
	int nr = toolstack_domains(ts, &domids);
	bool found = false;

	if (nr < 0)
		return nr;
	for (int i = 0; i < nr && !found; i++) {
		ts->domid = domids[i];
		found = is_named(ts, name);
	}
	free(domids);
	return found ? 0 : -ESRCH;
}

int toolstack_open(struct toolstack *ts, const char *name)
{
	int rc = toolstack_connect(ts);

	if (rc) {
		say("xenstore can't be reached: %s", strerror(-rc));
		return rc;
	}
	rc = name ? toolstack_find(ts, name) : 0;
	if (rc)
		say("%s: %s", name, rc == -ESRCH ? "no such domain" : strerror(-rc));
	return rc;
}

void toolstack_close(struct toolstack *ts)
{
	if (ts->xs)
		xs_close(ts->xs);
	toolstack_unlock(ts);
}

int toolstack_watch(struct toolstack *ts, const char *path)
{
	return xs_watch(ts->xs, path, path) || errno == EEXIST ? 0 : -errno;
}

void toolstack_unwatch(struct toolstack *ts, const char *path)
{
	xs_unwatch(ts->xs, path, path);
}

char *toolstack_event(struct toolstack *ts)
{
	unsigned int nr;
	char **event = xs_read_watch(ts->xs, &nr), *path = NULL;

	if (event)
		path = strdup(event[XS_WATCH_PATH]);
	free(event);
	return path;
}

static void node_path(const struct toolstack *ts, const char *node, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "/local/domain/%u/%s", ts->domid, node);
}

char *toolstack_read(struct toolstack *ts, const char *node)
{
	char path[PATH_SIZE];
	unsigned int len;

	node_path(ts, node, path);
	return xs_read(ts->xs, XBT_NULL, path, &len);
}

static int write_path(struct toolstack *ts, const char *path, const char *value)
{
	return xs_write(ts->xs, XBT_NULL, path, value, strlen(value)) ? 0 : -errno;
}

int toolstack_write(struct toolstack *ts, const char *node, const char *value)
{
	char path[PATH_SIZE];

	node_path(ts, node, path);
	return write_path(ts, path, value);
}

pid_t toolstack_pid(struct toolstack *ts)
{
	char *value = toolstack_read(ts, "image/device-model-pid");
	long pid = value ? strtol(value, NULL, 10) : 0;

	free(value);
	return pid > 0 ? pid : -ENOENT;
}

int toolstack_set_pid(struct toolstack *ts, pid_t pid)
{
	char value[16];

	snprintf(value, sizeof(value), "%d", pid);
	return toolstack_write(ts, "image/device-model-pid", value);
}

int toolstack_set_running(struct toolstack *ts, bool running)
{
	char path[PATH_SIZE], *value;
	unsigned int len;
	bool said;

	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u/state", ts->domid);
	if (!running)
		return xs_rm(ts->xs, XBT_NULL, path) || errno == ENOENT ? 0 : -errno;
	value = xs_read(ts->xs, XBT_NULL, path, &len);
	said = value && !strcmp(value, "running");
	free(value);
	return said ? 0 : write_path(ts, path, "running");
}

/* libxl removes the file with the domain: the one we hold must be the one. */
static bool is_at(int fd, const char *path)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !stat(path, &there) && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

int toolstack_lock(struct toolstack *ts, const struct domain *dom, int64_t deadline)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/var/lib/xen/userdata-l.%u.%s.qmp-socket-lock", dom->domid,
		 dom->uuid);
	do {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

		if (fd < 0)
			return -errno;
		if (!flock(fd, LOCK_EX | LOCK_NB) && is_at(fd, path)) {
			ts->lock = fd;
			return 0;
		}
		close(fd);
		usleep(LOCK_RETRY_US);
	} while (now_ms() < deadline);
	return -ETIMEDOUT;
}

void toolstack_unlock(struct toolstack *ts)
{
	if (ts->lock >= 0)
		close(ts->lock);
	ts->lock = -1;
}

void toolstack_monitor(const struct toolstack *ts, char path[64])
{
	snprintf(path, 64, "/run/xen/qmp-libxl-%u", ts->domid);
}

/* Kinds of backends that are QEMU's, if it is the device model. */
static const char *const kinds[] = { "qdisk", "vfb", "vkbd", "qusb", "9pfs", "console" };
#define NR_KINDS	(sizeof(kinds) / sizeof(*kinds))

static int backend_state(struct toolstack *ts, const char *dir)
{
	char path[PATH_SIZE + 8], *value;
	unsigned int len;
	int state;

	snprintf(path, sizeof(path), "%s/state", dir);
	value = xs_read(ts->xs, XBT_NULL, path, &len);
	state = value ? atoi(value) : XenbusStateUnknown;
	free(value);
	return state;
}

/* Calls @fn for each of these backends until it says true; its path then. */
static char *each_backend(struct toolstack *ts, bool (*fn)(struct toolstack *ts, const char *dir))
{
	char dir[PATH_SIZE], *found = NULL;

	for (size_t i = 0; i < NR_KINDS && !found; i++) {
		unsigned int nr;
		char **devices;

		snprintf(dir, sizeof(dir), "/local/domain/0/backend/%s/%u", kinds[i], ts->domid);
		devices = xs_directory(ts->xs, XBT_NULL, dir, &nr);
		for (unsigned int j = 0; devices && j < nr && !found; j++) {
			snprintf(dir, sizeof(dir), "/local/domain/0/backend/%s/%u/%.32s",
				 kinds[i], ts->domid, devices[j]);
			if (fn(ts, dir))
				found = strdup(dir);
		}
		free(devices);
	}
	return found;
}

/* The console's backend may be xenconsoled, and there it has its own word. */
static bool by_xenconsoled(struct toolstack *ts, const char *dir)
{
	char *type = strstr(dir, "/console/") ? toolstack_read(ts, "console/type") : NULL;
	bool yes = type && !strcmp(type, "xenconsoled") && !strcmp(strrchr(dir, '/'), "/0");

	free(type);
	return yes;
}

static bool in_use(struct toolstack *ts, const char *dir)
{
	int state = backend_state(ts, dir);

	return (state == XenbusStateInitialised || state == XenbusStateConnected) &&
	       !by_xenconsoled(ts, dir);
}

char *toolstack_backend_in_use(struct toolstack *ts)
{
	return each_backend(ts, in_use);
}

static bool offer(struct toolstack *ts, const char *dir)
{
	char path[PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s/state", dir);
	if (backend_state(ts, dir) == XenbusStateInitWait && !by_xenconsoled(ts, dir))
		write_path(ts, path, "1");
	return false;
}

void toolstack_offer_backends(struct toolstack *ts)
{
	free(each_backend(ts, offer));
}
