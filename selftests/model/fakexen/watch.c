// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenstore's watches.  A descriptor is readable while there are events.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tree.h"
#include "watch.h"

struct watch {
	char *full;
	char *path;	/* as the client wrote it, and as it hears it */
	char *token;
	struct watch *next;
};

struct watch_event {
	char *path;
	char *token;
	struct watch_event *next;
};

static struct watches *handles;

static void signal_fd(struct watches *all)
{
	const uint64_t one = 1;

	if (write(watch_fd(all), &one, sizeof(one)) < 0)
		abort();
}

static void post(struct watches *all, const struct watch *w, const char *path)
{
	struct watch_event **end = &all->events, *e = calloc(1, sizeof(*e));

	if (!e)
		abort();
	e->path = strdup(path);
	e->token = strdup(w->token);
	while (*end)
		end = &(*end)->next;
	*end = e;
	signal_fd(all);
}

int watch_fd(struct watches *all)
{
	if (!all->fd) {
		all->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
		all->next = handles;
		handles = all;
	}
	return all->fd;
}

int watch_add(struct watches *all, const char *full, const char *path, const char *token)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->full = strdup(full);
	w->path = strdup(path);
	w->token = strdup(token);
	w->next = all->first;
	all->first = w;
	post(all, w, path);
	return 0;
}

static void free_watch(struct watch *w)
{
	free(w->full);
	free(w->path);
	free(w->token);
	free(w);
}

int watch_del(struct watches *all, const char *path, const char *token)
{
	for (struct watch **at = &all->first; *at; at = &(*at)->next) {
		struct watch *w = *at;

		if (strcmp(w->path, path) || strcmp(w->token, token))
			continue;
		*at = w->next;
		free_watch(w);
		return 0;
	}
	return -ENOENT;
}

char **watch_take(struct watches *all)
{
	struct watch_event *e = all->events;
	size_t size;
	uint64_t one;
	char **vec;

	if (!e || read(watch_fd(all), &one, sizeof(one)) < 0)
		return NULL;
	size = strlen(e->path) + strlen(e->token) + 2;
	vec = malloc(2 * sizeof(*vec) + size);
	if (!vec)
		abort();
	vec[0] = strcpy((char *)(vec + 2), e->path);
	vec[1] = strcpy(vec[0] + strlen(e->path) + 1, e->token);
	all->events = e->next;
	free(e->path);
	free(e->token);
	free(e);
	return vec;
}

void watch_close(struct watches *all)
{
	while (all->events)
		free(watch_take(all));
	while (all->first) {
		struct watch *w = all->first;

		all->first = w->next;
		free_watch(w);
	}
	for (struct watches **at = &handles; *at; at = &(*at)->next) {
		if (*at != all)
			continue;
		*at = all->next;
		break;
	}
	if (all->fd)
		close(all->fd);
}

/* A relative watch hears of relative paths. */
static void tell(struct watches *all, const char *path)
{
	for (const struct watch *w = all->first; w; w = w->next)
		if (tree_is_below(path, w->full))
			post(all, w, path + strlen(w->full) - strlen(w->path));
}

void watch_fire(const char *path)
{
	for (struct watches *all = handles; all; all = all->next)
		tell(all, path);
}
