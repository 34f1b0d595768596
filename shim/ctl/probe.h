/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be found out about a device model before any guest depends on it.
 */
#ifndef XENPHYSMAP_CTL_PROBE_H
#define XENPHYSMAP_CTL_PROBE_H

#include <stdint.h>

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
