/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's frames, asked about and never changed.
 */
#ifndef XENPHYSMAP_CTL_FRAMES_H
#define XENPHYSMAP_CTL_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/* first: those of the next ones count on it */
#include <xenctrl.h>

#include <xencall.h>

#include <xenforeignmemory.h>

/**
 * struct frames - access to a domain's p2m
 * @domid: the domain
 * @xcall: ours
 * @fmem: ours
 * @arg: memory for the argument of a hypercall
 */
struct frames {
	uint32_t domid;
	xencall_handle *xcall;
	xenforeignmemory_handle *fmem;
	void *arg;
};

/**
 * frames_open() - Get access.
 * @frames: filled in; for frames_close(), whatever is returned
 * @domid: an HVM domain
 *
 * Return: 0 or -errno.
 */
int frames_open(struct frames *frames, uint32_t domid);

void frames_close(struct frames *frames);

/**
 * frames_has() - Is there a page in a frame?
 * @frames: access
 * @gfn: the frame
 *
 * Nothing is mapped, and a page that is populated on demand or paged out counts
 * and stays as it is.
 *
 * Return: 1, 0, or what Xen said: -ESRCH, -EPERM.
 */
int frames_has(struct frames *frames, uint64_t gfn);

/**
 * frames_count() - How many of these frames have a page?
 * @frames: access
 * @gfn: the first
 * @nr: how many
 *
 * Return: the number, or as frames_has().
 */
int64_t frames_count(struct frames *frames, uint64_t gfn, uint64_t nr);

/**
 * frames_read() - Read from a page of the guest's.
 * @frames: access
 * @gfn: the frame
 * @data: receives its first bytes
 * @len: how many, a page at the most
 *
 * Return: 0 or -errno.
 */
int frames_read(struct frames *frames, uint64_t gfn, void *data, size_t len);

#endif
