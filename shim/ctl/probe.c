// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Programs that are asked about themselves.  QEMU tells its machines without
 * touching a domain, and one that crashes or hangs at this shows it here, for
 * free.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
#include "probe.h"

/* What is longer is cut into several. */
#define LINE_MAX_SIZE	4096

static int spawn(const struct probe *probe, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (probe->words)
		posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	rc = posix_spawn(pid, probe->argv[0], &actions, NULL, (char **)probe->argv,
			 (char **)probe->envp);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Hand out the whole lines of a buffer; the rest moves to its beginning. */
static size_t hand_out(const struct probe *probe, char *text, size_t len, bool all)
{
	char *line = text, *end;

	text[len] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		probe->line(line, probe->arg);
		line = end + 1;
	}
	len -= line - text;
	if (len && (all || len == LINE_MAX_SIZE - 1)) {
		probe->line(line, probe->arg);
		len = 0;
	}
	memmove(text, line, len);
	return len;
}

static int read_lines(const struct probe *probe, int fd, int64_t deadline)
{
	char text[LINE_MAX_SIZE];
	size_t len = 0;

	for (;;) {
		ssize_t n;

		if (deadline_await(fd, POLLIN, deadline))
			return -ETIMEDOUT;
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n < 0)
			return -errno;
		len = hand_out(probe, text, len + n, !n);
		if (!n)
			return 0;
	}
}

int probe_run(const struct probe *probe, int64_t deadline)
{
	int fds[2], status = 0, rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	rc = spawn(probe, fds[1], &pid);
	close(fds[1]);
	if (!rc) {
		rc = read_lines(probe, fds[0], deadline);
		if (rc)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!rc)
			rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	close(fds[0]);
	return rc;
}

struct machine {
	const char *name;
	bool found;
};

static void look_for_machine(const char *line, void *arg)
{
	struct machine *machine = arg;
	size_t len = strlen(machine->name);

	if (!strncmp(line, machine->name, len) && line[len] == ' ')
		machine->found = true;
}

int probe_machine(const char *path, char *const *envp, const char *machine, int64_t deadline)
{
	char option[] = "-machine", help[] = "help";
	char *argv[] = { (char *)path, option, help, NULL };
	struct machine wanted = { .name = machine };
	const struct probe probe = {
		.argv = argv, .envp = envp, .line = look_for_machine, .arg = &wanted,
	};
	int rc = probe_run(&probe, deadline);

	if (rc > 0)
		return -ENOEXEC;
	return rc || wanted.found ? rc : -ENODEV;
}
