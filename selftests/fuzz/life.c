// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The shim as a whole: bytes are the choices of a guest, a device model, a
 * toolstack and of bad luck, in a life as random_ops makes them up.
 */
#include "fuzz.h"
#include "model/lives.h"

void fuzz_one(const uint8_t *data, size_t size)
{
	struct choices choices = { .bytes = data + 1, .left = size ? size - 1 : 0 };

	if (size)
		life(&choices, data[0] & 1);
}
