// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A publisher that was taken over, or is another version: it says what nobody
 * asked, what isn't a message, more records than there can be, and some that are
 * none.  With TALKER=silent in its environment it says nothing, with TALKER=dies
 * it ends before all was said, with TALKER=/PATH once, as long as there is such a
 * file, and with TALKER=leaves when it is asked whether it is done.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "records.h"

static struct message m = {
	MESSAGE_MAGIC, MESSAGE_FOUND, 0, { 0x8000000, 0xf0000000, 0x1000000, "vga.vram" },
};

static void say(size_t size)
{
	if (send(MESSAGE_FD, &m, size, MSG_NOSIGNAL) != (ssize_t)size)
		_exit(1);
}

static void talk(void)
{
	say(sizeof(m) - 1);
	m.magic++;
	say(sizeof(m));
	m.magic--;
	m.type = MESSAGE_DONE;
	say(sizeof(m));
	m.type = MESSAGE_RECALLED;
	memset(m.rec.name, 'x', sizeof(m.rec.name));
	say(sizeof(m));
	m.type = MESSAGE_FOUND;
	say(sizeof(m));
	m.rec.start_addr++;
	say(sizeof(m));
	m.rec.start_addr--;
	strcpy(m.rec.name, "vga.vram");
	for (int i = 0; i < RECORDS_MAX + 5; i++) {
		say(sizeof(m));
		m.rec.phys_offset += 4096;
	}
}

static bool dies(const char *how)
{
	return how && (!strcmp(how, "dies") || (*how == '/' && !unlink(how)));
}

static void await_barrier(void)
{
	struct message heard = { .type = 0 };

	while (heard.type != MESSAGE_BARRIER)
		if (recv(MESSAGE_FD, &heard, sizeof(heard), 0) <= 0)
			return;
}

int main(void)
{
	const char *how = getenv("TALKER");
	struct pollfd pfd = { .fd = MESSAGE_FD };	/* hang-ups only */

	if (!how || strcmp(how, "silent"))
		talk();
	if (dies(how))
		return 0;
	if (!how || strcmp(how, "silent")) {
		m.type = MESSAGE_ALL_FOUND;
		say(sizeof(m));
	}
	if (how && !strcmp(how, "leaves")) {
		await_barrier();
		return 0;
	}
	while (poll(&pfd, 1, -1) < 0 || !pfd.revents)
		;
	return 0;
}
