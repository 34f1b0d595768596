/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl keeps about a device model, outside of it: nodes in xenstore, a
 * lock file.  Knows libxl's conventions; decides nothing.
 */
#ifndef XENPHYSMAP_CTL_TOOLSTACK_H
#define XENPHYSMAP_CTL_TOOLSTACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <xenstore.h>

#include "domain.h"

/**
 * struct toolstack - access to libxl's records of one domain
 * @xs: ours
 * @domid: the domain that is meant
 * @lock: libxl's lock of the QMP socket, held; or -1
 */
struct toolstack {
	struct xs_handle *xs;
	uint32_t domid;
	int lock;
};

/**
 * toolstack_connect() - Connect to xenstored, and see that it answers.
 * @ts: filled in; for toolstack_close(), whatever is returned
 *
 * Return: 0, -ETIMEDOUT (it doesn't answer: this process must not try again), or
 * -errno of xs_open().
 */
int toolstack_connect(struct toolstack *ts);

/**
 * toolstack_open() - Connect, find a domain, and say why where that can't be.
 * @ts: as for toolstack_connect()
 * @name: of the domain, or its number; NULL: none is meant
 *
 * Return: 0, -ESRCH (no such domain), or -errno.
 */
int toolstack_open(struct toolstack *ts, const char *name);

/* Look for a domain on a connection that is there.  0, -ESRCH or -errno. */
int toolstack_find(struct toolstack *ts, const char *name);

void toolstack_close(struct toolstack *ts);

/**
 * toolstack_domains() - All domains that the toolstack knows of.
 * @ts: access
 * @domids: receives their numbers, ascending, owned by the caller
 *
 * Return: how many, or -errno.
 */
int toolstack_domains(struct toolstack *ts, uint32_t **domids);

/* Be told of what changes below a path, and at once what is there.  0 or -errno. */
int toolstack_watch(struct toolstack *ts, const char *path);
void toolstack_unwatch(struct toolstack *ts, const char *path);

/**
 * toolstack_event() - Wait for a change.
 * @ts: access
 *
 * Return: the path that has changed, owned by the caller; NULL: xenstored is gone.
 */
char *toolstack_event(struct toolstack *ts);

/**
 * toolstack_read() - Read a node of the domain's.
 * @ts: access
 * @node: its path below /local/domain/<domid>
 *
 * Return: its value, owned by the caller, or NULL with errno.
 */
char *toolstack_read(struct toolstack *ts, const char *node);

/* Write such a node.  0 or -errno. */
int toolstack_write(struct toolstack *ts, const char *node, const char *value);

/**
 * toolstack_pid() - The device model, as libxl knows it.
 * @ts: access
 *
 * Return: its pid, or -ENOENT.
 */
pid_t toolstack_pid(struct toolstack *ts);

/* Tell libxl which process it would have to kill.  0 or -errno. */
int toolstack_set_pid(struct toolstack *ts, pid_t pid);

/**
 * toolstack_set_running() - Does the device model say that it runs?
 * @ts: access
 * @running: false: forget that it did; true: say so for one that is confined
 *           and can't itself
 *
 * Return: 0 or -errno.
 */
int toolstack_set_running(struct toolstack *ts, bool running);

/**
 * toolstack_lock() - Keep libxl away from the monitor.
 * @ts: access
 * @dom: the domain
 * @deadline: of now_ms()
 *
 * Return: 0, -ETIMEDOUT (libxl is at work there), or -errno.
 */
int toolstack_lock(struct toolstack *ts, const struct domain *dom, int64_t deadline);

/* Let libxl in again. */
void toolstack_unlock(struct toolstack *ts);

/* Where libxl has the monitor. */
void toolstack_monitor(const struct toolstack *ts, char path[64]);

/**
 * toolstack_backend_in_use() - PV devices that QEMU serves and the guest uses.
 * @ts: access
 *
 * Return: the path of one, owned by the caller; NULL where there is none.
 */
char *toolstack_backend_in_use(struct toolstack *ts);

/**
 * toolstack_offer_backends() - Offer those that aren't used to another QEMU.
 * @ts: access
 *
 * QEMU takes a backend that waits for its frontend (InitWait) for somebody
 * else's; it takes those on (Initialising) that libxl has just made.
 */
void toolstack_offer_backends(struct toolstack *ts);

#endif
