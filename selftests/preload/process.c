// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See process.h.  A process that is gone meanwhile has empty files and links.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

/* A publisher with something unsaid takes five seconds to give it up. */
#define PATIENCE_MS	15000

/* Below the reserved ones; tests that run at the same time have other pids. */
uint32_t process_domid(void)
{
	return 1 + getpid() % 0x7fef;
}

static bool is_publisher(pid_t pid, uint32_t domid)
{
	char wanted[64], line[64];
	int len = snprintf(wanted, sizeof(wanted), "xenphysmap-publisher%c%u", 0, domid) + 1;

	return process_file(pid, "cmdline", line, sizeof(line)) == (size_t)len &&
	       !memcmp(line, wanted, len);
}

pid_t process_publisher(uint32_t domid)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && is_publisher(pid, domid))
			found = found ? -1 : pid;
	}
	if (proc)
		closedir(proc);
	return found;
}

pid_t process_new_publisher(uint32_t domid)
{
	time_t end = time(NULL) + PATIENCE_MS / 1000;
	pid_t found;

	while (!(found = process_publisher(domid)) && time(NULL) < end)
		sched_yield();
	return found;
}

int process_open(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

bool process_ends(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	bool ended = poll(&pfd, 1, PATIENCE_MS) == 1 && pfd.revents & POLLIN;

	close(pidfd);
	return ended;
}

static void path_of(char path[PATH_MAX], pid_t pid, const char *name)
{
	snprintf(path, PATH_MAX, "/proc/%d/%s", pid, name);
}

size_t process_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	path_of(path, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n > 0 && len < size - 1) {
		n = read(fd, text + len, size - 1 - len);
		if (n > 0)
			len += n;
	}
	if (fd >= 0)
		close(fd);
	text[len] = '\0';
	return len;
}

void process_status(pid_t pid, const char *field, char *text, size_t size)
{
	char status[4096], line[64];
	const char *at;

	process_file(pid, "status", status, sizeof(status));
	snprintf(line, sizeof(line), "\n%s:", field);
	at = strstr(status, line);
	if (at)
		at += strlen(line);
	if (at)
		at += strspn(at, " \t");
	snprintf(text, size, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ? at : "");
}

void process_link(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	ssize_t n;

	path_of(path, pid, name);
	n = readlink(path, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
}

void process_fds(pid_t pid, char *text, size_t size)
{
	struct dirent **entry;
	char path[PATH_MAX];
	size_t len = 0;
	int nr;

	text[0] = '\0';
	path_of(path, pid, "fd");
	nr = scandir(path, &entry, NULL, versionsort);
	for (int i = 0; i < nr; i++) {
		if (entry[i]->d_name[0] != '.' && len < size)
			len += snprintf(text + len, size - len, "%s ", entry[i]->d_name);
		free(entry[i]);
	}
	if (nr >= 0)
		free(entry);
}
