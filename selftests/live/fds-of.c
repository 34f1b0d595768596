// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fds-of PID COMMAND: run Xen's depriv-fd-checker over the descriptors of a
 * device model that are Xen's, each of which is shared with it for that.  The
 * others are listed: nothing is known of what they are good for.
 */
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd	438	/* Linux 5.6; the C library may be older */
#endif

#define MOST	256

static char *args[3 * MOST + 2];
static int nr_args = 1;

static const char *class_of(const char *target)
{
	static const char *const classes[][2] = {
		{ "/dev/xen/privcmd", "privcmd" },
		{ "/dev/xen/gntdev", "gntdev" },
		{ "/dev/xen/evtchn", "evtchn" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (!strcmp(target, classes[i][0]))
			return classes[i][1];
	return NULL;
}

static void take(int pidfd, int fd, const char *target)
{
	const char *class = class_of(target);
	char number[16];
	int mine;

	if (!class) {
		printf("other %d %s\n", fd, target);
		return;
	}
	mine = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (mine < 0 || dup2(mine, 100 + mine) < 0)
		err(1, "descriptor %d", fd);
	snprintf(number, sizeof(number), "%d", 100 + mine);
	args[nr_args++] = strdup(class);
	args[nr_args++] = strdup(number);
	args[nr_args++] = strdup(target);
}

int main(int argc, char **argv)
{
	char path[64], target[256];
	struct dirent *entry;
	int pidfd;
	DIR *dir;

	if (argc != 3)
		errx(2, "usage: fds-of PID COMMAND");
	pidfd = syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	snprintf(path, sizeof(path), "/proc/%d/fd", atoi(argv[1]));
	dir = opendir(path);
	if (pidfd < 0 || !dir)
		err(1, "process %s", argv[1]);
	while ((entry = readdir(dir)) && nr_args < 3 * MOST) {
		ssize_t n;

		if (entry->d_name[0] == '.')
			continue;
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		take(pidfd, atoi(entry->d_name), target);
	}
	fflush(stdout);
	args[0] = argv[2];
	execvp(args[0], args);
	err(1, "%s", argv[2]);
}
