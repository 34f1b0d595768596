/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the doctor has found, and how it is told.
 */
#ifndef XENPHYSMAP_CTL_DIAGNOSIS_H
#define XENPHYSMAP_CTL_DIAGNOSIS_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "answer.h"
#include "ctl.h"
#include "flaws.h"
#include "guest.h"
#include "options.h"
#include "terminal.h"

/* Exit status of its own. */
#define EXIT_NOT_READY	3

/**
 * enum check_state - how a check came out
 * @CHECK_OK: as it should be
 * @CHECK_NOTE: good to know
 * @CHECK_PROBLEM: guests under the shim won't do, or not as they should
 */
enum check_state {
	CHECK_OK,
	CHECK_NOTE,
	CHECK_PROBLEM,
};

/**
 * struct diagnosis - all of it
 * @ready: no problem so far
 * @xen: the hypervisor's version
 * @qemu: the device model's
 * @guests: domains with a device model
 * @under_shim: of these under the shim
 * @stale: of these under one whose file has been replaced
 * @unknown: that can't be looked into
 * @json: checks, for programs; or NULL
 * @colours: for people
 */
struct diagnosis {
	bool ready;
	struct version xen;
	struct version qemu;
	unsigned int guests;
	unsigned int under_shim;
	unsigned int stale;
	unsigned int unknown;
	struct json_object *json;
	const struct colours *colours;
};

void diagnosis_begin(struct diagnosis *d, bool json);

/* Longer than anything that there is to be said. */
#define DIAGNOSIS_TEXT	(3 * PATH_MAX)

/**
 * diagnosis_add() - Tell of a check.
 * @d: the diagnosis
 * @what: was checked, a word
 * @state: how it came out
 * @why: in words
 */
void diagnosis_add(struct diagnosis *d, const char *what, enum check_state state,
		   const char *why);

/* The same, with a format for what it says. */
#define diagnose(d, what, state, format, ...) do {				\
	char text_[DIAGNOSIS_TEXT];						\
										\
	snprintf(text_, sizeof(text_), format, ##__VA_ARGS__);			\
	diagnosis_add(d, what, state, text_);					\
} while (0)

/**
 * diagnosis_end() - Tell the rest: which defects apply, and the verdict.
 * @d: the diagnosis
 *
 * Return: an exit status.
 */
int diagnosis_end(struct diagnosis *d);

#endif
