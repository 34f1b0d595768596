/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a restore of a saved guest would come to.  Pure: the rules of QEMU's
 * restore, and those of the shim's (shim/restore.c, shim/rescue.c), applied to
 * frames in a file instead of a domain.
 */
#ifndef XENPHYSMAP_CTL_VERDICT_H
#define XENPHYSMAP_CTL_VERDICT_H

#include "display.h"
#include "stream.h"

/* Places that are told apart and shown. */
#define CANDIDATES_MAX	8

/**
 * enum fate - what becomes of video RAM
 * @FATE_RIGHT: it is where the device has it
 * @FATE_BY_RECORD: elsewhere; a record says where, it is brought
 * @FATE_BY_SEARCH: elsewhere; found, and brought
 * @FATE_SPLIT: the guest comes up, and it and QEMU have two memories
 * @FATE_LOST: QEMU aborts
 */
enum fate {
	FATE_RIGHT,
	FATE_BY_RECORD,
	FATE_BY_SEARCH,
	FATE_SPLIT,
	FATE_LOST,
};

/**
 * struct verdict - all that can be said
 * @home: first frame of its home; GFN_NONE where it isn't known
 * @nr: its frames
 * @record: its record, or NULL
 * @stock: its fate under QEMU alone
 * @shim: its fate under the shim
 * @candidate: first frames of where it may be
 * @candidates: how many there are, may be more than fit
 */
struct verdict {
	uint64_t home;
	uint64_t nr;
	const struct record *record;
	enum fate stock;
	enum fate shim;
	uint64_t candidate[CANDIDATES_MAX];
	unsigned int candidates;
};

/**
 * verdict_reach() - Judge.
 * @verdict: filled in
 * @saved: the guest
 * @display: its card
 * @ram: what QEMU takes for the end of its RAM, in bytes; 0 if unknown
 * @video: bytes of video RAM as configured; 0 if unknown
 *
 * Return: 0, or -ENODATA: the size of video RAM isn't known.
 */
int verdict_reach(struct verdict *verdict, const struct saved *saved,
		  const struct display *display, uint64_t ram, uint64_t video);

#endif
