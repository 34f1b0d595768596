// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a difference between records, p2m and QEMU seen, and nothing else taken for
 * one?  And is QEMU's monitor understood, in the words of several versions, or
 * else not believed?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "compare.h"
#include "gfn.h"
#include "ksft_harness.h"

#define HOME	0x3000
#define BAR	0xe0000
#define NR	0x1000

TEST(facts)
{
	static const struct {
		struct facts facts;
		unsigned int differences;
	} rows[] = {
		/* home, place, nr, at place, at home, BAR known, BAR, memory, compared, unequal */
		{ { HOME, BAR, NR, NR, 0, 1, BAR, MEMORY_GUEST, 16, 0 }, 0 },
		{ { HOME, HOME, NR, NR, 0, 1, GFN_NONE, MEMORY_UNKNOWN, 0, 0 }, 0 },
		{ { HOME, BAR, NR, NR, 0, 1, GFN_NONE, MEMORY_UNKNOWN, 0, 0 }, 0 },
		{ { HOME, HOME, NR, NR, 0, 0, 0, MEMORY_UNKNOWN, 0, 0 }, 0 },
		{ { HOME, BAR, NR, NR, 0, 1, BAR + NR, MEMORY_UNKNOWN, 0, 0 }, DIFFERS_BAR },
		{ { HOME, BAR, NR, NR - 1, 0, 1, BAR, MEMORY_UNKNOWN, 0, 0 }, DIFFERS_PAGES },
		{ { HOME, BAR, NR, NR, 1, 1, BAR, MEMORY_GUEST, 16, 0 }, DIFFERS_HOME },
		/* a block at home has pages there */
		{ { HOME, HOME, NR, NR, NR, 0, 0, MEMORY_UNKNOWN, 0, 0 }, 0 },
		{ { HOME, BAR, NR, NR, 0, 1, BAR, MEMORY_OWN, 16, 0 }, DIFFERS_MEMORY },
		{ { HOME, BAR, NR, NR, 0, 1, BAR, MEMORY_GUEST, 16, 1 }, DIFFERS_CONTENTS },
		{ { HOME, BAR, NR, 0, NR, 1, BAR, MEMORY_OWN, 16, 2 },
		  DIFFERS_PAGES | DIFFERS_HOME | DIFFERS_MEMORY | DIFFERS_CONTENTS },
		/* without a record */
		{ { GFN_NONE, BAR, NR, NR, 0, 1, BAR, MEMORY_GUEST, 16, 0 }, DIFFERS_RECORD },
		{ { GFN_NONE, BAR, NR, 0, 0, 1, BAR, MEMORY_UNKNOWN, 0, 0 },
		  DIFFERS_RECORD | DIFFERS_PAGES },
		{ { GFN_NONE, GFN_NONE, NR, COMPARE_UNKNOWN, COMPARE_UNKNOWN, 1, GFN_NONE,
		    MEMORY_UNKNOWN, 0, 0 }, DIFFERS_RECORD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		EXPECT_EQ(rows[i].differences, compare_facts(&rows[i].facts)) TH_LOG("row %zu", i);
}

TEST(words)
{
	for (unsigned int bit = 1; bit <= DIFFERS_CONTENTS; bit <<= 1) {
		EXPECT_NE('\0', *compare_words(bit));
		EXPECT_NE('\0', *compare_key(bit));
	}
	EXPECT_STREQ("", compare_key(DIFFERS_CONTENTS << 1));
}

static int cards_of(const char *text, struct card cards[CARDS_MAX])
{
	struct json_object *answer = json_tokener_parse(text);
	int nr = card_parse(answer, cards);

	json_object_put(answer);
	return nr;
}

#define CARD(address, bar, class) \
	"{\"bus\": 0, \"slot\": 2, \"class_info\": {\"desc\": \"VGA controller\", " \
	"\"class\": " class "}, \"regions\": [{\"bar\": 6, \"type\": \"memory\", " \
	"\"address\": 5, \"size\": 65536}, {\"bar\": " bar ", \"type\": \"memory\", " \
	"\"prefetch\": true, \"size\": 16777216, \"address\": " address "}]}"
#define BUS(devices)	"[{\"bus\": 0, \"devices\": [" devices "]}]"

TEST(cards)
{
	struct card cards[CARDS_MAX];

	ASSERT_EQ(1, cards_of(BUS(CARD("3758096384", "0", "768")), cards));
	EXPECT_EQ(BAR, cards[0].bar);
	EXPECT_EQ(NR, cards[0].nr);
	EXPECT_STREQ("VGA controller", cards[0].model);
	ASSERT_EQ(1, cards_of(BUS(CARD("-1", "0", "768")), cards));
	EXPECT_EQ(GFN_NONE, cards[0].bar);
	ASSERT_EQ(2, cards_of(BUS(CARD("-1", "0", "896") ", {}, "
				  CARD("3758096384", "0", "768")), cards));
	EXPECT_EQ(BAR, cards[1].bar);
	/* another class; another BAR */
	EXPECT_EQ(0, cards_of(BUS(CARD("-1", "0", "512")), cards));
	EXPECT_EQ(0, cards_of(BUS(CARD("-1", "2", "768")), cards));
	EXPECT_EQ(CARDS_MAX, cards_of(BUS(CARD("1", "0", "768") "," CARD("1", "0", "768") ","
					  CARD("1", "0", "768") "," CARD("1", "0", "768") ","
					  CARD("1", "0", "768")), cards));
}

/* Nothing that any peer says leads astray. */
TEST(no_cards)
{
	static const char *const texts[] = {
		"{}", "[]", "[1]", "\"x\"", "[{\"devices\": 5}]", "[{\"devices\": [5, null]}]",
		"[{\"devices\": [{\"class_info\": 3}]}]",
		"[{\"devices\": [{\"class_info\": {\"class\": 768}, \"regions\": [{}]}]}]",
		"[{\"devices\": [{\"class_info\": {\"class\": 768}, \"regions\": {\"bar\": 0}}]}]",
		"[{\"devices\": [{\"class_info\": {\"class\": \"768\"}}]}]", "null", "",
	};
	struct card cards[CARDS_MAX];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		EXPECT_EQ(0, cards_of(texts[i], cards)) TH_LOG("%s", texts[i]);
}

TEST(dumped_words)
{
	uint32_t words[CARD_WORDS];
	char text[4096] = "", *end = text;

	for (unsigned int i = 0; i < CARD_WORDS; i += 4)
		end += sprintf(end, "%016x: 0x%08x 0x%08x 0x%08x 0x%08x\r\n", 0xe0000000 + i * 4, i,
			       i + 1, i + 2, 0xfffffffc + i % 4);
	ASSERT_EQ(0, card_parse_words(text, words));
	EXPECT_EQ(0, words[0]);
	EXPECT_EQ(62, words[62]);
	EXPECT_EQ(0xfffffffc, words[63]);
	/* cut off, and other things that QEMU says */
	for (char *cut = end - 3; cut > text; cut -= 7) {
		*cut = '\0';
		if (card_parse_words(text, words))
			EXPECT_EQ(-EPROTO, card_parse_words(text, words));
		else
			EXPECT_LT(end - 12, cut);
	}
	EXPECT_EQ(-EPROTO, card_parse_words("Cannot access memory\r\n", words));
	EXPECT_EQ(-EPROTO, card_parse_words("unknown command: 'xp'", words));
	EXPECT_EQ(-EPROTO, card_parse_words("", words));
}

TEST_HARNESS_MAIN
