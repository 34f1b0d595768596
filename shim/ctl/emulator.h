/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device model as a process: how it was started, how to start another one in
 * its place.  Knows /proc; knows neither Xen nor the monitor.
 *
 * What is allocated here is for the life of a command that ends soon.
 */
#ifndef XENPHYSMAP_CTL_EMULATOR_H
#define XENPHYSMAP_CTL_EMULATOR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "journal.h"

/* Descriptors that are handed from one device model to the next. */
#define HANDED_MAX	64

/**
 * struct emulator - a process, or how to have one again
 * @pid: 0 where it isn't there any more
 * @pidfd: of it, or -1
 * @argv: ended by NULL
 * @envp: ended by NULL
 * @exe: its very program, even if the file has been replaced; or -1
 * @path: where the program was
 * @cwd: directory, or -1
 * @log: where it writes its words
 * @log_path: the name of that
 * @mask: umask
 * @limit: resource limits
 * @cgroup: cgroup.procs of its cgroup, or ""
 */
struct emulator {
	pid_t pid;
	int pidfd;
	char **argv;
	char **envp;
	int exe;
	char path[PATH_MAX];
	int cwd;
	int log;
	char log_path[PATH_MAX];
	mode_t mask;
	struct rlimit limit[RLIM_NLIMITS];
	char cgroup[PATH_MAX];
};

/**
 * emulator_find() - Learn all about a running device model.
 * @emu: filled in
 * @pid: the process
 * @domid: the guest that it must serve
 *
 * Return: 0; -ESRCH: no such process, or another program's; or -errno.
 */
int emulator_find(struct emulator *emu, pid_t pid, uint32_t domid);

/* Write it down, and read that again.  0 or -errno. */
int emulator_put(const struct emulator *emu, struct journal *journal);
int emulator_get(struct emulator *emu, struct journal *journal);

/**
 * emulator_kill() - End it without asking.
 * @emu: its @pid is 0 afterwards
 * @deadline: of now_ms()
 *
 * Return: 0 or -ETIMEDOUT.
 */
int emulator_kill(struct emulator *emu, int64_t deadline);

/**
 * struct start - how to start one
 * @like: limits, directory, log and so on are those of this one
 * @exe: the program, or -1
 * @path: the program where @exe is -1
 * @argv: its arguments
 * @envp: its environment
 * @keep: descriptors that it shall have under their numbers
 * @nr_keep: of them
 */
struct start {
	const struct emulator *like;
	int exe;
	const char *path;
	char **argv;
	char **envp;
	int keep[HANDED_MAX];
	unsigned int nr_keep;
};

/**
 * emulator_start() - Start another one.
 * @emu: its pid and pidfd are filled in
 * @start: how
 *
 * Return: 0 or -errno.  A program that can't be executed ends, with a line in
 * the log.
 */
int emulator_start(struct emulator *emu, const struct start *start);

/**
 * emulator_has() - Its descriptor of a number, as one of ours.
 * @emu: alive
 * @fd: the number
 *
 * Return: a descriptor, owned by the caller, or -1 with errno.
 */
int emulator_has(const struct emulator *emu, int fd);

/**
 * emulator_tap() - Its descriptor of a network interface, as one of ours.
 * @emu: alive
 * @ifname: of a tap device
 *
 * Return: a descriptor, owned by the caller, or -1.
 */
int emulator_tap(const struct emulator *emu, const char *ifname);

#endif
