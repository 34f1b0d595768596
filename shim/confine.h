/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the publisher gives up before it listens to a device model.
 */
#ifndef XENPHYSMAP_SHIM_CONFINE_H
#define XENPHYSMAP_SHIM_CONFINE_H

#include <stdbool.h>

/**
 * confine_privileges() - Give up all capabilities, and the way to new ones.
 *
 * For this thread and those that it will start.
 *
 * Return: 0 or -errno; the process is confined no less for that.
 */
int confine_privileges(void);

/**
 * confine_calls() - Give up system calls, in all threads.
 * @by_device: xenstored is reached through a device, which has to be opened
 *
 * What is left is to talk over open descriptors and to connect to a local
 * socket again.  Other system calls fail with EPERM.  After
 * confine_privileges(), which lets everybody do this.
 *
 * Return: 0 or -errno.
 */
int confine_calls(bool by_device);

#endif
