// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap inspect: would this save restore, with the shim and without?
 * Needs neither Xen nor root.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "answer.h"
#include "ctl.h"
#include "gfn.h"
#include "options.h"
#include "say.h"
#include "verdict.h"

/* Exit statuses of its own. */
enum {
	EXIT_RESCUED = 3,	/* not right under stock QEMU, right under the shim */
	EXIT_NOT_RESCUED = 4,	/* not right under either */
};

/* RAM that QEMU has below 4 GiB (HVM_BELOW_4G_RAM_END of Xen); the rest is above. */
#define RAM_BELOW_4G	0xf0000000ULL

static uint64_t kib(struct json_object *info, const char *key)
{
	struct json_object *member;
	int64_t value = 0;

	if (json_object_object_get_ex(info, key, &member))
		value = json_object_get_int64(member);
	return value > 0 && value < INT64_MAX >> 10 ? (uint64_t)value << 10 : 0;
}

/* What libxl told QEMU of memory, from what it was told itself. */
static void read_config(const char *text, uint64_t *ram, uint64_t *video)
{
	struct json_object *config = text ? json_tokener_parse(text) : NULL, *info;

	*ram = *video = 0;
	if (json_object_object_get_ex(config, "b_info", &info)) {
		uint64_t max = kib(info, "max_memkb");

		*video = kib(info, "video_memkb");
		if (max > *video)
			*ram = max - *video;
		if (*ram > RAM_BELOW_4G)
			*ram += (UINT64_C(1) << 32) - RAM_BELOW_4G;
	}
	json_object_put(config);
}

static const struct {
	const char *key, *words;
} fates[] = {
	[FATE_RIGHT] = { "restored", "restores it" },
	[FATE_BY_RECORD] = { "restored by its record",
			     "restores it; video RAM is elsewhere, a record says where" },
	[FATE_BY_SEARCH] = { "restored by a search",
			     "restores it; video RAM is elsewhere, and was found" },
	[FATE_SPLIT] = { "damaged", "DAMAGES it: guest and QEMU have a video RAM each" },
	[FATE_LOST] = { "lost", "LOSES it: QEMU aborts" },
};

static void show(const struct verdict *v, const struct display *display)
{
	printf("video RAM:  %" PRIu64 " KiB\n", v->nr << PAGE_SHIFT >> 10);
	printf("BAR:        %08" PRIx64 ", decode %s\n", display->bar,
	       display->decode ? "on" : "off");
	if (v->record)
		printf("record:     %08" PRIx64 "\n", v->record->start_addr);
	else
		printf("record:     none\n");
	for (unsigned int i = 0; i < v->candidates && i < CANDIDATES_MAX; i++)
		printf("candidate:  %08" PRIx64 "\n", v->candidate[i] << PAGE_SHIFT);
	printf("stock QEMU: %s\n", fates[v->stock].words);
	printf("the shim:   %s\n", fates[v->shim].words);
	if (v->candidates > 1)
		printf("            (%u places look alike; XENPHYSMAP_VRAM_AT=ADDRESS in its environment chooses)\n",
		       v->candidates);
}

static void describe(const struct verdict *v, const struct display *display)
{
	struct json_object *all = json_object_new_object(), *candidates = json_object_new_array();

	answer_number(all, "video_ram", v->nr << PAGE_SHIFT);
	answer_number(all, "bar", display->bar);
	answer_bool(all, "decode", display->decode);
	answer_frame(all, "record", v->record ? v->record->start_addr >> PAGE_SHIFT : GFN_NONE);
	for (unsigned int i = 0; i < v->candidates && i < CANDIDATES_MAX; i++)
		json_object_array_add(candidates,
				      json_object_new_uint64(v->candidate[i] << PAGE_SHIFT));
	json_object_object_add(all, "candidates", candidates);
	answer_string(all, "stock", fates[v->stock].key);
	answer_string(all, "shim", fates[v->shim].key);
	answer_print(all);
}

static int inspect(const struct saved *saved, const char *name, bool json)
{
	struct display display;
	struct verdict verdict;
	uint64_t ram, video;
	int rc = saved->state ? display_find(&display, saved->state, saved->state_len) : -ENODATA;

	if (rc == -ENODATA) {
		say("%s: there is no device model's state in it", name);
		return EXIT_FAILURE;
	}
	if (rc == -ENOENT) {
		puts(json ? "{}" : "video RAM:  none that could be lost");
		return EXIT_SUCCESS;
	}
	if (rc) {
		say("%s: it has more than one display: which is which isn't known", name);
		return EXIT_FAILURE;
	}
	read_config(saved->config, &ram, &video);
	if (verdict_reach(&verdict, saved, &display, ram, video)) {
		say("%s: neither a record nor the configuration says how large video RAM is",
		    name);
		return EXIT_FAILURE;
	}
	(json ? describe : show)(&verdict, &display);
	if (verdict.stock == FATE_RIGHT)
		return EXIT_SUCCESS;
	return verdict.shim <= FATE_BY_SEARCH ? EXIT_RESCUED : EXIT_NOT_RESCUED;
}

static int run(int argc, char **argv)
{
	struct saved saved;
	bool json = false;
	const struct option_spec specs[] = {
		{ "json", 'j', &json, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs), status = EXIT_FAILURE;
	const char *name;
	FILE *in;

	if (first < 0)
		return first;
	if (argc - first != 1)
		return CTL_USAGE;
	name = argv[first];
	in = strcmp(name, "-") ? fopen(name, "re") : stdin;
	if (!in) {
		say("%s: %s", name, strerror(errno));
		return EXIT_FAILURE;
	}
	if (stream_read(&saved, in))
		say("%s: %s", name, saved.why);
	else
		status = inspect(&saved, name, json);
	stream_release(&saved);
	fclose(in);
	return status;
}

const struct subcommand ctl_inspect = {
	.name = "inspect",
	.synopsis = "[--json] SAVEFILE",
	.summary = "a saved guest: would it restore, with the shim and without?",
	.help = "SAVEFILE is what xl save has written; - is standard input.  Needs neither Xen\n"
		"nor root.  Exit status: 0 it restores either way, 1 that can't be told, 3 not\n"
		"right under stock QEMU, restored by the shim, 4 not right under either.\n\n"
		"  -j, --json           for programs\n",
	.run = run,
};
