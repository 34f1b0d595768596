/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records of a domain as libxl reads them from xenstore when it saves, and
 * puts them back when it restores.
 */
#ifndef SELFTESTS_MODEL_RECORDS_OF_H
#define SELFTESTS_MODEL_RECORDS_OF_H

#include <stdint.h>

#include "record.h"

#define RECORDS_OF_MAX	64

/* Where the device model runs: 0, or its stubdomain. */
extern uint32_t records_home;

/*
 * How many there are.  Those that lack a node, for which libxl would fail the
 * whole save, or are malformed, are only counted.
 */
unsigned int records_of(uint32_t domid, struct record *recs, unsigned int *incomplete);

/* What libxl does with them across a save and a restore. */
void records_carry(uint32_t from, uint32_t to);

/* Some client's write; a NULL value is no node. */
void records_put(uint32_t domid, const char *key, const char *start, const char *size,
		 const char *name);

#endif
