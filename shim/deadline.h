/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Until when something may take: whoever waits for several things one after the
 * other has one deadline for all of them.
 */
#ifndef XENPHYSMAP_SHIM_DEADLINE_H
#define XENPHYSMAP_SHIM_DEADLINE_H

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>

/**
 * now_ms() - A clock that never goes back.
 *
 * Return: milliseconds since some time in the past.
 */
static inline int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

/**
 * deadline_await() - Wait until a descriptor is ready, or at its end.
 * @fd: a pidfd is at its end when the process is
 * @events: of poll()
 * @deadline: of now_ms()
 *
 * Return: 0, -ETIMEDOUT, or -errno of poll().
 */
static inline int deadline_await(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int rc;

	do {
		int64_t left = deadline - now_ms();

		rc = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return -errno;
	return rc ? 0 : -ETIMEDOUT;
}

#endif
