/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every fuzz target has: one function that takes bytes from anybody and
 * checks what must hold for all of them, with the words of the C tests.  The
 * same object is linked with libFuzzer, which looks for bytes, and with the
 * harness, which tries those that were kept.
 */
#ifndef SELFTESTS_FUZZ_FUZZ_H
#define SELFTESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The target.  Same bytes, same run: no clock, no randomness, nothing kept. */
void fuzz_one(const uint8_t *data, size_t size);

/**
 * struct bytes - bytes that are used up one after the other
 * @at: the next one
 * @left: of them
 */
struct bytes {
	const uint8_t *at;
	size_t left;
};

/* A number below @limit, from as many bytes as that needs; 0 at the end. */
static inline uint64_t bytes_below(struct bytes *b, uint64_t limit)
{
	uint64_t value = 0;

	for (uint64_t max = limit - 1; max; max >>= 8) {
		if (!b->left)
			break;
		value = value << 8 | *b->at++;
		b->left--;
	}
	return value % limit;
}

#endif
