/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands for the publisher and the socket to it.  The process has its own
 * tests, and records are written here; but it may be behind, out of room, or dead.
 */
#ifndef SELFTESTS_MODEL_RELAY_H
#define SELFTESTS_MODEL_RELAY_H

/* Messages that are in the socket at any time, at most. */
#define RELAY_MAX	8

/**
 * struct relay_fault - what becomes of things said to the publisher
 * @nth: the first one that fails, counted from now, 1 for the next; 0 for none
 * @times: how many in a row
 * @error: EAGAIN: there is no room, but at a barrier, which waits for it;
 *         ECONNRESET: the publisher is dead, and another one is there now;
 *         EPIPE: it is dead, and there is no other
 * @behind: messages that are still in the socket, and die with the publisher
 */
struct relay_fault {
	unsigned long nth;
	unsigned long times;
	int error;
	unsigned int behind;
};

/* NULL for none; what is in the socket arrives. */
void relay_fail(const struct relay_fault *fault);

/* Things said since the last relay_fail(). */
unsigned long relay_said(void);

#endif
