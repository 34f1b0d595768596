/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel lets a device model in a stubdom do.  Since XSA-482 a Linux
 * domU's privcmd is restricted, unless it is told not to be: no hypercalls, but
 * dm_ops and foreign maps for the domain's target.  libxendevicemodel asks for a
 * dm_op in a way that isn't allowed then (of no domain at all), takes the answer
 * to mean that there are none, and falls back to hypercalls.  So all it does is
 * EPERM, and what is allowed has to be asked for here.
 */
#ifndef XENPHYSMAP_SHIM_PRIVCMD_H
#define XENPHYSMAP_SHIM_PRIVCMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum privcmd_state - how this process stands with privcmd
 * @PRIVCMD_UNKNOWN: not asked yet
 * @PRIVCMD_OTHER: it isn't restricted, or can't be opened: nothing to be done
 * @PRIVCMD_TARGET: restricted, and the guest is the target
 * @PRIVCMD_NOTHING: restricted, and the guest isn't the target
 */
enum privcmd_state {
	PRIVCMD_UNKNOWN,
	PRIVCMD_OTHER,
	PRIVCMD_TARGET,
	PRIVCMD_NOTHING,
};

/**
 * struct privcmd - access to one guest; zeroes to begin with
 * @state: what was found
 * @fd: open where @state is PRIVCMD_TARGET
 */
struct privcmd {
	enum privcmd_state state;
	int fd;
};

/**
 * privcmd_probe() - Find out, once, what is allowed.
 * @p: the access
 * @domid: the guest
 *
 * Logs what is missing and how to get it, where something is.
 *
 * Return: the state, which isn't PRIVCMD_UNKNOWN.
 */
enum privcmd_state privcmd_probe(struct privcmd *p, uint32_t domid);

/**
 * privcmd_dm_op() - Make a dm_op.
 * @p: the access, PRIVCMD_TARGET
 * @domid: the guest
 * @op: a struct xen_dm_op
 * @op_size: its size in bytes
 * @data: a second buffer, or NULL
 * @data_size: its size in bytes, at most a page
 *
 * Return: 0 or -errno.
 */
int privcmd_dm_op(const struct privcmd *p, uint32_t domid, void *op, size_t op_size, void *data,
		  size_t data_size);

/**
 * privcmd_close() - Release what privcmd_probe() has opened.
 * @p: the access
 */
void privcmd_close(struct privcmd *p);

#endif
