// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A set of frames as bits.  Only words that are read or written in one piece,
 * so that readers need no lock; the order between them and what they guard is
 * made by whoever tells another thread of a frame.
 */
#include <stddef.h>

#include "known.h"

/* The chunks from @chunk to @last that are in the same word, as its bits. */
static uint64_t mask_of(uint64_t chunk, uint64_t last)
{
	unsigned int from = chunk % KNOWN_WORD;
	uint64_t nr = last - chunk + 1;

	if (nr >= KNOWN_WORD - from)
		return ~UINT64_C(0) << from;
	return ((UINT64_C(1) << nr) - 1) << from;
}

static uint64_t next_word(uint64_t chunk)
{
	return chunk - chunk % KNOWN_WORD + KNOWN_WORD;
}

static size_t index_of(uint64_t chunk)
{
	return chunk / KNOWN_WORD % (KNOWN_BITS / KNOWN_WORD);
}

void known_add(struct known *known, uint64_t gfn, uint64_t nr)
{
	uint64_t last = (gfn + nr - 1) >> KNOWN_SHIFT;

	for (uint64_t chunk = gfn >> KNOWN_SHIFT; chunk <= last; chunk = next_word(chunk))
		__atomic_fetch_or(&known->word[index_of(chunk)], mask_of(chunk, last),
				  __ATOMIC_RELAXED);
}

bool known_any(const struct known *known, uint64_t gfn, uint64_t nr)
{
	uint64_t chunk = gfn >> KNOWN_SHIFT, last = (gfn + nr - 1) >> KNOWN_SHIFT;

	if (last - chunk >= KNOWN_BITS)
		return true;
	for (; chunk <= last; chunk = next_word(chunk))
		if (__atomic_load_n(&known->word[index_of(chunk)], __ATOMIC_RELAXED) &
		    mask_of(chunk, last))
			return true;
	return false;
}
