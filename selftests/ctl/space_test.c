// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a guest's address space told as it is?  Whatever pages and records there
 * are, each frame is in one span, and what is drawn has them all.  A failure here
 * is an operator who looks for pages in the wrong place.
 */
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "gfn.h"
#include "ksft_harness.h"

#define RAM_END	0x3000ULL
#define VRAM	0x1000ULL
#define BAR	0xe0000ULL
#define TOP	0x100000ULL

static const struct colours plain = { "", "", "", "", "", "" };

static struct guest_block blocks[2] = {
	{ .home = RAM_END, .place = BAR, .nr = VRAM, .name = "vga.vram" },
	{ .home = RAM_END + VRAM, .place = RAM_END + VRAM, .nr = 16, .name = "ram@4000000" },
};

static const struct guest guest = { .block = blocks, .nr_blocks = 2 };

static const struct extent pages[] = {
	{ 0, 0xa0 }, { 0xc0, RAM_END - 0xc0 }, { RAM_END + VRAM, 16 }, { BAR, VRAM },
	{ 0xfeff8, 8 },
};
#define NR_PAGES	(sizeof(pages) / sizeof(*pages))

static void expect_spans(const struct space *space, const enum span_kind *kinds, size_t nr)
{
	uint64_t gfn = 0;

	ASSERT_EQ(nr, space->nr);
	for (size_t i = 0; i < nr; i++) {
		EXPECT_EQ(kinds[i], space->span[i].kind) TH_LOG("span %zu", i);
		EXPECT_EQ(gfn, space->span[i].gfn) TH_LOG("span %zu", i);
		gfn += space->span[i].nr;
	}
}

TEST(placed)
{
	static const enum span_kind kinds[] = {
		SPAN_RAM, SPAN_EMPTY, SPAN_RAM, SPAN_LEFT, SPAN_AT_HOME, SPAN_EMPTY, SPAN_PLACED,
		SPAN_EMPTY, SPAN_OTHER, SPAN_EMPTY,
	};
	char text[SPACE_WORDS];
	struct space space;

	ASSERT_EQ(0, space_build(&space, pages, NR_PAGES, &guest, RAM_END));
	expect_spans(&space, kinds, 10);
	EXPECT_EQ(TOP, space.span[9].gfn + space.span[9].nr);
	EXPECT_EQ(&blocks[0], space.span[6].block);
	space_label(&space.span[6], text);
	EXPECT_STREQ("vga.vram, placed; its home is 3000000", text);
	space_label(&space.span[1], text);
	EXPECT_STREQ("VGA window", text);
	space_label(&space.span[8], text);
	EXPECT_STREQ("special pages", text);
	space_release(&space);
}

/* Without records, pages in the hole are nobody's; above 4 GiB they are RAM. */
TEST(nothing_recorded)
{
	static const enum span_kind kinds[] = { SPAN_RAM, SPAN_EMPTY, SPAN_OTHER, SPAN_EMPTY,
						SPAN_RAM };
	static const struct extent some[] = { { 0, RAM_END }, { BAR, VRAM }, { TOP, 512 } };
	static const struct guest none = { .nr_blocks = 0 };
	struct space space;

	ASSERT_EQ(0, space_build(&space, some, 3, &none, RAM_END));
	expect_spans(&space, kinds, 5);
	space_release(&space);
}

/* A record that isn't true, or only in part. */
TEST(pages_that_are_not_there)
{
	static const enum span_kind kinds[] = { SPAN_RAM, SPAN_LEFT, SPAN_MISSING, SPAN_EMPTY,
						SPAN_PLACED, SPAN_MISSING, SPAN_EMPTY };
	static const struct extent some[] = { { 0, RAM_END }, { BAR, VRAM / 2 } };
	struct space space;
	char text[SPACE_WORDS];

	ASSERT_EQ(0, space_build(&space, some, 2, &guest, RAM_END));
	expect_spans(&space, kinds, 7);
	space_label(&space.span[5], text);
	EXPECT_STREQ("vga.vram by its record, but NO PAGES", text);
	space_release(&space);
}

TEST(sizes)
{
	static const struct {
		uint64_t nr;
		const char *text;
	} rows[] = {
		{ 1, "4 KiB" }, { 16, "64 KiB" }, { 0x1000, "16 MiB" }, { 0x180, "1.5 MiB" },
		{ 0xf8ff8, "3.9 GiB" }, { 0x100000, "4 GiB" }, { GFN_MAX, "4 PiB" },
		{ 255, "1020 KiB" },
	};
	char text[SPACE_WORDS];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		space_size(rows[i].nr, text);
		EXPECT_STREQ(rows[i].text, text);
	}
}

/* Random pages and blocks: no gap, no overlap, no neighbours alike. */
TEST(random)
{
	uint64_t random = ksft_seed(), rounds = ksft_iterations(2000);

	while (rounds--) {
		struct extent some[8];
		struct guest_block b[4];
		struct guest any = { .block = b, .nr_blocks = ksft_random(&random) % 5 };
		struct space space;
		uint64_t gfn = 0;
		size_t nr = ksft_random(&random) % 9;

		for (size_t i = 0; i < nr; i++) {
			gfn += ksft_random(&random) % 100;
			some[i] = (struct extent){ gfn, 1 + ksft_random(&random) % 100 };
			gfn += some[i].nr + 1;
		}
		for (unsigned int i = 0; i < any.nr_blocks; i++)
			b[i] = (struct guest_block){
				.home = ksft_random(&random) % 1000,
				.place = ksft_random(&random) % 1000,
				.nr = 1 + ksft_random(&random) % 100,
			};
		ASSERT_EQ(0, space_build(&space, some, nr, &any, ksft_random(&random) % 500));
		gfn = 0;
		for (size_t i = 0; i < space.nr; i++) {
			const struct span *s = &space.span[i];

			ASSERT_EQ(gfn, s->gfn);
			ASSERT_NE(0, s->nr);
			if (i)
				ASSERT_TRUE(s[-1].kind != s->kind || s[-1].block != s->block);
			gfn += s->nr;
		}
		ASSERT_LE(TOP, gfn);
		space_release(&space);
	}
}

static char *drawn(const struct space *space, bool svg, bool unicode)
{
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	if (svg)
		draw_svg(out, space, "a <guest> & \"its\" \001");
	else
		draw_text(out, space, unicode, &plain);
	fclose(out);
	return text;
}

TEST(characters)
{
	static const char lines[] =
		"   100000000 +------------------------+\n"
		"             |                        |       4 KiB\n"
		"    fffff000 +------------------------+\n";
	struct space space;
	char *text;

	ASSERT_EQ(0, space_build(&space, &(struct extent){ 0, TOP - 1 }, 1,
				 &(struct guest){ .nr_blocks = 0 }, TOP - 1));
	text = drawn(&space, false, false);
	EXPECT_EQ(0, strncmp(lines, text, strlen(lines))) TH_LOG("%s", text);
	free(text);
	text = drawn(&space, false, true);
	EXPECT_NOT_NULL(strstr(text, "fffff000 ├──"));
	EXPECT_NOT_NULL(strstr(text, "0 └──"));
	free(text);
	space_release(&space);
}

TEST(svg)
{
	struct space space;
	char *text;

	ASSERT_EQ(0, space_build(&space, pages, NR_PAGES, &guest, RAM_END));
	text = drawn(&space, true, false);
	EXPECT_NOT_NULL(strstr(text, "a &lt;guest&gt; &amp; \"its\" ?"));
	EXPECT_NOT_NULL(strstr(text, "marker-end"));
	EXPECT_NOT_NULL(strstr(text, "</svg>\n"));
	free(text);
	space_release(&space);
}

TEST_HARNESS_MAIN
