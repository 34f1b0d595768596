/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which frames any block has ever had to do with: its home, its places, the
 * addresses of its BAR.  A device model makes thousands of calls about other
 * frames; this tells them apart without the lock, without an allocation, and
 * in the same time whatever the number of blocks.  Pure.
 *
 * May take a frame for known that isn't, never the other way round: a call
 * that goes the long way for nothing is still answered right.
 */
#ifndef XENPHYSMAP_SHIM_KNOWN_H
#define XENPHYSMAP_SHIM_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

/* One bit for QEMU's own granularity of homes; they repeat every 16 GiB. */
#define KNOWN_SHIFT	6
#define KNOWN_BITS	65536
#define KNOWN_WORD	64

/**
 * struct known - a set of frames that only grows
 * @word: bits, read and written atomically; who adds must have the lock
 */
struct known {
	uint64_t word[KNOWN_BITS / KNOWN_WORD];
};

/**
 * known_add() - From now on these frames are known.
 * @known: the set
 * @gfn: first frame
 * @nr: frames; the range may not wrap
 */
void known_add(struct known *known, uint64_t gfn, uint64_t nr);

/**
 * known_any() - May any of these frames be known?
 * @known: the set
 * @gfn: first frame
 * @nr: frames; a range that wraps may be
 *
 * Needs no lock: sees whatever was added before the caller could know of it.
 *
 * Return: false only if none is.
 */
bool known_any(const struct known *known, uint64_t gfn, uint64_t nr);

#endif
