/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a record says of a block, what the p2m has, and what QEMU believes: do
 * they agree?  Pure: facts in, differences out.
 */
#ifndef XENPHYSMAP_CTL_COMPARE_H
#define XENPHYSMAP_CTL_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/* As a count: it isn't known. */
#define COMPARE_UNKNOWN	UINT64_MAX

/**
 * enum memory - what QEMU has behind a BAR
 * @MEMORY_UNKNOWN: it can't be told
 * @MEMORY_GUEST: pages of the guest's
 * @MEMORY_OWN: memory of its own, which the guest never sees
 */
enum memory {
	MEMORY_UNKNOWN,
	MEMORY_GUEST,
	MEMORY_OWN,
};

/**
 * struct facts - of one block
 * @home: first frame of its home; GFN_NONE without a record
 * @place: first frame of its place, by its record; without one, of its BAR
 * @nr: frames
 * @at_place: pages that are there, or COMPARE_UNKNOWN
 * @at_home: pages at home that are no other block's, or COMPARE_UNKNOWN
 * @has_bar: a BAR is known, or known to be off; blocks but video RAM have none
 * @bar: first frame of it, or GFN_NONE with decode off
 * @memory: behind the BAR
 * @compared: pages whose contents were compared
 * @unequal: those that QEMU and the guest see differently
 */
struct facts {
	uint64_t home;
	uint64_t place;
	uint64_t nr;
	uint64_t at_place;
	uint64_t at_home;
	int has_bar;
	uint64_t bar;
	enum memory memory;
	unsigned int compared;
	unsigned int unequal;
};

/* What may differ, a bit each. */
enum {
	DIFFERS_RECORD = 1 << 0,	/* there is none */
	DIFFERS_PAGES = 1 << 1,		/* pages are missing where they should be */
	DIFFERS_HOME = 1 << 2,		/* and there are some where none should be */
	DIFFERS_BAR = 1 << 3,		/* the BAR is elsewhere */
	DIFFERS_MEMORY = 1 << 4,	/* QEMU draws into memory of its own */
	DIFFERS_CONTENTS = 1 << 5,	/* QEMU and the guest see different things */
};

/* Of these the guest suffers; the rest is told. */
#define DIFFERS_BADLY	(~(unsigned int)DIFFERS_RECORD)

/**
 * compare_facts() - Compare.
 * @facts: of one block
 *
 * Return: bits.
 */
unsigned int compare_facts(const struct facts *facts);

/**
 * compare_words() - A difference in words.
 * @difference: one bit
 *
 * Return: a phrase, and what follows from it; a constant.
 */
const char *compare_words(unsigned int difference);

/**
 * compare_key() - The same for programs.
 */
const char *compare_key(unsigned int difference);

#endif
