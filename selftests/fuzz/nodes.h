/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as what somebody has left in xenstore: lines of a record's key, the
 * name of a node, and its value, which may be anything.
 */
#ifndef SELFTESTS_FUZZ_NODES_H
#define SELFTESTS_FUZZ_NODES_H

#include <stddef.h>
#include <stdint.h>

/* Puts them below @dir; what xenstored would not have taken is left out. */
void nodes_put(const char *dir, const uint8_t *data, size_t size);

#endif
