// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * query-pci is an interface; gpa2hva and xp are words for humans, which QEMU has
 * had since 2.10 and for ever.  What isn't understood of them isn't known, and
 * is never taken for a difference.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "gfn.h"

/* Base class of a PCI device: a display controller. */
#define CLASS_DISPLAY	3

static int64_t number(struct json_object *of, const char *key, int64_t otherwise)
{
	struct json_object *member;

	if (!json_object_object_get_ex(of, key, &member) ||
	    !json_object_is_type(member, json_type_int))
		return otherwise;
	return json_object_get_int64(member);
}

/* An element of an array that is a member, or NULL. */
static struct json_object *element(struct json_object *of, const char *key, size_t i)
{
	struct json_object *list;

	if (!json_object_object_get_ex(of, key, &list) ||
	    !json_object_is_type(list, json_type_array) || i >= json_object_array_length(list))
		return NULL;
	return json_object_array_get_idx(list, i);
}

/* Its first BAR; QEMU says -1 where that doesn't answer. */
static int take_card(struct json_object *device, struct card *card)
{
	struct json_object *info, *region;
	int64_t address, size;

	if (!json_object_object_get_ex(device, "class_info", &info) ||
	    number(info, "class", 0) >> 8 != CLASS_DISPLAY)
		return 0;
	for (size_t i = 0; (region = element(device, "regions", i)); i++) {
		if (number(region, "bar", -1) || strcmp(qmp_string(region, "type"), "memory"))
			continue;
		address = number(region, "address", -1);
		size = number(region, "size", 0);
		card->bar = address > 0 ? (uint64_t)address >> PAGE_SHIFT : GFN_NONE;
		card->nr = size > 0 ? (uint64_t)size >> PAGE_SHIFT : 0;
		snprintf(card->model, sizeof(card->model), "%s", qmp_string(info, "desc"));
		return card->nr > 0;
	}
	return 0;
}

int card_parse(struct json_object *answer, struct card cards[CARDS_MAX])
{
	struct json_object *device;
	int found = 0;

	if (!json_object_is_type(answer, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(answer); i++) {
		struct json_object *bus = json_object_array_get_idx(answer, i);

		for (size_t j = 0; (device = element(bus, "devices", j)); j++)
			if (found < CARDS_MAX)
				found += take_card(device, &cards[found]);
	}
	return found;
}

int card_find(struct qmp *qmp, struct card cards[CARDS_MAX], int64_t deadline)
{
	struct json_object *answer;
	int rc = qmp_call(qmp, "query-pci", NULL, -1, &answer, deadline);

	if (rc)
		return rc;
	rc = card_parse(answer, cards);
	json_object_put(answer);
	return rc;
}

/* The words of the monitor for humans, owned by the caller. */
static int ask(struct qmp *qmp, const char *command, struct json_object **answer,
	       int64_t deadline)
{
	struct json_object *arguments = json_object_new_object();
	int rc;

	json_object_object_add(arguments, "command-line", json_object_new_string(command));
	rc = qmp_call(qmp, "human-monitor-command", arguments, -1, answer, deadline);
	if (!rc && !json_object_is_type(*answer, json_type_string)) {
		json_object_put(*answer);
		rc = -EPROTO;
	}
	return rc;
}

int card_memory(struct qmp *qmp, uint64_t gfn, uint64_t *address, int64_t deadline)
{
	struct json_object *answer;
	const char *is;
	char command[48];
	int rc;

	snprintf(command, sizeof(command), "gpa2hva 0x%" PRIx64, gfn << PAGE_SHIFT);
	rc = ask(qmp, command, &answer, deadline);
	if (rc)
		return rc;
	is = strstr(json_object_get_string(answer), ") is 0x");
	if (is)
		*address = strtoull(is + strlen(") is "), NULL, 16);
	else
		rc = -ENXIO;
	json_object_put(answer);
	return rc;
}

int card_parse_words(const char *text, uint32_t words[CARD_WORDS])
{
	unsigned int n = 0;

	while (*text && n < CARD_WORDS) {
		const char *end = text + strcspn(text, "\r\n"), *at = memchr(text, ':', end - text);

		for (at = at ? at + 1 : end; at < end && n < CARD_WORDS;) {
			char *next;

			words[n] = strtoul(at, &next, 16);
			if (next == at)
				break;
			n++;
			at = next;
		}
		text = end + strspn(end, "\r\n");
	}
	return n == CARD_WORDS ? 0 : -EPROTO;
}

int card_read(struct qmp *qmp, uint64_t gfn, uint32_t words[CARD_WORDS], int64_t deadline)
{
	struct json_object *answer;
	char command[48];
	int rc;

	snprintf(command, sizeof(command), "xp /%uxw 0x%" PRIx64, CARD_WORDS, gfn << PAGE_SHIFT);
	rc = ask(qmp, command, &answer, deadline);
	if (rc)
		return rc;
	rc = card_parse_words(json_object_get_string(answer), words);
	json_object_put(answer);
	return rc;
}
