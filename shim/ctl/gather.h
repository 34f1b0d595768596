/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The facts about a guest's blocks: from its records, its p2m and its QEMU.
 */
#ifndef XENPHYSMAP_CTL_GATHER_H
#define XENPHYSMAP_CTL_GATHER_H

#include <stdbool.h>

#include "compare.h"
#include "guest.h"
#include "toolstack.h"

/**
 * struct finding - of one block, or of a display's memory that has no record
 * @name: of the block
 * @facts: gathered
 * @differences: of compare_facts()
 */
struct finding {
	char name[GUEST_BLOCK_NAME_SIZE];
	struct facts facts;
	unsigned int differences;
};

/**
 * struct findings - of one guest
 * @finding: owned
 * @nr: of them
 * @asked: its QEMU has answered
 * @why: why it hasn't been asked, or hasn't answered; or ""
 */
struct findings {
	struct finding *finding;
	unsigned int nr;
	bool asked;
	char why[128];
};

/**
 * gather() - Gather them.
 * @findings: filled in; for gather_release(), whatever is returned
 * @guest: looked at; its records are those that were compared afterwards
 * @ts: libxl's side of it
 *
 * Return: 0; -EAGAIN: the guest has moved something each time; or why Xen can't
 * be asked.
 */
int gather(struct findings *findings, struct guest *guest, struct toolstack *ts);

void gather_release(struct findings *findings);

#endif
