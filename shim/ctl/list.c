// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap list: where the blocks of guests are, by their records.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "ctl.h"
#include "gfn.h"
#include "guest.h"

static const char *state_colour(const struct colours *c, const struct guest_block *b)
{
	if (b->split)
		return c->bad;
	return b->place == b->home ? c->none : c->good;
}

static const char *shim_colour(const struct colours *c, enum shim_use use)
{
	switch (use) {
	case SHIM_ON:
		return c->good;
	case SHIM_STALE:
	case SHIM_OFF:
		return c->doubtful;
	default:
		return c->none;
	}
}

static void print_titles(const struct colours *c)
{
	printf("%s%5s  %-18s %-4s  %-13s %7s %10s %10s  %s%s\n", c->strong, "DOMID", "NAME",
	       "SHIM", "BLOCK", "KiB", "HOME", "PLACE", "STATE", c->none);
}

static void begin_line(const struct guest *guest, const struct colours *c)
{
	printf("%5u  %-18s %s%-4s%s", guest->domid, guest_label(guest),
	       shim_colour(c, guest->shim), guest_shim_word(guest->shim), c->none);
}

static int list_one(struct guest *guest, struct toolstack *ts, void *arg)
{
	struct guest_answers *to = arg;
	const struct colours *c = to->colours;

	(void)ts;
	if (to->json) {
		json_object_array_add(to->json, guest_describe(guest));
		return EXIT_SUCCESS;
	}
	if (!to->nr++)
		print_titles(c);
	if (!guest->nr_blocks) {
		begin_line(guest, c);
		printf("  %s%s%s\n", c->faint, guest_has_model(guest) ? "no records" :
		       "no device model", c->none);
	}
	for (unsigned int i = 0; i < guest->nr_blocks; i++) {
		const struct guest_block *b = &guest->block[i];

		begin_line(guest, c);
		printf("  %-13s %7" PRIu64 " %10" PRIx64 " %10" PRIx64 "  %s%s%s\n", b->name,
		       b->nr << PAGE_SHIFT >> 10, b->home << PAGE_SHIFT, b->place << PAGE_SHIFT,
		       state_colour(c, b), guest_block_state(b), c->none);
	}
	return EXIT_SUCCESS;
}

static int list(int argc, char **argv)
{
	return guest_command(argc, argv, list_one);
}

const struct subcommand ctl_list = {
	.name = "list",
	.synopsis = "[--json] [DOMAIN]...",
	.summary = "blocks of guests: where they are, by their records",
	.help = "Without a DOMAIN all domains are listed that have a device model.\n"
		"HOME is where QEMU has populated a block, PLACE where its pages are, both in\n"
		"hexadecimal bytes.  SHIM says whether the device model runs under the shim:\n"
		"yes, no, old (under one whose file has been replaced since), ? (in a stubdom, or\n"
		"not for this user to know), - (there is none).\n\n"
		"  -j, --json           for programs\n",
	.run = list,
};
