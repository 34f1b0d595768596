/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The invariants of the shim, checked over every frame, every record and every
 * pin of the guest.  Called after each step of a test; whatever is wrong is a
 * failure of that test, with a line that says what and where.
 */
#ifndef SELFTESTS_MODEL_WALK_H
#define SELFTESTS_MODEL_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* What may be other than it should, because the test broke something. */
#define WALK_LOST	1	/* pages that Xen lost, and the shim logged it */
#define WALK_RECORDS	2	/* records that xenstore didn't take yet */
#define WALK_PINS	4	/* pins that Xen didn't set or delete */

/* Forget all pages.  What is in a frame now is the guest's and stays there. */
void walk_start(void);

/* These frames are a block's home: its pages may go. */
void walk_add(uint64_t home, uint64_t nr);
void walk_add_at(uint64_t home, uint64_t place, uint64_t nr);	/* where they are by now */

/* Is everything right?  Says what isn't. */
bool walk(unsigned int tolerated);

/* Where are a block's pages?  FAKEXEN_NOWHERE unless they are in one piece. */
uint64_t walk_place(uint64_t home);

/* The record of a block names this place, or none where GFN_NONE. */
bool walk_record_is(uint32_t domid, uint64_t home, uint64_t place, uint64_t nr,
		    const char *name);

#endif
