/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libxen that does nothing but remember: which of the names of symbols.h was
 * called last, and with what.  It must not know what the shim is for; whoever
 * wants a Xen that answers wants selftests/model.
 */
#ifndef SELFTESTS_PRELOAD_FAKE_H
#define SELFTESTS_PRELOAD_FAKE_H

#include <stdint.h>

#include "symbols.h"

#define FAKE_ID(type, failure, name, ...)	FAKE_##name,
enum fake_id {
	SYMBOLS_INTERPOSED(FAKE_ID)
	FAKE_INTERPOSED,
	/* numbers go on where they were, so that they count names */
	FAKE_BEFORE_USED = FAKE_INTERPOSED - 1,
	SYMBOLS_USED(FAKE_ID)
	FAKE_NAMES
};

#define FAKE_WORDS_MAX	9

/**
 * struct fake - found by tests under the name "fake"
 * @result: what calls return, pointers too
 * @err: what they set errno to, or 0
 * @calls: of each name so far
 * @last: the name called last
 * @word: its arguments
 */
struct fake {
	intptr_t result;
	int err;
	unsigned int calls[FAKE_NAMES];
	enum fake_id last;
	uint64_t word[FAKE_WORDS_MAX];
};

/* Up to nine arguments of any type as words; 0 for those that there aren't. */
#define FAKE_WORDS(...)	FAKE_WORDS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define FAKE_WORDS_(a, b, c, d, e, f, g, h, i, ...)	\
	FAKE_WORD(a), FAKE_WORD(b), FAKE_WORD(c), FAKE_WORD(d),	\
	FAKE_WORD(e), FAKE_WORD(f), FAKE_WORD(g), FAKE_WORD(h), FAKE_WORD(i)
#define FAKE_WORD(x)	((uint64_t)(uintptr_t)(x))

#endif
