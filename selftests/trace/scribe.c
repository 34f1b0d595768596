// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A publisher without xenstore: has one record, that of video RAM at the second
 * BAR of traced.c, and says that whatever it is told has been done.
 */
#include <string.h>
#include <sys/socket.h>

#include "message.h"
#include "trace/traced.h"

static int say(enum message_type type, uint64_t number)
{
	struct message m = {
		.magic = MESSAGE_MAGIC,
		.type = type,
		.number = number,
		.rec = { HOME << 12, BAR_B << 12, FRAMES << 12, "vga.vram" },
	};

	return send(MESSAGE_FD, &m, sizeof(m), MSG_NOSIGNAL) == sizeof(m) ? 0 : -1;
}

int main(void)
{
	struct message m;

	if (say(MESSAGE_FOUND, 0) || say(MESSAGE_ALL_FOUND, 0))
		return 1;
	while (recv(MESSAGE_FD, &m, sizeof(m), 0) == sizeof(m))
		if (m.type == MESSAGE_BARRIER && say(MESSAGE_DONE, m.number))
			return 1;
	return 0;
}
