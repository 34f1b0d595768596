/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be found out about a device model before any guest depends on it.
 */
#ifndef XENPHYSMAP_CTL_PROBE_H
#define XENPHYSMAP_CTL_PROBE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct probe - a program to run to its end
 * @argv: the program's path, and its arguments, ended by NULL
 * @envp: its environment
 * @words: its standard error is wanted, too
 * @line: called for each line of its output, without the newline
 * @arg: passed to @line
 */
struct probe {
	char *const *argv;
	char *const *envp;
	bool words;
	void (*line)(const char *line, void *arg);
	void *arg;
};

/**
 * probe_run() - Run it and read what it writes.
 * @probe: the program
 * @deadline: of now_ms(); it is killed then
 *
 * Return: its exit status, 128 and the signal where one has ended it;
 * -ETIMEDOUT; or -errno where it can't be started.
 */
int probe_run(const struct probe *probe, int64_t deadline);

/**
 * probe_machine() - Does this program emulate that machine?
 * @path: the program
 * @envp: the environment that it would get
 * @machine: as QEMU calls it, without options
 * @deadline: of now_ms()
 *
 * Return: 0; -ENODEV: it doesn't know the machine; -ENOEXEC: it isn't QEMU, or
 * fails; -ETIMEDOUT; or -errno.
 */
int probe_machine(const char *path, char *const *envp, const char *machine, int64_t deadline);

#endif
