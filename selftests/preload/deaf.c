// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A publisher that never reads: started like the real one, it leaves a process
 * behind that does nothing but end when the device model does.
 */
#include <poll.h>
#include <unistd.h>

#include "message.h"

int main(void)
{
	struct pollfd pfd = { .fd = MESSAGE_FD };	/* hang-ups only */
	pid_t pid = fork();

	if (pid)
		return pid < 0;
	while (poll(&pfd, 1, -1) < 0 || !pfd.revents)
		;
	return 0;
}
