// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap-publisher DOMID: writes the records of one domain for a device
 * model that tells it over file descriptor 3, and ends when that closes.
 *
 * This file makes a process of that which has nothing of the device model's and
 * as little as can be of root's.  What it does then is in serve.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "log.h"
#include "message.h"
#include "records.h"
#include "serve.h"

#ifndef SYS_close_range
#define SYS_close_range	436	/* Linux 5.9; the C library may be older */
#endif

/* Not our device model's files, terminal or process group. */
static void leave_parent(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (syscall(SYS_close_range, MESSAGE_FD + 1, UINT_MAX, 0))
		for (int fd = sysconf(_SC_OPEN_MAX) - 1; fd > MESSAGE_FD; fd--)
			close(fd);
	setsid();
	if (chdir("/")) {
		/* nothing here is named relative to it */
	}
}

static int usage(void)
{
	fputs("xenphysmap-publisher is started by the shim, not by hand\n", stderr);
	return 2;
}

/* All that it will ever have to say fits, so that it need not wait to be heard. */
static void make_room(void)
{
	int size = RECORDS_MAX * 2 * 1024;

	if (setsockopt(MESSAGE_FD, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(MESSAGE_FD, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void complain(const char *what, int rc)
{
	if (rc)
		log_warn("the publisher keeps %s: %s", what, strerror(-rc));
}

/*
 * Its own name for xenstored's directory is / from now on: root has a right to
 * connect to any socket that it can name, and there are others than this.
 */
static int enter_directory_of(const char *socket)
{
	char path[PATH_MAX], *slash;

	if (snprintf(path, sizeof(path), "%s", socket) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	*slash = '\0';
	if (chroot(path) || chdir("/"))
		/* who isn't root has nothing to lose */
		return errno == EPERM ? 0 : -errno;
	*slash = '/';
	return setenv("XENSTORED_PATH", slash, 1) ? -errno : 0;
}

static int publish(unsigned int domid)
{
	const char *socket = store_socket();
	struct records *store;
	struct server *server;
	int rc;

	if (store_open(domid, &store))
		return 1;
	store_heed_toolstack(store);
	if (socket)
		complain("the file system", enter_directory_of(socket));
	/* each thread has its own: before there is another one */
	complain("its privileges", confine_privileges());
	server = server_new(MESSAGE_FD, store);
	if (!server) {
		log_error("the publisher can't start: %s", strerror(errno));
		return 1;
	}
	complain("its system calls", confine_calls(!socket));
	rc = serve(server);
	if (!rc)
		store->close(store);
	return rc != 0;
}

/*
 * Who is told something wakes up, and the scheduler would have it go first: on
 * a dom0 with one processor the device model would wait for all of xenstored's
 * answers after all.
 */
static void stand_back(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none)) {
		/* it works all the same */
	}
}

int main(int argc, char **argv)
{
	unsigned long domid;
	char *end;

	if (argc != 2 || fcntl(MESSAGE_FD, F_GETFD) < 0)
		return usage();
	errno = 0;
	domid = strtoul(argv[1], &end, 10);
	if (errno || *end || argv[1][0] < '0' || argv[1][0] > '9' || domid >= 0x7ff0)
		return usage();
	leave_parent();
	stand_back();
	make_room();
	log_set_prefix(domid);
	return publish(domid);
}
