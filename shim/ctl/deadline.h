/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Until when something may take: whoever waits for several things one after the
 * other has one deadline for all of them.
 */
#ifndef XENPHYSMAP_CTL_DEADLINE_H
#define XENPHYSMAP_CTL_DEADLINE_H

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
 * deadline_await() - Wait until there is something to be read, or an end of it.
 * @fd: from there; a pidfd is at its end when the process is
 * @deadline: of now_ms()
 *
 * Return: 0, -ETIMEDOUT, or -errno of poll().
 */
int deadline_await(int fd, int64_t deadline);

#endif
