/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is mapped where in this process, as the kernel sees it.  A device model
 * maps and unmaps without libxen: who has to know whether a mapping is still
 * there can only ask.  Maps nothing itself; knows no Xen.
 */
#ifndef XENPHYSMAP_SHIM_AREA_H
#define XENPHYSMAP_SHIM_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Long enough for a device; what has a longer name isn't described. */
#define AREA_REST_MAX	128

/**
 * struct area - one mapping
 * @start: first address
 * @end: the address after it
 * @rest: rights, offset, device, inode and name, as in /proc/self/maps
 */
struct area {
	uintptr_t start;
	uintptr_t end;
	char rest[AREA_REST_MAX];
};

/**
 * area_describe() - Describe the mapping of a range of addresses.
 * @addr: first address
 * @bytes: how many
 * @area: filled, if there is one
 *
 * Return: false where this isn't exactly one mapping, neither a part of one nor
 * of several; or where the kernel can't be asked, as in a chroot.
 */
bool area_describe(const void *addr, size_t bytes, struct area *area);

/**
 * area_unchanged() - Is it still mapped, whole, and with the same rights?
 * @area: of area_describe()
 *
 * Foreign pages (VM_PFNMAP) are never merged with what is beside them, so that
 * any munmap(), mmap() or mprotect() of a page of them changes their line.  All
 * but one: as much of the same open file in exactly the same place.
 */
bool area_unchanged(const struct area *area);

#endif
