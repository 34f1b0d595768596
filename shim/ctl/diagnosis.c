// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>

#include "diagnosis.h"

static const char *const words[] = {
	[CHECK_OK] = "ok",
	[CHECK_NOTE] = "note",
	[CHECK_PROBLEM] = "PROBLEM",
};

void diagnosis_begin(struct diagnosis *d, bool json)
{
	d->json = json ? json_object_new_array() : NULL;
	d->colours = terminal_colours();
}

void diagnosis_add(struct diagnosis *d, const char *what, enum check_state state,
		   const char *why)
{
	const struct colours *c = d->colours;
	const char *const colour[] = { c->good, c->doubtful, c->bad };

	d->ready &= state != CHECK_PROBLEM;
	if (d->json) {
		struct json_object *check = json_object_new_object();

		answer_string(check, "check", what);
		answer_string(check, "state", state == CHECK_PROBLEM ? "problem" : words[state]);
		answer_string(check, "text", why);
		json_object_array_add(d->json, check);
	} else {
		printf("%-11s  %s%-7s%s  %s\n", what, colour[state], words[state], c->none, why);
	}
}

static void describe(const struct diagnosis *d)
{
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	const struct flaw *flaw;
	unsigned int i = 0;

	while ((flaw = flaws_next(&i, &d->xen, &d->qemu))) {
		struct json_object *one = json_object_new_object();

		answer_string(one, "defect", flaw->key);
		answer_string(one, "text", flaw->text);
		answer_bool(one, "cured", flaw->cured);
		json_object_array_add(list, one);
	}
	answer_bool(all, "ready", d->ready);
	json_object_object_add(all, "checks", d->json);
	json_object_object_add(all, "defects", list);
	answer_print(all);
}

static void print_flaws(const struct diagnosis *d, bool cured)
{
	const struct flaw *flaw;
	unsigned int i = 0;

	while ((flaw = flaws_next(&i, &d->xen, &d->qemu)))
		if (flaw->cured == cured)
			printf("  %s\n", flaw->text);
}

int diagnosis_end(struct diagnosis *d)
{
	const struct colours *c = d->colours;

	if (d->json) {
		describe(d);
		return d->ready ? EXIT_SUCCESS : EXIT_NOT_READY;
	}
	printf("\nDefects of %s that the shim cures:\n",
	       d->xen.major && d->qemu.major ? "these versions" : "all versions");
	print_flaws(d, true);
	puts("and that it doesn't:");
	print_flaws(d, false);
	if (d->ready)
		printf("\n%sReady.%s\n", c->good, c->none);
	else
		printf("\n%sNot ready.%s\n", c->bad, c->none);
	return d->ready ? EXIT_SUCCESS : EXIT_NOT_READY;
}
