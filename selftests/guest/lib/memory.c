// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Compilers call these two even in freestanding code (clearing an array,
 * copying a structure). Written as single instructions, because a loop here
 * would be recognised and compiled into a call of itself.
 */
#include <stddef.h>

void *memset(void *to, int byte, size_t n);
void *memcpy(void *to, const void *from, size_t n);

void *memset(void *to, int byte, size_t n)
{
	void *at = to;

	asm volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(byte) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	void *at = to;

	asm volatile("rep movsb"
		     : "+D"(at), "+S"(from), "+c"(n) : : "memory");
	return to;
}
