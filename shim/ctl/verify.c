// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap verify: a guest's records, its p2m and its QEMU, side by side.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ctl.h"
#include "gather.h"
#include "gfn.h"
#include "say.h"

/* Exit status of its own. */
#define EXIT_DIFFERS	3

/* Below the block's name. */
#define BELOW	"           "

static void print_qemu(const struct facts *f)
{
	if (!f->has_bar)
		return;
	printf("\n" BELOW "%-16s ", "in QEMU");
	if (f->bar == GFN_NONE) {
		printf("its decode is off");
		return;
	}
	printf("its BAR is %" PRIx64, f->bar << PAGE_SHIFT);
	if (f->memory != MEMORY_UNKNOWN)
		printf(", %s is behind it", f->memory == MEMORY_GUEST ? "the guest's memory" :
		       "memory of its own");
	if (f->compared)
		printf(", %u of %u pages look alike", f->compared - f->unequal, f->compared);
}

static void print_finding(const struct finding *finding, const struct colours *c)
{
	const struct facts *f = &finding->facts;
	unsigned int bad = finding->differences & DIFFERS_BADLY;

	printf("  %s%-7s%s  %-16s", bad ? c->bad : finding->differences ? c->doubtful : c->good,
	       bad ? "DIFFERS" : finding->differences ? "note" : "agrees", c->none,
	       finding->name);
	if (f->place == GFN_NONE)
		printf(" nowhere");
	else
		printf(" %s %" PRIx64, f->home == GFN_NONE ? "at" : f->home == f->place ?
		       "at home at" : "placed at", f->place << PAGE_SHIFT);
	if (f->at_place != COMPARE_UNKNOWN)
		printf(": %" PRIu64 " of %" PRIu64 " pages", f->at_place, f->nr);
	print_qemu(f);
	putchar('\n');
	for (unsigned int bit = 1; bit <= finding->differences; bit <<= 1)
		if (finding->differences & bit)
			printf(BELOW "%s\n", compare_words(bit));
}

static struct json_object *describe(const struct finding *finding)
{
	static const char *const memories[] = {
		[MEMORY_UNKNOWN] = NULL,
		[MEMORY_GUEST] = "guest",
		[MEMORY_OWN] = "own",
	};
	const struct facts *f = &finding->facts;
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();

	answer_string(all, "name", finding->name);
	answer_frame(all, "home", f->home);
	answer_frame(all, "place", f->place);
	answer_number(all, "size", f->nr << PAGE_SHIFT);
	answer_count(all, "pages_at_place", f->at_place);
	answer_count(all, "pages_at_home", f->at_home);
	if (f->has_bar) {
		answer_bool(all, "decode", f->bar != GFN_NONE);
		answer_frame(all, "bar", f->bar);
		answer_string(all, "memory", memories[f->memory]);
		answer_number(all, "pages_compared", f->compared);
		answer_number(all, "pages_unequal", f->unequal);
	}
	for (unsigned int bit = 1; bit <= finding->differences; bit <<= 1)
		if (finding->differences & bit)
			json_object_array_add(list, json_object_new_string(compare_key(bit)));
	json_object_object_add(all, "differences", list);
	return all;
}

static void print_all(const struct guest *guest, const struct findings *findings,
		      const struct guest_answers *to)
{
	const struct colours *c = to->colours;

	printf("%sdomain %u%s  %s\n", c->strong, guest->domid, c->none, guest_label(guest));
	for (unsigned int i = 0; i < findings->nr; i++)
		print_finding(&findings->finding[i], c);
	if (!findings->nr && findings->asked)
		puts("  nothing to compare: no records, and no display");
	if (*findings->why)
		printf("  %s%-7s%s  %s\n", c->doubtful, "note", c->none, findings->why);
}

static void describe_all(const struct guest *guest, const struct findings *findings,
			 const struct guest_answers *to)
{
	struct json_object *all = guest_describe(guest), *list = json_object_new_array();

	for (unsigned int i = 0; i < findings->nr; i++)
		json_object_array_add(list, describe(&findings->finding[i]));
	/* they say all that the records do */
	json_object_object_add(all, "blocks", list);
	answer_string(all, "note", *findings->why ? findings->why : NULL);
	json_object_array_add(to->json, all);
}

static int verify_one(struct guest *guest, struct toolstack *ts, void *arg)
{
	struct guest_answers *to = arg;
	struct findings findings;
	int rc, status = EXIT_SUCCESS;

	if (!guest_has_model(guest)) {
		say("%s: it has no device model", guest_label(guest));
		return EXIT_FAILURE;
	}
	rc = gather(&findings, guest, ts);
	if (rc) {
		say("%s: %s", guest_label(guest), rc == -EAGAIN ?
		    "its blocks move faster than they can be looked at" : strerror(-rc));
		status = EXIT_FAILURE;
	} else {
		(to->json ? describe_all : print_all)(guest, &findings, to);
		if (guest->pid && !findings.asked)
			status = EXIT_FAILURE;
	}
	for (unsigned int i = 0; i < findings.nr && !rc; i++)
		if (findings.finding[i].differences & DIFFERS_BADLY)
			status = EXIT_DIFFERS;
	gather_release(&findings);
	return status;
}

static int verify(int argc, char **argv)
{
	return guest_command(argc, argv, verify_one);
}

const struct subcommand ctl_verify = {
	.name = "verify",
	.synopsis = "[--json] [DOMAIN]...",
	.summary = "records, p2m and QEMU's view of guests: do they agree?",
	.help = "For each block: are all of its pages where its record says, and none at home; is\n"
		"the card's BAR there; is what QEMU draws into the guest's memory, and has it the\n"
		"same contents, as far as 16 pages tell?  Guests go on running, and nothing is\n"
		"changed.  Without a DOMAIN all are verified that have a device model.\n"
		"Exit status: 0 all agree, 1 that can't be told, 3 something differs.\n\n"
		"  -j, --json           for programs\n",
	.run = verify,
};
