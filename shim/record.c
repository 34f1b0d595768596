// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records as text.  Everything that comes from xenstore or from the
 * publisher's socket passes through here before anybody believes it.  No
 * stdio, no allocation: this file is linked into the fuzzers as it is.
 */
#include <errno.h>
#include <string.h>

#include "gfn.h"
#include "record.h"

size_t record_hex(uint64_t value, char text[RECORD_HEX_SIZE])
{
	size_t digits = 1;

	while (digits < 16 && value >> (4 * digits))
		digits++;
	for (size_t i = 0; i < digits; i++)
		text[i] = "0123456789abcdef"[value >> (4 * (digits - 1 - i)) & 15];
	text[digits] = '\0';
	return digits;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int record_unhex(const char *text, size_t len, uint64_t *value)
{
	uint64_t v = 0;

	if (len < 1 || len > 16 || (text[0] == '0' && len > 1))
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int d = digit(text[i]);

		if (d < 0)
			return -EINVAL;
		v = v << 4 | (unsigned int)d;
	}
	*value = v;
	return 0;
}

static bool good_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len >= 1 && len < RECORD_NAME_SIZE;
}

int record_set_name(struct record *rec, const char *text, size_t len)
{
	if (!good_name(text, len))
		return -EINVAL;
	memset(rec->name, 0, sizeof(rec->name));
	memcpy(rec->name, text, len);
	return 0;
}

static bool beyond(uint64_t addr, uint64_t size)
{
	return addr > ADDR_MAX || size > ADDR_MAX - addr;
}

int record_check(const struct record *rec)
{
	uint64_t end = rec->start_addr + rec->size;

	if (!rec->size || ((rec->phys_offset | rec->start_addr | rec->size) & ~PAGE_MASK))
		return -EINVAL;
	if (!good_name(rec->name, strnlen(rec->name, sizeof(rec->name))))
		return -EINVAL;
	if (beyond(rec->phys_offset, rec->size) || beyond(rec->start_addr, rec->size))
		return -EOVERFLOW;
	if (rec->size > BLOCK_MAX << PAGE_SHIFT)
		return -EINVAL;
	if (rec->start_addr < rec->phys_offset &&
	    !(rec->phys_offset >= FOUR_GIB && end <= FOUR_GIB))
		return -EFAULT;
	return 0;
}
