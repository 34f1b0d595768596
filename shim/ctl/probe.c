// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ask a QEMU for its list of machines.  It tells without touching a domain,
 * and one that crashes or hangs at this shows it here, for free.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "say.h"

/* QEMU 7.2 lists some 6 KiB. */
#define OUTPUT_MAX	65536

static int spawn(const char *path, char *const *envp, int out, pid_t *pid)
{
	char option[] = "-machine", help[] = "help";
	char *argv[] = { (char *)path, option, help, NULL };
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	rc = posix_spawn(pid, path, &actions, NULL, argv, (char **)envp);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

static int read_all(int fd, char text[OUTPUT_MAX], int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	for (;;) {
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (poll(&pfd, 1, left > 0 ? (int)left : 0) <= 0)
			return -ETIMEDOUT;
		n = read(fd, text + len, OUTPUT_MAX - 1 - len);
		if (n < 0)
			return -errno;
		if (!n || len + n == OUTPUT_MAX - 1)
			break;
		len += n;
	}
	text[len] = '\0';
	return 0;
}

static bool lists(const char *text, const char *machine)
{
	size_t len = strlen(machine);

	while (text) {
		if (!strncmp(text, machine, len) && text[len] == ' ')
			return true;
		text = strchr(text, '\n');
		text += !!text;
	}
	return false;
}

int probe_machine(const char *path, char *const *envp, const char *machine, int64_t deadline)
{
	char text[OUTPUT_MAX];
	int fds[2], status, rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	rc = spawn(path, envp, fds[1], &pid);
	close(fds[1]);
	if (!rc) {
		rc = read_all(fds[0], text, deadline);
		if (rc)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!rc && status)
			rc = -ENOEXEC;
	}
	close(fds[0]);
	if (!rc && !lists(text, machine))
		rc = -ENODEV;
	return rc;
}
