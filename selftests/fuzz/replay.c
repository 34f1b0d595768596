// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A fuzz target as a test: all inputs of corpus/NAME.hex for the program NAME,
 * one a line.  What a fuzzer found once can't come back, and each compiler's
 * sanitizers see what it led to.
 */
#include <ctype.h>
#include <libgen.h>
#include <limits.h>

#include "fuzz.h"
#include "ksft_harness.h"

static uint8_t input[4096];

static FILE *open_corpus(void)
{
	char self[PATH_MAX] = "", path[2 * PATH_MAX];
	const char *top = getenv("srctree");
	FILE *file;

	ASSERT_NOT_NULL(top)
		TH_LOG("srctree= is set by the runner");
	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(path, sizeof(path), "%s/selftests/fuzz/corpus/%s.hex", top, basename(self));
	file = fopen(path, "r");
	ASSERT_NOT_NULL(file)
		TH_LOG("no %s", path);
	return file;
}

/* 0 for what is no input: a comment. */
static size_t unhex(const char *line)
{
	size_t size = 0;
	int used;

	for (; isxdigit(*line) && size < sizeof(input); line += used)
		if (sscanf(line, "%2hhx%n", &input[size++], &used) != 1)
			return 0;
	return *line == '\n' ? size : 0;
}

static void replay(unsigned int number, size_t size)
{
	fuzz_one(input, size);
	if (!ksft_harness.shared->failed)
		return;
	TH_LOG("line %u", number);
	ksft_leave(true);
}

TEST_TIMEOUT(corpus, 120)
{
	FILE *file = open_corpus();
	unsigned int number = 0, nr = 0;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) > 0) {
		size_t size = unhex(line);

		number++;
		if (!size)
			continue;
		replay(number, size);
		nr++;
	}
	free(line);
	fclose(file);
	printf("%u inputs\n", nr);
	EXPECT_LT(0, nr);
}

TEST_HARNESS_MAIN
