/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers for programs: JSON by json-c.  Addresses and sizes are bytes, as
 * numbers; what isn't known is null.
 */
#ifndef XENPHYSMAP_CTL_ANSWER_H
#define XENPHYSMAP_CTL_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/*
 * Members of an object; each overwrites one of the same key.  GFN_NONE, a count of
 * UINT64_MAX and a string that is NULL are null.
 */
void answer_number(struct json_object *to, const char *key, uint64_t value);
void answer_frame(struct json_object *to, const char *key, uint64_t gfn);
void answer_count(struct json_object *to, const char *key, uint64_t value);
void answer_bool(struct json_object *to, const char *key, bool value);
void answer_string(struct json_object *to, const char *key, const char *value);

/**
 * answer_print() - Write it to standard output.
 * @what: a document, consumed
 */
void answer_print(struct json_object *what);

#endif
