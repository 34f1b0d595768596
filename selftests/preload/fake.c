// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See fake.h.  The functions are made from the same table as the shim's, so
 * that a name which is added there is here too.  They have no version nodes, as
 * interposers seldom have: what a loader gives a device model, the shim must
 * find too.  (The nodes are on trial in bindings.sh, with the real ones.)
 */
#include <errno.h>
#include <string.h>

#include "next.h"

#include "fake.h"

struct fake fake = { .last = FAKE_NAMES };

static intptr_t note(enum fake_id id, const uint64_t word[FAKE_WORDS_MAX])
{
	fake.calls[id]++;
	fake.last = id;
	memcpy(fake.word, word, sizeof(fake.word));
	if (fake.err)
		errno = fake.err;
	return fake.result;
}

#define DEFINE_FAKE(type, failure, name, node, params, args)			\
type name params								\
{										\
	return (type)note(FAKE_##name, (const uint64_t[]){ FAKE_WORDS args });	\
}
SYMBOLS_INTERPOSED(DEFINE_FAKE)
SYMBOLS_USED(DEFINE_FAKE)
