/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which frames of a guest have pages, all over its address space.
 */
#ifndef XENPHYSMAP_CTL_SCAN_H
#define XENPHYSMAP_CTL_SCAN_H

#include "frames.h"
#include "space.h"

/**
 * struct scan - what was found
 * @extent: ascending; owned
 * @nr: of them
 */
struct scan {
	struct extent *extent;
	size_t nr;
};

/**
 * scan_guest() - Look for pages.
 * @scan: filled in; for scan_release(), whatever is returned
 * @frames: access
 * @guest: looked at
 * @ram_end: frame where RAM below 4 GiB ends
 * @end: frame where there is nothing any more
 *
 * Not all frames are asked about, but those of the places that records name;
 * elsewhere each 256 KiB, which is how QEMU aligns blocks; in RAM and above 4 GiB
 * each 2 MiB; and near both ends of the first 4 GiB, where firmware and Xen have
 * single pages, many more.  Where two of those differ the very frame is found.
 *
 * Return: 0 or -errno.
 */
int scan_guest(struct scan *scan, struct frames *frames, const struct guest *guest,
	       uint64_t ram_end, uint64_t end);

void scan_release(struct scan *scan);

#endif
