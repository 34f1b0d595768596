/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A saved guest, as xl and libxl write it: what of it says where video RAM is.
 * Reads forwards only, from files and pipes alike, and believes nothing.
 */
#ifndef XENPHYSMAP_CTL_STREAM_H
#define XENPHYSMAP_CTL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "record.h"

/* Frames below 4 GiB: where a BAR can be that a guest moves. */
#define STREAM_FRAMES	(1U << 20)

/* More records than a device model has blocks; the rest is ignored. */
#define STREAM_RECORDS	64

/**
 * struct saved - what was found
 * @config: libxl's configuration of the guest, JSON; NULL where there is none
 * @populated: a bit for each frame below 4 GiB that has a page
 * @rec: the device model's records, those that can be true
 * @nr: of them
 * @state: the device model's state; NULL where there is none
 * @state_len: bytes of it
 * @why: what is wrong, where reading it failed
 */
struct saved {
	char *config;
	uint8_t *populated;
	struct record rec[STREAM_RECORDS];
	unsigned int nr;
	uint8_t *state;
	size_t state_len;
	char why[128];
};

/**
 * stream_read() - Read a save.
 * @saved: filled in; to be released whatever is returned
 * @in: where it begins
 *
 * Return: 0; -EPROTO: it isn't one, or is damaged; -ENODATA: it ends too soon;
 * -ENOMEM.  @why says more.
 */
int stream_read(struct saved *saved, FILE *in);

void stream_release(struct saved *saved);

/* Does the guest have a page there?  False from 4 GiB on. */
bool stream_has(const struct saved *saved, uint64_t gfn);

#endif
