/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first IDE disk, by programmed I/O at the legacy ports: the simplest
 * device there is whose every access goes through the device model.  Sectors
 * are marked with a salt and their own number, so that a sector that is stale,
 * lost or elsewhere is known as such.
 */
#ifndef GUEST_DISK_H
#define GUEST_DISK_H

#include <stdbool.h>
#include <stdint.h>

/* One sector; false: the disk doesn't answer, or says that it failed. */
bool disk_mark(uint32_t sector, uint32_t salt);

/* Is the sector as it was marked?  False also where it can't be read. */
bool disk_marked(uint32_t sector, uint32_t salt);

/*
 * In the background: marks a sector, reads it, goes on to the next; @sectors
 * of them, round and round, until it is stopped or finds something wrong.
 */
void disk_work(uint32_t first, uint32_t sectors, uint32_t salt);
bool disk_working(void);
void disk_step(void);
/* How many sectors were marked and read since it was started; ends it. */
uint32_t disk_stop(void);
/* Has it found something wrong? */
bool disk_failed(void);

#endif
