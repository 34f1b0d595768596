// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Domains and their records.  Whether a process runs under the shim is read off
 * what it has mapped: LD_PRELOAD in its environment may have been refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "gfn.h"
#include "guest.h"
#include "options.h"
#include "place.h"
#include "say.h"
#include "xenphysmap.h"

static enum shim_use process_use(pid_t pid)
{
	enum shim_use use = SHIM_OFF;
	char path[32], *line = NULL;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? SHIM_NONE : SHIM_UNKNOWN;
	while (use == SHIM_OFF && getline(&line, &size, maps) > 0) {
		const char *name = strstr(line, "/" PLACE_SHIM);

		if (name)
			use = strstr(name, " (deleted)") ? SHIM_STALE : SHIM_ON;
	}
	free(line);
	fclose(maps);
	return use;
}

static uint64_t node_kib(struct toolstack *ts, const char *node)
{
	char *value = toolstack_read(ts, node);
	uint64_t kib = value ? strtoull(value, NULL, 10) : 0;

	free(value);
	return kib < UINT64_MAX >> 10 ? kib << 10 : 0;
}

static int take_record(const struct xenphysmap_record *record, void *arg)
{
	struct guest *guest = arg;
	struct guest_block *more = reallocarray(guest->block, guest->nr_blocks + 1,
						sizeof(*more));

	if (!more)
		return ENOMEM;
	guest->block = more;
	more += guest->nr_blocks++;
	*more = (struct guest_block){
		.home = record->phys_offset >> PAGE_SHIFT,
		.place = record->start_addr >> PAGE_SHIFT,
		.nr = record->length >> PAGE_SHIFT,
	};
	snprintf(more->name, sizeof(more->name), "%s", record->name);
	return 0;
}

static int by_home(const void *a, const void *b)
{
	const struct guest_block *one = a, *other = b;

	return one->home < other->home ? -1 : one->home > other->home;
}

/* "Homes that follow each other, under one name" are one block in pieces. */
static void find_pieces(struct guest *guest)
{
	struct guest_block *b = guest->block;

	for (unsigned int i = 1; i < guest->nr_blocks; i++)
		if (b[i - 1].home + b[i - 1].nr == b[i].home && !strcmp(b[i - 1].name, b[i].name))
			b[i - 1].split = b[i].split = true;
}

int guest_records(struct guest *guest)
{
	struct guest fresh = *guest;
	int rc;

	fresh.block = NULL;
	fresh.nr_blocks = 0;
	rc = xenphysmap_records(guest->domid, take_record, &fresh);
	if (rc) {
		free(fresh.block);
		return rc < 0 ? -errno : -rc;
	}
	free(guest->block);
	*guest = fresh;
	if (guest->nr_blocks)
		qsort(guest->block, guest->nr_blocks, sizeof(*guest->block), by_home);
	find_pieces(guest);
	return 0;
}

static void look_for_model(struct guest *guest, struct toolstack *ts)
{
	char *stubdom = toolstack_read(ts, "image/device-model-domid");
	pid_t pid = toolstack_pid(ts);

	guest->model = stubdom ? strtoul(stubdom, NULL, 10) : 0;
	guest->pid = pid > 0 ? pid : 0;
	if (guest->model)
		guest->shim = SHIM_UNKNOWN;
	else if (guest->pid)
		guest->shim = process_use(guest->pid);
	free(stubdom);
}

int guest_look(struct guest *guest, struct toolstack *ts)
{
	char *name = toolstack_read(ts, "name");
	uint64_t all = node_kib(ts, "memory/static-max");

	*guest = (struct guest){ .domid = ts->domid, .video = node_kib(ts, "memory/videoram") };
	if (!name && errno == ENOENT && !all && ts->domid)
		return -ESRCH;
	snprintf(guest->name, sizeof(guest->name), "%s", name ? name : "");
	free(name);
	if (all > guest->video)
		guest->ram = all - guest->video;
	look_for_model(guest, ts);
	return guest_records(guest);
}

void guest_forget(struct guest *guest)
{
	free(guest->block);
	guest->block = NULL;
	guest->nr_blocks = 0;
}

static int look_at(struct toolstack *ts, const char *name,
		   int (*fn)(struct guest *guest, struct toolstack *ts, void *arg), void *arg)
{
	struct guest guest = { .block = NULL };
	int rc = name ? toolstack_find(ts, name) : 0, status = EXIT_SUCCESS;

	if (!rc)
		rc = guest_look(&guest, ts);
	if (rc == -ESRCH && !name)
		return status;
	if (rc) {
		say("%s: %s", name ? name : guest_label(&guest),
		    rc == -ESRCH ? "no such domain" : strerror(-rc));
		status = EXIT_FAILURE;
	} else if (name || guest_has_model(&guest)) {
		status = fn(&guest, ts, arg);
	}
	guest_forget(&guest);
	return status;
}

int guest_for_each(char **names, int nr,
		   int (*fn)(struct guest *guest, struct toolstack *ts, void *arg), void *arg)
{
	struct toolstack ts;
	uint32_t *domids = NULL;
	int rc = toolstack_open(&ts, NULL), worst = rc ? EXIT_FAILURE : EXIT_SUCCESS;

	if (!rc && !nr)
		rc = toolstack_domains(&ts, &domids);
	if (rc < 0 && !worst) {
		say("domains can't be listed: %s", strerror(-rc));
		worst = EXIT_FAILURE;
	}
	for (int i = 0; rc >= 0 && i < (domids ? rc : nr); i++) {
		int status;

		if (domids)
			ts.domid = domids[i];
		status = look_at(&ts, domids ? NULL : names[i], fn, arg);
		if (status > worst)
			worst = status;
	}
	free(domids);
	toolstack_close(&ts);
	return worst;
}

int guest_command(int argc, char **argv,
		  int (*fn)(struct guest *guest, struct toolstack *ts, void *arg))
{
	struct guest_answers to = { .json = NULL, .colours = terminal_colours() };
	bool json = false;
	const struct option_spec specs[] = {
		{ "json", 'j', &json, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs), status;

	if (first < 0)
		return first;
	if (json)
		to.json = json_object_new_array();
	status = guest_for_each(argv + first, argc - first, fn, &to);
	if (json)
		answer_print(to.json);
	return status;
}

bool guest_has_model(const struct guest *guest)
{
	return guest->model || guest->pid;
}

const char *guest_label(const struct guest *guest)
{
	return *guest->name ? guest->name : "?";
}

const char *guest_shim_word(enum shim_use use)
{
	static const char *const words[] = {
		[SHIM_NONE] = "-",
		[SHIM_UNKNOWN] = "?",
		[SHIM_OFF] = "no",
		[SHIM_ON] = "yes",
		[SHIM_STALE] = "old",
	};

	return words[use];
}

const char *guest_block_state(const struct guest_block *block)
{
	if (block->split)
		return "split";
	return block->place == block->home ? "at home" : "placed";
}

struct json_object *guest_describe(const struct guest *guest)
{
	struct json_object *all = json_object_new_object(), *blocks = json_object_new_array();
	bool known = guest->shim != SHIM_NONE && guest->shim != SHIM_UNKNOWN;

	answer_number(all, "domid", guest->domid);
	answer_string(all, "name", *guest->name ? guest->name : NULL);
	if (guest_has_model(guest))
		answer_number(all, "device_model_domid", guest->model);
	else
		answer_string(all, "device_model_domid", NULL);
	if (guest->pid)
		answer_number(all, "pid", guest->pid);
	else
		answer_string(all, "pid", NULL);
	if (known)
		answer_bool(all, "shim", guest->shim != SHIM_OFF);
	else
		answer_string(all, "shim", NULL);
	answer_bool(all, "shim_replaced", guest->shim == SHIM_STALE);
	for (unsigned int i = 0; i < guest->nr_blocks; i++) {
		const struct guest_block *b = &guest->block[i];
		struct json_object *block = json_object_new_object();

		answer_string(block, "name", b->name);
		answer_frame(block, "home", b->home);
		answer_frame(block, "place", b->place);
		answer_number(block, "size", b->nr << PAGE_SHIFT);
		answer_string(block, "state", guest_block_state(b));
		json_object_array_add(blocks, block);
	}
	json_object_object_add(all, "blocks", blocks);
	return all;
}
