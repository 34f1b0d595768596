/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device model that has been taken over can do with the socket to its
 * publisher.  Whether it comes to nothing is for others to see: these functions
 * only fail where the publisher doesn't listen any more.
 */
#ifndef SELFTESTS_PUBLISHER_ATTACKS_H
#define SELFTESTS_PUBLISHER_ATTACKS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * attack_nonsense() - Messages that are none: of other sizes, empty, of unknown
 *                     types or those of the other direction, records that can't
 *                     be true, no NUL at the end, anything in the wrong order.
 * @fd: the socket
 * @other: a domid that it isn't for
 */
bool attack_nonsense(int fd, uint32_t other);

/**
 * attack_descriptors() - File descriptors, more than a process may have open,
 *                        with good messages and bad ones.
 * @fd: the socket
 */
bool attack_descriptors(int fd);

/**
 * attack_flood() - More records than there may be, each many times, and questions
 *                  whose answers nobody reads.
 * @fd: the socket
 */
bool attack_flood(int fd);

/**
 * attack_ask() - What a device model does that is itself: publish, and ask
 *                whether it is done.
 * @fd: the socket
 * @home: frame
 * @place: frame
 * @number: of the barrier, another one each time
 *
 * Return: whether it was answered.
 */
bool attack_ask(int fd, uint64_t home, uint64_t place, uint64_t number);

#endif
