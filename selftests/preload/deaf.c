// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A publisher that never reads: it does nothing but end when the device model does.
 */
#include <poll.h>

#include "message.h"

int main(void)
{
	struct pollfd pfd = { .fd = MESSAGE_FD };	/* hang-ups only */

	while (poll(&pfd, 1, -1) < 0 || !pfd.revents)
		;
	return 0;
}
