/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the shim and its publisher say to each other: messages of one size over
 * a SOCK_SEQPACKET pair.  A message that isn't exactly this is not looked at.
 */
#ifndef XENPHYSMAP_SHIM_MESSAGE_H
#define XENPHYSMAP_SHIM_MESSAGE_H

#include <stdint.h>

#include "record.h"

/* Where the publisher finds its end of the pair. */
#define MESSAGE_FD	3

#define MESSAGE_MAGIC	0x70687973	/* "phys" */

/**
 * enum message_type - who says what
 * @MESSAGE_PUBLISH: shim: this record is true now
 * @MESSAGE_WITHDRAW: shim: the record of @phys_offset isn't true any more
 * @MESSAGE_CLEAR: shim: no record that was there before is true
 * @MESSAGE_BARRIER: shim: answer when all of the above is visible
 * @MESSAGE_REMEMBER: shim: this is where its BAR was at first; for the next boot
 * @MESSAGE_RECALLED: publisher: this is what was remembered; comes before what was
 *                    found, if at all
 * @MESSAGE_DONE: publisher: it is, as of the barrier of this number
 * @MESSAGE_FOUND: publisher: this record was there when it started
 * @MESSAGE_ALL_FOUND: publisher: and that was all
 */
enum message_type {
	MESSAGE_PUBLISH = 1,
	MESSAGE_WITHDRAW,
	MESSAGE_CLEAR,
	MESSAGE_BARRIER,
	MESSAGE_DONE,
	MESSAGE_FOUND,
	MESSAGE_ALL_FOUND,
	MESSAGE_REMEMBER,
	MESSAGE_RECALLED,
};

struct message {
	uint32_t magic;
	uint32_t type;
	uint64_t number;
	struct record rec;
};

#endif
