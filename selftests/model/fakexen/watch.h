/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstore's watches, of one process: an event for each change below a path,
 * and one when the watch is set.
 */
#ifndef SELFTESTS_MODEL_WATCH_H
#define SELFTESTS_MODEL_WATCH_H

struct watch;
struct watch_event;

struct watches {
	struct watch *first;
	struct watch_event *events;
	int fd;
	struct watches *next;
};

int watch_add(struct watches *all, const char *full, const char *path, const char *token);
int watch_del(struct watches *all, const char *path, const char *token);
int watch_fd(struct watches *all);

/* The oldest event as libxenstore hands it out, to be freed, or NULL. */
char **watch_take(struct watches *all);
void watch_close(struct watches *all);
void watch_fire(const char *path);

#endif
