// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The record parser, on any text and any record: what is accepted is what is
 * written back, byte by byte, and could be true of a guest.
 */
#include "fuzz.h"
#include "gfn.h"
#include "ksft_harness.h"
#include "record.h"

static void number(const char *text, size_t size)
{
	uint64_t value = 0, again = 1;
	char back[RECORD_HEX_SIZE];

	if (record_unhex(text, size, &value)) {
		ASSERT_EQ(0, value);
	} else {
		ASSERT_EQ(size, record_hex(value, back));
		ASSERT_MEMEQ(text, back, size);
	}
	if (size >= sizeof(value))
		memcpy(&value, text, sizeof(value));
	ASSERT_EQ(0, record_unhex(back, record_hex(value, back), &again));
	ASSERT_EQ(value, again);
}

static void name(const char *text, size_t size)
{
	struct record rec;

	memset(&rec, '#', sizeof(rec));
	if (record_set_name(&rec, text, size)) {
		ASSERT_EQ('#', rec.name[0]);
		return;
	}
	ASSERT_LT(0, size);
	ASSERT_EQ(size, strlen(rec.name));
	ASSERT_MEMEQ(text, rec.name, size);
	for (size_t i = size; i < sizeof(rec.name); i++)
		ASSERT_EQ(0, rec.name[i]);
	for (size_t i = 0; i < size; i++)
		ASSERT_TRUE(text[i] >= ' ' && text[i] <= '~');
}

/* In 128 bits nothing wraps. */
static void record(const struct record *rec)
{
	const __uint128_t home = rec->phys_offset, place = rec->start_addr, size = rec->size;

	if (record_check(rec))
		return;
	ASSERT_TRUE((home | place | size) % 4096 == 0);
	ASSERT_TRUE(size > 0 && size <= (1u << 30));
	ASSERT_TRUE(home + size <= ADDR_MAX && place + size <= ADDR_MAX);
	ASSERT_TRUE(place >= home || (home >= FOUR_GIB && place + size <= FOUR_GIB));
	ASSERT_LT(0, strnlen(rec->name, sizeof(rec->name)));
	ASSERT_LT(strnlen(rec->name, sizeof(rec->name)), sizeof(rec->name));
	name(rec->name, strlen(rec->name));
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct record rec = { 0 };

	number((const char *)data, size);
	name((const char *)data, size);
	memcpy(&rec, data, size < sizeof(rec) ? size : sizeof(rec));
	record(&rec);
	/* random numbers are seldom aligned, and seldom small */
	rec.phys_offset = rec.phys_offset % (2 * ADDR_MAX) & PAGE_MASK;
	rec.start_addr = rec.start_addr % (2 * ADDR_MAX) & PAGE_MASK;
	rec.size = rec.size % (UINT64_C(1) << 31) & PAGE_MASK;
	record(&rec);
}
