// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap show: a drawing of a guest's physical address space, as its p2m has
 * it and its records explain it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ctl.h"
#include "draw.h"
#include "gfn.h"
#include "guest.h"
#include "options.h"
#include "say.h"
#include "scan.h"

/* RAM that QEMU has below 4 GiB (HVM_BELOW_4G_RAM_END of Xen); the rest is above. */
#define RAM_BELOW_4G	0xf0000000ULL

struct wish {
	bool json;
	bool svg;
};

/* Homes begin where RAM ends, unless that is above 4 GiB. */
static uint64_t ram_end(const struct guest *guest)
{
	uint64_t ram = guest->ram < RAM_BELOW_4G ? guest->ram : RAM_BELOW_4G;

	if (guest->nr_blocks && guest->block[0].home < RAM_BELOW_4G >> PAGE_SHIFT)
		return guest->block[0].home;
	return ram >> PAGE_SHIFT;
}

static uint64_t space_end(const struct guest *guest)
{
	uint64_t end = FOUR_GIB >> PAGE_SHIFT;

	if (guest->ram > RAM_BELOW_4G)
		end += (guest->ram - RAM_BELOW_4G) >> PAGE_SHIFT;
	for (unsigned int i = 0; i < guest->nr_blocks; i++) {
		const struct guest_block *b = &guest->block[i];

		if (b->home + b->nr > end)
			end = b->home + b->nr;
		if (b->place + b->nr > end)
			end = b->place + b->nr;
	}
	return end;
}

static void describe(const struct guest *guest, const struct space *space)
{
	struct json_object *all = guest_describe(guest), *list = json_object_new_array();

	for (size_t i = 0; i < space->nr; i++) {
		struct json_object *one = json_object_new_object();

		answer_frame(one, "start", space->span[i].gfn);
		answer_number(one, "size", space->span[i].nr << PAGE_SHIFT);
		answer_string(one, "kind", space_key(space->span[i].kind));
		answer_string(one, "block", space->span[i].block ? space->span[i].block->name :
			      NULL);
		json_object_array_add(list, one);
	}
	json_object_object_add(all, "space", list);
	answer_print(all);
}

static void draw(const struct guest *guest, const struct space *space, bool svg)
{
	const struct colours *c = terminal_colours();
	char title[128];

	snprintf(title, sizeof(title), "domain %u  %s", guest->domid, guest_label(guest));
	if (svg) {
		draw_svg(stdout, space, title);
	} else {
		printf("%s%s%s\n", c->strong, title, c->none);
		draw_text(stdout, space, terminal_has_unicode(), c);
	}
}

static int show_one(struct guest *guest, struct toolstack *ts, void *arg)
{
	const struct wish *wish = arg;
	struct frames frames;
	struct space space = { .span = NULL };
	struct scan scan = { .extent = NULL };
	int rc = frames_open(&frames, guest->domid);

	(void)ts;
	if (!rc)
		rc = scan_guest(&scan, &frames, guest, ram_end(guest), space_end(guest));
	if (!rc)
		rc = space_build(&space, scan.extent, scan.nr, guest, ram_end(guest));
	if (rc)
		say("%s: %s", guest_label(guest), rc == -EINVAL ? "isn't an HVM guest" :
		    strerror(-rc));
	else if (wish->json)
		describe(guest, &space);
	else
		draw(guest, &space, wish->svg);
	space_release(&space);
	scan_release(&scan);
	frames_close(&frames);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int show(int argc, char **argv)
{
	struct wish wish = { .json = false };
	const struct option_spec specs[] = {
		{ "json", 'j', &wish.json, NULL },
		{ "svg", 's', &wish.svg, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs);

	if (first < 0)
		return first;
	if (argc - first != 1 || (wish.json && wish.svg))
		return CTL_USAGE;
	return guest_for_each(argv + first, 1, show_one, &wish);
}

const struct subcommand ctl_show = {
	.name = "show",
	.synopsis = "[--svg | --json] DOMAIN",
	.summary = "a drawing of a guest's physical address space",
	.help = "Xen is asked which frames have pages; records say what is a block, and where\n"
		"its home is.  The highest address is at the top; heights aren't to scale.\n"
		"Characters are Unicode's on a terminal of a UTF-8 locale, ASCII's elsewhere.\n\n"
		"  -s, --svg            as an SVG document\n"
		"  -j, --json           for programs\n",
	.run = show,
};
