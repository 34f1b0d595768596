// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <poll.h>

#include "deadline.h"

int deadline_await(int fd, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int rc;

	do {
		int64_t left = deadline - now_ms();

		rc = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return -errno;
	return rc ? 0 : -ETIMEDOUT;
}
