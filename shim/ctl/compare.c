// SPDX-License-Identifier: LGPL-2.1-or-later
#include "compare.h"
#include "gfn.h"

unsigned int compare_facts(const struct facts *facts)
{
	unsigned int differences = 0;

	if (facts->home == GFN_NONE)
		differences |= DIFFERS_RECORD;
	if (facts->at_place != COMPARE_UNKNOWN && facts->at_place < facts->nr)
		differences |= DIFFERS_PAGES;
	if (facts->home != GFN_NONE && facts->place != facts->home &&
	    facts->at_home != COMPARE_UNKNOWN && facts->at_home)
		differences |= DIFFERS_HOME;
	/* with decode off a block may stay, or be at home */
	if (facts->has_bar && facts->bar != GFN_NONE && facts->bar != facts->place)
		differences |= DIFFERS_BAR;
	if (facts->memory == MEMORY_OWN)
		differences |= DIFFERS_MEMORY;
	if (facts->unequal)
		differences |= DIFFERS_CONTENTS;
	return differences;
}

struct words {
	unsigned int difference;
	const char *key;
	const char *text;
};

static const struct words *find(unsigned int difference)
{
	static const struct words table[] = {
		{ DIFFERS_RECORD, "no record",
		  "there is no record of it: its device model doesn't run under the shim" },
		{ DIFFERS_PAGES, "pages missing",
		  "pages are missing there: accesses trap, and stock QEMU can't restore a save" },
		{ DIFFERS_HOME, "pages at home", "there are pages at its home, too" },
		{ DIFFERS_BAR, "BAR elsewhere",
		  "its BAR is elsewhere: accesses trap until it is brought there" },
		{ DIFFERS_MEMORY, "another memory",
		  "QEMU has another memory than the guest: what the guest draws isn't seen" },
		{ DIFFERS_CONTENTS, "contents differ",
		  "QEMU sees other contents there than the guest" },
		{ 0, "", "" },
	};
	const struct words *words = table;

	while (words->difference && words->difference != difference)
		words++;
	return words;
}

const char *compare_words(unsigned int difference)
{
	return find(difference)->text;
}

const char *compare_key(unsigned int difference)
{
	return find(difference)->key;
}
