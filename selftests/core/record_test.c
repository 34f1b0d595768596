// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Are records written as libxl and old QEMUs read them, and is nothing else
 * taken for one?  What a guest's toolstack, an old save or a broken writer
 * left in xenstore comes through these functions: a failure here is a record
 * that is believed and shouldn't be, or one that nobody else can read.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "gfn.h"
#include "ksft_harness.h"
#include "record.h"

#define UNTOUCHED	UINT64_C(0x5555aaaa5555aaaa)

static void expect_hex(uint64_t value)
{
	char text[RECORD_HEX_SIZE + 1], printed[32];
	uint64_t back = ~value;
	size_t len;

	memset(text, '#', sizeof(text));
	len = record_hex(value, text);
	snprintf(printed, sizeof(printed), "%" PRIx64, value);
	ASSERT_STREQ(printed, text);
	ASSERT_EQ(strlen(printed), len);
	ASSERT_EQ('#', text[RECORD_HEX_SIZE]);
	ASSERT_EQ(0, record_unhex(text, len, &back));
	ASSERT_EQ(value, back);
}

TEST(hex_there_and_back)
{
	expect_hex(0);
	expect_hex(UINT64_MAX);
	expect_hex(UINT64_C(0x0123456789abcdef));
	expect_hex(UINT64_C(0xfedcba9876543210));
	for (int bit = 0; bit < 64; bit++) {
		expect_hex(UINT64_C(1) << bit);
		expect_hex((UINT64_C(1) << bit) - 1);
	}
}

TEST(hex_random)
{
	uint64_t random = ksft_seed(), rounds = ksft_iterations(100000);

	while (rounds--) {
		uint64_t value = ksft_random(&random);

		expect_hex(value >> ksft_random(&random) % 64);
	}
}

struct text {
	const char *bytes;
	size_t len;
};

#define TEXT(literal)	{ literal, sizeof(literal) - 1 }

TEST(unhex_refuses)
{
	static const struct text row[] = {
		TEXT(""), TEXT("00"), TEXT("01"), TEXT("0f0000000"), TEXT("0000000000000001"),
		TEXT("F0000000"), TEXT("f000000A"), TEXT("A"), TEXT("0x1"), TEXT("0X1"),
		TEXT("x1"), TEXT("0x"), TEXT(" 1"), TEXT("1 "), TEXT("1 2"), TEXT("\t1"),
		TEXT("1\n"), TEXT(" "), TEXT("+1"), TEXT("-1"), TEXT("-"), TEXT("1-"),
		TEXT("\0"), TEXT("1\0"), TEXT("1\0002"), TEXT("\0001"), TEXT("1g"), TEXT("g"),
		TEXT("1/"), TEXT("1:"), TEXT("1`"), TEXT("1@"), TEXT("1h"), TEXT("1,0"),
		TEXT("1.0"), TEXT("\xb1"), TEXT("1\xff"), TEXT("10000000000000000"),
		TEXT("fffffffffffffffff"), TEXT("00000000000000001"),
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t value = UNTOUCHED;

		EXPECT_EQ(-EINVAL, record_unhex(row[i].bytes, row[i].len, &value))
			TH_LOG("row %zu: \"%s\"", i, row[i].bytes);
		EXPECT_EQ(UNTOUCHED, value)
			TH_LOG("row %zu: \"%s\"", i, row[i].bytes);
	}
}

/* One byte of a good number is replaced by every other byte there is. */
TEST(unhex_refuses_every_wrong_byte)
{
	for (size_t at = 0; at < 8; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char text[8] = { 'f', '0', '1', '2', 'a', 'b', 'c', '9' };
			bool good = byte && strchr("0123456789abcdef", byte) && (at || byte != '0');
			uint64_t value;

			text[at] = byte;
			ASSERT_EQ(good ? 0 : -EINVAL, record_unhex(text, sizeof(text), &value))
				TH_LOG("byte %#x at %zu", byte, at);
		}
	}
}

/* The length decides, not a NUL: xenstore values have none. */
TEST(unhex_needs_no_nul)
{
	uint64_t value;

	EXPECT_EQ(0, record_unhex("f0000000zzz", 8, &value));
	EXPECT_EQ(0xf0000000, value);
	EXPECT_EQ(0, record_unhex("0x", 1, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(-EINVAL, record_unhex("1", 0, &value));
}

#define LONGEST	"012345678901234567890123456789012345678901234567890123456789012"

TEST(name_taken)
{
	static const struct text row[] = {
		TEXT("v"), TEXT("vga.vram"), TEXT("ram@8000000"), TEXT("0000:00:02.0/vga.vram"),
		TEXT(" ~"), TEXT(LONGEST),
	};
	struct record rec;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		memset(&rec, '#', sizeof(rec));
		EXPECT_EQ(0, record_set_name(&rec, row[i].bytes, row[i].len));
		EXPECT_STREQ(row[i].bytes, rec.name);
		/* no byte of what was there before goes over the socket */
		for (size_t at = row[i].len; at < sizeof(rec.name); at++)
			EXPECT_EQ(0, rec.name[at]);
	}
	EXPECT_EQ(0, record_set_name(&rec, "vga.vram and what follows it", 8));
	EXPECT_STREQ("vga.vram", rec.name);
}

TEST(name_refused)
{
	static const struct text row[] = {
		TEXT(""), TEXT("\0"), TEXT("vga\0vram"), TEXT("vga.vram\0"), TEXT("vga\nvram"),
		TEXT("\033[2J"), TEXT("vga\tvram"), TEXT("vga\x7f"), TEXT("vga\x80"),
		TEXT("\xc3\xa4"), TEXT("vga\xff"), TEXT(LONGEST "3"),
	};
	struct record rec;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		memset(&rec, '#', sizeof(rec));
		EXPECT_EQ(-EINVAL, record_set_name(&rec, row[i].bytes, row[i].len))
			TH_LOG("row %zu", i);
		EXPECT_EQ('#', rec.name[0]);
	}
}

#define GIB	(UINT64_C(1) << 30)
#define MIB	(UINT64_C(1) << 20)
#define TOP	ADDR_MAX

TEST(check)
{
	static const struct {
		int rc;
		uint64_t phys_offset, start_addr, size;
	} row[] = {
		/* what a guest with 128 MiB, or with none to speak of, has */
		{ 0, 0x8000000, 0xf0000000, 16 * MIB },
		{ 0, 0x8000000, 0x8000000, 16 * MIB },
		{ 0, 0, 0, 4096 },
		/* alignment */
		{ -EINVAL, 0x8000001, 0xf0000000, 16 * MIB },
		{ -EINVAL, 0x8000800, 0xf0000000, 16 * MIB },
		{ -EINVAL, 0x8000000, 0xf0000fff, 16 * MIB },
		{ -EINVAL, 0x8000000, 0xf0000000, 16 * MIB + 1 },
		{ -EINVAL, 0x8000000, 0xf0000000, 4095 },
		/* length */
		{ -EINVAL, 0x8000000, 0xf0000000, 0 },
		/* wrapping */
		{ -EOVERFLOW, 0x8000000, -(16 * MIB), 16 * MIB },
		{ -EOVERFLOW, -(16 * MIB), -(8 * MIB), 16 * MIB },
		{ -EOVERFLOW, 0x8000000, 0xf0000000, -UINT64_C(0x1000) },
		{ -EOVERFLOW, 0x8000000, 0xf0000000, -UINT64_C(0xf0000000) },
		{ -EOVERFLOW, -UINT64_C(0x1000), 0xf0000000, 0x2000 },
		/* 52 bits */
		{ 0, 0x8000000, TOP - 16 * MIB, 16 * MIB },
		{ 0, TOP - 16 * MIB, TOP - 16 * MIB, 16 * MIB },
		{ 0, 0, 0, GIB },
		{ -EINVAL, 0, 0, GIB + 4096 },
		{ -EINVAL, 0, 0, TOP },
		{ -EOVERFLOW, 0x8000000, TOP - 16 * MIB + 4096, 16 * MIB },
		{ -EOVERFLOW, 0x8000000, TOP, 4096 },
		{ -EOVERFLOW, TOP, TOP, 4096 },
		{ -EOVERFLOW, TOP - 4096, TOP - 4096, 8192 },
		{ -EOVERFLOW, 0, 0, TOP + 4096 },
		/* a place below home is in guest RAM */
		{ -EFAULT, 0x8000000, 0x7fff000, 4096 },
		{ -EFAULT, 0x8000000, 0, 16 * MIB },
		{ -EFAULT, 0xf0000000, 0xe0000000, 16 * MIB },
		{ -EFAULT, 4 * GIB - 4096, 0xe0000000, 4096 },
		/* unless RAM crosses 4 GiB and the place is in the hole below */
		{ 0, 4 * GIB, 0xf0000000, 16 * MIB },
		{ 0, 5 * GIB, 0xf0000000, 16 * MIB },
		{ 0, 5 * GIB, 4 * GIB - 16 * MIB, 16 * MIB },
		{ -EFAULT, 5 * GIB, 4 * GIB - 16 * MIB + 4096, 16 * MIB },
		{ -EFAULT, 5 * GIB, 4 * GIB, 16 * MIB },
		{ -EFAULT, 5 * GIB, 5 * GIB - 4096, 4096 },
		{ 0, 5 * GIB, 5 * GIB, 16 * MIB },
		{ 0, 5 * GIB, 6 * GIB, 16 * MIB },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct record rec = {
			row[i].phys_offset, row[i].start_addr, row[i].size, "vga.vram"
		};

		EXPECT_EQ(row[i].rc, record_check(&rec))
			TH_LOG("row %zu: %#jx at %#jx, %#jx long", i,
			       (uintmax_t)rec.phys_offset, (uintmax_t)rec.start_addr,
			       (uintmax_t)rec.size);
	}
}

TEST(check_name)
{
	struct record rec = { 0x8000000, 0xf0000000, 16 * MIB, "vga.vram" };

	EXPECT_EQ(0, record_check(&rec));
	memset(rec.name, 0, sizeof(rec.name));
	EXPECT_EQ(-EINVAL, record_check(&rec));
	memset(rec.name, 'v', sizeof(rec.name));
	EXPECT_EQ(-EINVAL, record_check(&rec));
	rec.name[sizeof(rec.name) - 1] = '\0';
	EXPECT_EQ(0, record_check(&rec));
	/* from a socket there may be anything in it */
	rec.name[3] = '\n';
	EXPECT_EQ(-EINVAL, record_check(&rec));
	rec.name[3] = '\x80';
	EXPECT_EQ(-EINVAL, record_check(&rec));
	/* but for what follows the NUL, which is never looked at */
	memcpy(rec.name, "vga\0\n", 5);
	EXPECT_EQ(0, record_check(&rec));
}

TEST_HARNESS_MAIN
