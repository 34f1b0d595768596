// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * json-c, as far as answers need it.
 */
#include <stdio.h>

#include "gfn.h"
#include "answer.h"

void answer_number(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

void answer_count(struct json_object *to, const char *key, uint64_t value)
{
	if (value == UINT64_MAX)
		json_object_object_add(to, key, NULL);
	else
		answer_number(to, key, value);
}

void answer_frame(struct json_object *to, const char *key, uint64_t gfn)
{
	if (gfn == GFN_NONE)
		json_object_object_add(to, key, NULL);
	else
		answer_number(to, key, gfn << PAGE_SHIFT);
}

void answer_bool(struct json_object *to, const char *key, bool value)
{
	json_object_object_add(to, key, json_object_new_boolean(value));
}

void answer_string(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, value ? json_object_new_string(value) : NULL);
}

void answer_print(struct json_object *what)
{
	puts(json_object_to_json_string_ext(what, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(what);
}
