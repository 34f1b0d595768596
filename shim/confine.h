/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the publisher gives up before it listens to a device model.
 */
#ifndef XENPHYSMAP_SHIM_CONFINE_H
#define XENPHYSMAP_SHIM_CONFINE_H

#include <stdbool.h>

/**
 * confine() - Give up all capabilities, new privileges, and system calls.
 * @by_device: xenstored is reached through a device, which has to be opened
 *
 * What is left is to talk over open descriptors and to connect to a local
 * socket again.  Other system calls fail with EPERM.
 *
 * Return: 0 or -errno; the process is confined no less for that.
 */
int confine(bool by_device);

#endif
