// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * /proc, pidfds, fork and exec.  A device model that is started here gets
 * nothing of this command's: no descriptor, no session, no limit.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.h"
#include "deadline.h"
#include "emulator.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd	438	/* Linux 5.6; the C library may be older */
#endif

/* More than Linux lets a command line and an environment be by default. */
#define TEXT_MAX	(8 << 20)

/* A file of a process, with a NUL behind it; the caller frees it. */
static char *read_proc(pid_t pid, const char *name, size_t *len)
{
	char path[64], *text = malloc(TEXT_MAX);
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*len = 0;
	while (text && fd >= 0 && *len < TEXT_MAX - 1 &&
	       (n = read(fd, text + *len, TEXT_MAX - 1 - *len)) > 0)
		*len += n;
	if (fd >= 0)
		close(fd);
	if (n) {
		free(text);
		return NULL;
	}
	text[*len] = '\0';
	return realloc(text, *len + 1);
}

/* Words of @text, each with a NUL behind it, which stay in there; takes it. */
static char **words(char *text, size_t len)
{
	size_t nr = 0, n = 0;
	char **list;

	for (size_t i = 0; i < len; i++)
		nr += !text[i];
	list = calloc(nr + 2, sizeof(*list));
	if (!list) {
		free(text);
		return NULL;
	}
	for (size_t i = 0; i < len; i += strlen(text + i) + 1)
		list[n++] = text + i;
	return list;
}

static char **proc_words(pid_t pid, const char *name)
{
	size_t len;
	char *text = read_proc(pid, name, &len);

	return text ? words(text, len) : NULL;
}

static int proc_open(pid_t pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, flags | O_CLOEXEC);
}

static int proc_link(pid_t pid, const char *name, char target[PATH_MAX])
{
	static const char deleted[] = " (deleted)";
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = readlink(path, target, PATH_MAX - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	n -= strlen(deleted);
	if (n > 0 && !strcmp(target + n, deleted))
		target[n] = '\0';
	return 0;
}

static void read_status(struct emulator *emu)
{
	char *text, *line;
	size_t len;

	emu->mask = 022;
	text = read_proc(emu->pid, "status", &len);
	line = text ? strstr(text, "\nUmask:") : NULL;
	if (line)
		emu->mask = strtoul(line + 7, NULL, 8);
	free(text);
	/* cgroup v2; with v1 the next one stays in ours */
	text = read_proc(emu->pid, "cgroup", &len);
	if (text && !strncmp(text, "0::/", 4) && strcspn(text, "\n") < PATH_MAX - 64)
		snprintf(emu->cgroup, sizeof(emu->cgroup), "/sys/fs/cgroup%.*s/cgroup.procs",
			 (int)strcspn(text + 3, "\n"), text + 3);
	free(text);
}

static bool serves(const struct emulator *emu, uint32_t domid)
{
	const char *value = emu->argv ? arguments_value(emu->argv, "xen-domid") : NULL;

	return value && strtoul(value, NULL, 10) == domid;
}

int emulator_find(struct emulator *emu, pid_t pid, uint32_t domid)
{
	memset(emu, 0, sizeof(*emu));
	emu->exe = emu->cwd = emu->log = -1;
	emu->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (emu->pidfd < 0)
		return -errno;
	emu->pid = pid;
	emu->argv = proc_words(pid, "cmdline");
	if (!serves(emu, domid))
		return -ESRCH;
	emu->envp = proc_words(pid, "environ");
	emu->exe = proc_open(pid, "exe", O_RDONLY);
	emu->cwd = proc_open(pid, "cwd", O_RDONLY | O_DIRECTORY);
	emu->log = proc_open(pid, "fd/2", O_WRONLY | O_APPEND);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		prlimit(pid, i, NULL, &emu->limit[i]);
	read_status(emu);
	if (!emu->envp || emu->exe < 0 || proc_link(pid, "exe", emu->path) ||
	    proc_link(pid, "fd/2", emu->log_path))
		return -errno;
	/* all of that was of one process, if that is still there */
	return syscall(SYS_pidfd_send_signal, emu->pidfd, 0, NULL, 0) ? -errno : 0;
}

static int put_words(struct journal *journal, const char *name, char *const *list)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int rc;

	for (; out && *list; list++)
		fwrite(*list, strlen(*list) + 1, 1, out);
	rc = out && !fclose(out) ? journal_put(journal, name, text, len) : -ENOMEM;
	free(text);
	return rc;
}

int emulator_put(const struct emulator *emu, struct journal *journal)
{
	int rc = put_words(journal, "arguments", emu->argv);

	if (!rc)
		rc = put_words(journal, "environment", emu->envp);
	if (!rc)
		rc = journal_put(journal, "program", emu->path, strlen(emu->path));
	if (!rc)
		rc = journal_put(journal, "log", emu->log_path, strlen(emu->log_path));
	if (!rc)
		rc = journal_put(journal, "limits", emu->limit, sizeof(emu->limit));
	return rc;
}

int emulator_get(struct emulator *emu, struct journal *journal)
{
	size_t argc, envc, path, log, limits;
	char *arguments = journal_get(journal, "arguments", &argc);
	char *environment = journal_get(journal, "environment", &envc);
	char *program = journal_get(journal, "program", &path);
	char *words_to = journal_get(journal, "log", &log);
	char *limit = journal_get(journal, "limits", &limits);

	if (!arguments || !environment || !program || !words_to || !limit ||
	    limits != sizeof(emu->limit) || path >= PATH_MAX || log >= PATH_MAX)
		return -EIO;
	memset(emu, 0, sizeof(*emu));
	emu->pidfd = emu->exe = emu->cwd = -1;
	emu->argv = words(arguments, argc);
	emu->envp = words(environment, envc);
	memcpy(emu->limit, limit, limits);
	strcpy(emu->path, program);
	strcpy(emu->log_path, words_to);
	emu->log = open(words_to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	emu->mask = 022;
	return emu->argv && emu->envp ? 0 : -ENOMEM;
}

int emulator_kill(struct emulator *emu, int64_t deadline)
{
	if (!emu->pid)
		return 0;
	syscall(SYS_pidfd_send_signal, emu->pidfd, SIGKILL, NULL, 0);
	if (deadline_await(emu->pidfd, POLLIN, deadline))
		return -ETIMEDOUT;
	/* nobody's child but perhaps ours */
	waitpid(emu->pid, NULL, WNOHANG);
	close(emu->pidfd);
	emu->pidfd = -1;
	emu->pid = 0;
	return 0;
}

static void join_cgroup(const char *path)
{
	int fd = *path ? open(path, O_WRONLY | O_CLOEXEC) : -1;

	/* where it can't be joined the device model runs in ours */
	if (fd >= 0 && write(fd, "0", 1) < 0)
		dprintf(STDERR_FILENO, "xenphysmap: can't join %s\n", path);
}

/* One by one: close_range() knows CLOSE_RANGE_CLOEXEC since Linux 5.11 only. */
static void close_all_on_exec(void)
{
	DIR *fds = opendir("/proc/self/fd");
	struct dirent *entry;

	while (fds && (entry = readdir(fds))) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	if (fds)
		closedir(fds);
}

/* In the child: everything as it was for the other one. */
static void run(const struct start *start)
{
	const struct emulator *like = start->like;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	setsid();
	dup2(null, STDIN_FILENO);
	dup2(like->log >= 0 ? like->log : null, STDOUT_FILENO);
	dup2(like->log >= 0 ? like->log : null, STDERR_FILENO);
	close_all_on_exec();
	for (unsigned int i = 0; i < start->nr_keep; i++)
		fcntl(start->keep[i], F_SETFD, 0);
	join_cgroup(like->cgroup);
	if (like->cwd < 0 || fchdir(like->cwd))
		dprintf(STDERR_FILENO, "xenphysmap: not in the old directory\n");
	umask(like->mask);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		setrlimit(i, &like->limit[i]);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (start->exe >= 0)
		fexecve(start->exe, start->argv, start->envp);
	else
		execve(start->path, start->argv, start->envp);
	dprintf(STDERR_FILENO, "xenphysmap: %s: %s\n", start->path, strerror(errno));
}

int emulator_start(struct emulator *emu, const struct start *start)
{
	pid_t pid = fork();

	if (!pid) {
		run(start);
		_exit(127);
	}
	emu->pid = pid < 0 ? 0 : pid;
	emu->pidfd = pid < 0 ? -1 : syscall(SYS_pidfd_open, pid, 0);
	return pid < 0 ? -errno : 0;
}

int emulator_has(const struct emulator *emu, int fd)
{
	return syscall(SYS_pidfd_getfd, emu->pidfd, fd, 0);
}

int emulator_tap(const struct emulator *emu, const char *ifname)
{
	char name[32], wanted[64], *info;
	size_t len;

	snprintf(wanted, sizeof(wanted), "iff:\t%.32s\n", ifname);
	for (rlim_t fd = 0; emu->pid && fd < emu->limit[RLIMIT_NOFILE].rlim_cur && fd < 65536;
	     fd++) {
		bool found;

		snprintf(name, sizeof(name), "fdinfo/%d", (int)fd);
		info = read_proc(emu->pid, name, &len);
		found = info && strstr(info, wanted);
		free(info);
		if (found)
			return emulator_has(emu, fd);
	}
	return -1;
}
