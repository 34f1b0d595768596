/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How EXPECT_* and ASSERT_* compare and what they say when they fail.
 *
 * Part of ksft_harness.h, never included alone. Numbers are compared by value
 * whatever their types, so that a test needs no casts and -1 never equals
 * UINT_MAX. A comparison that holds must leave errno alone: tests ask
 * EXPECT_EQ(-1, f()) first and for errno then.
 */
#ifndef SELFTESTS_HARNESS_EXPECT_H
#define SELFTESTS_HARNESS_EXPECT_H

#define KSFT_AT __FILE__, __LINE__
#define KSFT_IF(fatal, good) \
	for (bool ksft_bad = !(good); ksft_bad; ksft_bad = ksft_leave(fatal))
#define KSFT_NUMBERS(fatal, exp, exp_text, op, seen, seen_text) \
	KSFT_IF(fatal, ({ \
		struct ksft_number ksft_e = KSFT_NUMBER(exp); \
		struct ksft_number ksft_s = KSFT_NUMBER(seen); \
		ksft_order(ksft_e, ksft_s) op 0 || ksft_differ(KSFT_AT, \
			ksft_e, exp_text " " #op " " seen_text, ksft_s); \
	}))
/* By value, whatever the types: -1 is less than 1U. ?: widens bit-fields. */
#define KSFT_NUMBER(x) ({ \
	__auto_type ksft_x = 1 ? (x) : (x); \
	_Generic(ksft_x, int: ksft_signed, long: ksft_signed, \
		 long long: ksft_signed, unsigned int: ksft_unsigned, \
		 unsigned long: ksft_unsigned, \
		 unsigned long long: ksft_unsigned, \
		 default: ksft_pointer)(ksft_x); \
})

struct ksft_number { uintmax_t value; bool negative; };

static inline struct ksft_number ksft_signed(intmax_t x)
{
	return (struct ksft_number){ x, x < 0 };
}

static inline struct ksft_number ksft_unsigned(uintmax_t x)
{
	return (struct ksft_number){ x, false };
}

static inline struct ksft_number ksft_pointer(const volatile void *x)
{
	return (struct ksft_number){ (uintptr_t)x, false };
}

static inline int ksft_order(struct ksft_number a, struct ksft_number b)
{
	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	return (a.value > b.value) - (a.value < b.value);
}

static inline uintmax_t ksft_size(struct ksft_number x)
{
	return x.negative ? -x.value : x.value;
}

__attribute__((format(printf, 3, 4)))
static inline bool ksft_fail(const char *file, int line, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "%s:%d: expected %s\n", file, line, text);
	ksft_harness.shared->failed = true;
	return false;
}

static inline bool ksft_differ(const char *file, int line,
			       struct ksft_number e, const char *text,
			       struct ksft_number s)
{
	return ksft_fail(file, line, "%s, values %s%ju (%#jx) and %s%ju (%#jx)",
			 text,
			 e.negative ? "-" : "", ksft_size(e), e.value,
			 s.negative ? "-" : "", ksft_size(s), s.value);
}

static inline bool ksft_streq(const char *file, int line, const char *exp,
			      const char *seen)
{
	if (exp == seen || (exp && seen && !strcmp(exp, seen)))
		return true;
	return ksft_fail(file, line, "\"%s\", seen \"%s\"",
			 exp ? exp : "(null)", seen ? seen : "(null)");
}

static inline bool ksft_memeq(const char *file, int line, const void *exp,
			      const void *seen, size_t n)
{
	const unsigned char *e = exp, *s = seen;

	for (size_t i = 0; i < n; i++)
		if (e[i] != s[i])
			return ksft_fail(file, line, "%#x at byte %zu of %zu, seen %#x",
					 e[i], i, n, s[i]);
	return true;
}

#endif
