/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the xenphysmap command share: words, which go to stderr
 * because data goes to stdout, and a clock.
 */
#ifndef XENPHYSMAP_CTL_SAY_H
#define XENPHYSMAP_CTL_SAY_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define say(format, ...)	fprintf(stderr, "xenphysmap: " format "\n", ##__VA_ARGS__)

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

#endif
