// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What EXPECT_* hold for true and what for false. The other tests believe
 * them; a comparison that always held would make every one of those pass.
 * A failure here means that no other verdict of a C program can be trusted.
 */
#include <limits.h>
#include "ksft_harness.h"

/* Does the check fail? It also says so in the log, as it would for real. */
#define FAILS(check) ({ \
	bool before = ksft_harness.shared->failed, failed; \
	ksft_harness.shared->failed = false; \
	check; \
	failed = ksft_harness.shared->failed; \
	ksft_harness.shared->failed = before; \
	failed; \
})
#define HOLDS(check) (!FAILS(check))

/* Not by means of what is tested. */
#define MUST(condition) do { \
	if (!(condition)) \
		ksft_fail(__FILE__, __LINE__, "%s", #condition); \
} while (0)

TEST(each_operator)
{
	static const struct {
		int a, b;
	} rows[] = { { 1, 2 }, { 2, 2 }, { 3, 2 } };

	for (int i = 0; i < 3; i++) {
		int a = rows[i].a, b = rows[i].b;

		MUST(HOLDS(EXPECT_EQ(a, b)) == (i == 1));
		MUST(HOLDS(EXPECT_NE(a, b)) == (i != 1));
		MUST(HOLDS(EXPECT_LT(a, b)) == (i == 0));
		MUST(HOLDS(EXPECT_LE(a, b)) == (i <= 1));
		MUST(HOLDS(EXPECT_GT(a, b)) == (i == 2));
		MUST(HOLDS(EXPECT_GE(a, b)) == (i >= 1));
	}
}

TEST(numbers_by_value)
{
	struct {
		unsigned int three : 3;
		int sign : 2;
	} bits = { 5, -1 };
	enum { RED, GREEN } colour = GREEN;
	unsigned char byte = 255;
	signed char minus = -1;

	MUST(FAILS(EXPECT_EQ(-1, UINT_MAX)));
	MUST(FAILS(EXPECT_EQ(-1L, ULONG_MAX)));
	MUST(HOLDS(EXPECT_LT(-1, 0U)));
	MUST(HOLDS(EXPECT_LT(INT64_MIN, -1)));
	MUST(HOLDS(EXPECT_LT(INT64_MAX, UINT64_MAX)));
	MUST(FAILS(EXPECT_EQ(0x100000000, 0)));
	MUST(HOLDS(EXPECT_EQ(minus, -1LL)));
	MUST(FAILS(EXPECT_EQ(minus, byte)));
	MUST(HOLDS(EXPECT_EQ(5, bits.three)));
	MUST(HOLDS(EXPECT_EQ(-1, bits.sign)));
	MUST(HOLDS(EXPECT_EQ(GREEN, colour)));
	MUST(FAILS(EXPECT_EQ(RED, colour)));
	MUST(HOLDS(EXPECT_EQ(true, byte == 255)));
}

TEST(pointers)
{
	struct unknown;
	char here[2] = "";
	struct unknown *opaque = NULL;
	const volatile int *none = NULL;

	MUST(HOLDS(EXPECT_NULL(opaque)));
	MUST(HOLDS(EXPECT_NULL(none)));
	MUST(FAILS(EXPECT_NULL(here)));
	MUST(FAILS(EXPECT_NOT_NULL(opaque)));
	MUST(HOLDS(EXPECT_NOT_NULL(&here[1])));
	MUST(HOLDS(EXPECT_LT(&here[0], &here[1])));
	MUST(FAILS(EXPECT_EQ((void *)here, &here[1])));
}

TEST(truth)
{
	MUST(HOLDS(EXPECT_TRUE(0x100000000)));
	MUST(FAILS(EXPECT_TRUE(0)));
	MUST(HOLDS(EXPECT_FALSE(NULL)));
	MUST(FAILS(EXPECT_FALSE(2)));
}

TEST(strings_and_memory)
{
	char copy[] = "vga.vram";

	MUST(HOLDS(EXPECT_STREQ("vga.vram", copy)));
	MUST(FAILS(EXPECT_STREQ("vga.vra", copy)));
	MUST(FAILS(EXPECT_STREQ(NULL, copy)));
	MUST(FAILS(EXPECT_STREQ("", NULL)));
	MUST(HOLDS(EXPECT_STREQ(NULL, NULL)));
	MUST(HOLDS(EXPECT_MEMEQ("a\0b", "a\0b", 4)));
	MUST(FAILS(EXPECT_MEMEQ("a\0b", "a\0c", 4)));
	MUST(HOLDS(EXPECT_MEMEQ("a\0b", "a\0c", 2)));
	MUST(HOLDS(EXPECT_MEMEQ("a", "b", 0)));
}

static int calls;

static int call(int value)
{
	calls++;
	errno = 77;
	return value;
}

TEST(evaluates_once_and_leaves_errno)
{
	EXPECT_EQ(3, call(3));
	MUST(calls == 1);
	MUST(errno == 77);
	EXPECT_EQ(call(3), 3);
	EXPECT_TRUE(call(3));
	MUST(calls == 3);
	MUST(errno == 77);
	EXPECT_STREQ("", "");
	EXPECT_MEMEQ("", "", 1);
	MUST(errno == 77);
}

/* The statement after a check is for failures only, and is one statement. */
TEST(statement_after)
{
	int shown = 0;

	EXPECT_EQ(1, 1)
		shown++;
	MUST(!shown);
	if (calls)
		EXPECT_EQ(1, 1);
	else
		shown = 10;
	MUST(shown == 10);
	MUST(FAILS(EXPECT_EQ(1, 2) { shown++; }));
	MUST(shown == 11);
}

TEST(random_numbers)
{
	uint64_t a = 1, b = 1, c = 2, first = ksft_random(&a);

	EXPECT_EQ(first, ksft_random(&b));
	EXPECT_NE(first, ksft_random(&c));
	EXPECT_NE(first, ksft_random(&a));
	/* The generator's published value: it must not differ by machine. */
	b = 1234567;
	EXPECT_EQ(6457827717110365317, ksft_random(&b));
}

TEST_HARNESS_MAIN
