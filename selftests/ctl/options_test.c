// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Are options taken wherever they stand, and is what isn't one refused?
 */
#include <string.h>

#include "ctl.h"
#include "ksft_harness.h"
#include "options.h"

struct taken {
	bool json;
	const char *path;
};

static int parse(struct taken *taken, char **words)
{
	const struct option_spec specs[] = {
		{ "json", 'j', &taken->json, NULL },
		{ "emulator", 'e', NULL, &taken->path },
		{ 0 },
	};
	int argc = 0;

	memset(taken, 0, sizeof(*taken));
	while (words[argc])
		argc++;
	return options_parse(argc, words, specs);
}

#define WORDS(...)	((char *[]){ "subcommand", ##__VA_ARGS__, NULL })

TEST(taken)
{
	struct taken taken;
	char **words = WORDS("a", "--json", "b", "-e", "/x");

	EXPECT_EQ(1, parse(&taken, WORDS()));
	EXPECT_FALSE(taken.json);
	EXPECT_EQ(4, parse(&taken, words));
	EXPECT_TRUE(taken.json);
	EXPECT_STREQ("/x", taken.path);
	EXPECT_STREQ("a", words[4]);
	EXPECT_STREQ("b", words[5]);
	EXPECT_EQ(2, parse(&taken, WORDS("--emulator=/y")));
	EXPECT_STREQ("/y", taken.path);
	EXPECT_EQ(2, parse(&taken, WORDS("--", "--json")));
	EXPECT_FALSE(taken.json);
}

TEST(refused)
{
	struct taken taken;

	EXPECT_EQ(CTL_USAGE, parse(&taken, WORDS("--nothing")));
	EXPECT_EQ(CTL_USAGE, parse(&taken, WORDS("-x")));
	EXPECT_EQ(CTL_USAGE, parse(&taken, WORDS("--json=5")));
	EXPECT_EQ(CTL_USAGE, parse(&taken, WORDS("--emulator")));
	EXPECT_EQ(CTL_HELP, parse(&taken, WORDS("a", "--help")));
	EXPECT_EQ(CTL_HELP, parse(&taken, WORDS("-jh")));
}

/* A program's own options are none of its runner's. */
TEST(before_a_program)
{
	static const struct option_spec none[] = { { 0 } };

	EXPECT_EQ(1, options_parse(3, WORDS("program", "--json"), none));
	EXPECT_EQ(2, options_parse(4, WORDS("--", "--program", "--help"), none));
	EXPECT_EQ(CTL_HELP, options_parse(3, WORDS("--help", "program"), none));
	EXPECT_EQ(CTL_USAGE, options_parse(3, WORDS("--json", "program"), none));
}

TEST_HARNESS_MAIN
