/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test protocol: KTAP version 1 on stdout and kselftest's exit codes.
 *
 * Apart from the harness, so that a program which needs no harness (one long
 * scenario, a benchmark) still speaks what runner.sh reads. It only prints and
 * counts: it must not fork, read the command line or decide what a test is.
 * Every line is flushed at once: whoever watches a slow test sees it live.
 */
#ifndef SELFTESTS_KSFT_H
#define SELFTESTS_KSFT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The first five are exit codes too; a program ends with 1 for the others. */
enum ksft_verdict {
	KSFT_PASS = 0,
	KSFT_FAIL = 1,		/* what is tested is wrong */
	KSFT_XFAIL = 2,		/* failed, and was known to */
	KSFT_XPASS = 3,		/* passed, but was expected to fail */
	KSFT_SKIP = 4,		/* cannot be tested here: the reason says why */
	KSFT_TIMEOUT,		/* did not end in time */
	KSFT_ERROR,		/* the test or the machine is wrong */
	KSFT_VERDICTS
};

struct ksft_counts {
	unsigned int plan;
	unsigned int results;
	unsigned int by_verdict[KSFT_VERDICTS];
};

/* Weak: the source files of one program share one count. */
__attribute__((weak)) struct ksft_counts ksft_counts;

static inline void ksft_print_header(void)
{
	puts("KTAP version 1");
	fflush(stdout);
}

static inline void ksft_set_plan(unsigned int plan)
{
	ksft_counts.plan = plan;
	printf("1..%u\n", plan);
	fflush(stdout);
}

/* One diagnostic line: it belongs to the result that follows it. */
__attribute__((format(printf, 1, 2)))
static inline void ksft_print_msg(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("# ", stdout);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static inline void ksft_test_result(enum ksft_verdict verdict,
				    const char *name, const char *reason)
{
	static const struct {
		const char *start, *directive;
	} words[KSFT_VERDICTS] = {
		[KSFT_PASS] = { "ok", "" },
		[KSFT_FAIL] = { "not ok", "" },
		[KSFT_XFAIL] = { "ok", " # XFAIL" },
		[KSFT_XPASS] = { "not ok", " # XPASS" },
		[KSFT_SKIP] = { "ok", " # SKIP" },
		[KSFT_TIMEOUT] = { "not ok", " # TIMEOUT" },
		[KSFT_ERROR] = { "not ok", " # ERROR" },
	};
	const char *directive = words[verdict].directive;

	ksft_counts.by_verdict[verdict]++;
	printf("%s %u %s%s", words[verdict].start, ++ksft_counts.results, name,
	       directive);
	/* Words after a bare result line would be read as part of the name. */
	if (*directive && reason && *reason)
		printf(" %s", reason);
	putchar('\n');
	fflush(stdout);
}

/* The program as a whole cannot be run here: said instead of a plan. */
__attribute__((noreturn))
static inline void ksft_exit_skip(const char *reason)
{
	printf("1..0 # SKIP %s\n", reason);
	exit(KSFT_SKIP);
}

/* Print the totals and return what main() is to return. */
static inline int ksft_finished(void)
{
	const unsigned int *n = ksft_counts.by_verdict;
	unsigned int good = n[KSFT_PASS] + n[KSFT_XFAIL];

	ksft_print_msg("Totals: pass:%u fail:%u xfail:%u xpass:%u skip:%u error:%u",
		       n[KSFT_PASS], n[KSFT_FAIL], n[KSFT_XFAIL], n[KSFT_XPASS],
		       n[KSFT_SKIP], n[KSFT_TIMEOUT] + n[KSFT_ERROR]);
	if (ksft_counts.results != ksft_counts.plan) {
		ksft_print_msg("planned %u results, had %u", ksft_counts.plan,
			       ksft_counts.results);
		return KSFT_FAIL;
	}
	if (good + n[KSFT_SKIP] != ksft_counts.plan)
		return KSFT_FAIL;
	return good ? KSFT_PASS : KSFT_SKIP;
}

#endif
