// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a save understood, and judged right?  The files here are made in memory:
 * guests of a few pages, in the formats of xl, libxl, libxc and QEMU.  Saves
 * come from other hosts: nothing in one may lead the reader astray, whether it
 * is cut off, bent, or made up.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gfn.h"
#include "ksft_harness.h"
#include "verdict.h"

/* A guest with 1 MiB of RAM and video RAM behind it. */
#define RAM	0x100000ULL
#define VIDEO	0x40000ULL
#define HOME	(RAM >> PAGE_SHIFT)
#define NR	(VIDEO >> PAGE_SHIFT)

#define AT_F1	0xf1000ULL
#define AT_E0	0xe0000ULL
#define NOWHERE	0ULL

struct guest {
	uint64_t place[3];	/* where it has @NR pages, in frames */
	uint64_t bar;		/* in frames */
	bool decode;
	const char *record;	/* start_addr, or NULL */
};

static void put(FILE *out, const void *data, size_t len)
{
	fwrite(data, 1, len, out);
}

static void put32(FILE *out, uint32_t value)
{
	put(out, &value, sizeof(value));
}

static void put_record(FILE *out, uint32_t type, const void *body, uint32_t len)
{
	put32(out, type);
	put32(out, len);
	put(out, body, len);
	put(out, "\0\0\0\0\0\0\0", -len & 7);
}

static void put_xl(FILE *out)
{
	static const char config[] = "{ \"b_info\": {} }";

	put(out, "Xen saved domain, xl format\n \0 \r", 32);
	put32(out, 0x01020304);
	put32(out, 3);
	put32(out, 0);
	put32(out, 4 + sizeof(config));
	put32(out, sizeof(config));
	put(out, config, sizeof(config));
}

/* Pages have no contents here: they are of the kind that is only allocated. */
static void put_pages(FILE *out, const struct guest *guest)
{
	uint64_t body[1 + 4 * NR];
	size_t n = 1;

	for (int i = 0; i < 3; i++)
		for (uint64_t j = 0; guest->place[i] && j < NR; j++)
			body[n++] = (guest->place[i] + j) | 0xeULL << 60;
	/* a frame of the BAR's that has none */
	body[n++] = 0xe8000 | 0xfULL << 60;
	body[0] = n - 1;
	put_record(out, 1, body, n * 8);
}

static void put_libxc(FILE *out, const struct guest *guest)
{
	put32(out, 0xffffffff);
	put32(out, 0xffffffff);
	put32(out, htobe32(0x58454e46));
	put32(out, htobe32(3));
	put32(out, 0);
	put32(out, 0);
	put32(out, 2);
	put32(out, PAGE_SHIFT);
	put32(out, 4);
	put32(out, 17);
	put_pages(out, guest);
	put_record(out, 9, "something", 9);
	put_record(out, 0, "", 0);
}

static void put_xenstore(FILE *out, const char *start)
{
	char body[200] = "\2\0\0\0\0\0\0\0";
	size_t n = 8;

	n += sprintf(body + n, "physmap/100000/start_addr") + 1;
	n += sprintf(body + n, "%s", start) + 1;
	n += sprintf(body + n, "physmap/100000/size") + 1;
	n += sprintf(body + n, "40000") + 1;
	n += sprintf(body + n, "physmap/100000/name") + 1;
	n += sprintf(body + n, "vga.vram") + 1;
	put_record(out, 2, body, n);
}

static size_t put_card(uint8_t *to, uint32_t bar, bool decode)
{
	static const char head[] = "\4\0\0\0\7\020" "0000:00:03.0/vga"
				   "\0\0\0\0\0\0\0\2\0\0\0\2";
	uint8_t *config = to + sizeof(head) - 1;

	memcpy(to, head, sizeof(head) - 1);
	memset(config, 0, 256);
	config[4] = decode ? 3 : 1;
	config[0xb] = 3;
	bar = htole32(bar | 8);
	memcpy(config + 0x10, &bar, sizeof(bar));
	return sizeof(head) - 1 + 256;
}

static void put_emulator(FILE *out, const struct guest *guest)
{
	uint8_t body[600] = "\2\0\0\0\0\0\0\0QEVM\0\0\0\3";
	size_t n = 16;

	n += sprintf((char *)body + n, "0000:00:09.0/vga, but no section");
	n += put_card(body + n, guest->bar << PAGE_SHIFT, guest->decode);
	put_record(out, 3, body, n + 4);
}

/* The file, owned by the caller. */
static char *make(const struct guest *guest, size_t *len)
{
	char *file;
	FILE *out = open_memstream(&file, len);

	put_xl(out);
	put32(out, htobe32(0x4c696278));
	put32(out, htobe32(0x6c466d74));
	put32(out, htobe32(2));
	put32(out, 0);
	put_record(out, 1, "", 0);
	put_libxc(out, guest);
	if (guest->record)
		put_xenstore(out, guest->record);
	put_emulator(out, guest);
	put_record(out, 0, "", 0);
	fclose(out);
	return file;
}

/* Reads it; and judges, if there is a card. */
static int judge(char *file, size_t len, struct verdict *verdict)
{
	FILE *in = fmemopen(file, len, "r");
	struct display display;
	struct saved saved;
	int rc = stream_read(&saved, in);

	if (!rc)
		rc = saved.state ? display_find(&display, saved.state, saved.state_len) : -ENOENT;
	if (!rc)
		rc = verdict_reach(verdict, &saved, &display, RAM, VIDEO);
	if (!rc)
		verdict->record = NULL;
	stream_release(&saved);
	fclose(in);
	return rc;
}

TEST(verdicts)
{
	static const struct {
		struct guest guest;
		enum fate stock, shim;
		unsigned int candidates;
	} rows[] = {
		/* where the BAR is; at home; elsewhere with a record; without */
		{ { { AT_F1 }, AT_F1, true, NULL }, FATE_RIGHT, FATE_RIGHT, 0 },
		{ { { AT_F1 }, AT_F1, true, "f1000000" }, FATE_RIGHT, FATE_RIGHT, 0 },
		{ { { HOME }, AT_F1, false, NULL }, FATE_RIGHT, FATE_RIGHT, 0 },
		{ { { AT_F1 }, AT_E0, true, "f1000000" }, FATE_LOST, FATE_BY_RECORD, 0 },
		{ { { AT_F1 }, AT_E0, true, NULL }, FATE_LOST, FATE_BY_SEARCH, 1 },
		{ { { AT_F1 }, AT_F1, false, "f1000000" }, FATE_SPLIT, FATE_BY_RECORD, 0 },
		{ { { AT_F1 }, AT_F1, false, NULL }, FATE_SPLIT, FATE_BY_SEARCH, 1 },
		/* a record that isn't true; one that can't be */
		{ { { AT_F1 }, AT_E0, true, "d0000000" }, FATE_LOST, FATE_BY_SEARCH, 1 },
		{ { { AT_F1 }, AT_E0, true, "1000" }, FATE_LOST, FATE_BY_SEARCH, 1 },
		/* two that look alike; none; one that is a part of something */
		{ { { AT_F1, 0xd0000 }, AT_E0, true, NULL }, FATE_LOST, FATE_LOST, 2 },
		{ { { NOWHERE }, AT_E0, true, NULL }, FATE_LOST, FATE_LOST, 0 },
		{ { { AT_F1, AT_F1 + NR }, AT_E0, true, NULL }, FATE_LOST, FATE_LOST, 0 },
		{ { { AT_F1 + 1 }, AT_E0, false, NULL }, FATE_SPLIT, FATE_SPLIT, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct verdict verdict;
		size_t len;
		char *file = make(&rows[i].guest, &len);

		ASSERT_EQ(0, judge(file, len, &verdict)) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].stock, verdict.stock) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].shim, verdict.shim) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].candidates, verdict.candidates) TH_LOG("row %zu", i);
		free(file);
	}
}

static const struct guest moved = { { AT_F1 }, AT_E0, true, "f1000000" };

TEST(cut_off_anywhere)
{
	struct verdict verdict;
	size_t len;
	char *file = make(&moved, &len);

	for (size_t i = 1; i < len; i++) {
		char *part = malloc(i);

		memcpy(part, file, i);
		ASSERT_EQ(-ENODATA, judge(part, i, &verdict)) TH_LOG("%zu bytes", i);
		free(part);
	}
	EXPECT_EQ(0, judge(file, len, &verdict));
	free(file);
}

/* Whatever is said of it, it is read within bounds: the sanitizers watch. */
TEST(bent)
{
	uint64_t random = ksft_seed(), rounds = ksft_iterations(5000);
	size_t len, understood = 0;
	char *file = make(&moved, &len), *bent = malloc(len);
	struct verdict verdict;

	while (rounds--) {
		memcpy(bent, file, len);
		for (int i = ksft_random(&random) % 4; i >= 0; i--)
			bent[ksft_random(&random) % len] = ksft_random(&random);
		understood += !judge(bent, len, &verdict);
	}
	EXPECT_LT(0, understood);
	free(bent);
	free(file);
}

TEST(impossible_lengths)
{
	static const uint32_t lengths[] = { 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	struct verdict verdict;
	size_t len;
	char *file = make(&moved, &len);

	for (size_t at = 0; at + 4 <= len; at += 4)
		for (int i = 0; i < 4; i++) {
			uint32_t old;

			memcpy(&old, file + at, 4);
			memcpy(file + at, &lengths[i], 4);
			judge(file, len, &verdict);
			memcpy(file + at, &old, 4);
		}
	EXPECT_EQ(0, judge(file, len, &verdict));
	EXPECT_EQ(FATE_BY_RECORD, verdict.shim);
	free(file);
}

TEST(cards)
{
	uint8_t state[1200] = "";
	struct display display;
	size_t n = put_card(state + 3, 0xe0000000, true);

	ASSERT_EQ(0, display_find(&display, state, sizeof(state)));
	EXPECT_EQ(0xe0000000, display.bar);
	EXPECT_TRUE(display.decode);
	EXPECT_EQ(-ENOENT, display_find(&display, state, n + 2));
	EXPECT_EQ(-ENOENT, display_find(&display, state, 0));
	put_card(state + 3 + n, 0xd0000000, false);
	EXPECT_EQ(-ENOTUNIQ, display_find(&display, state, sizeof(state)));
	/* not of a display's class; an I/O port */
	state[3 + 34 + 0xb] = 2;
	ASSERT_EQ(0, display_find(&display, state, sizeof(state)));
	EXPECT_EQ(0xd0000000, display.bar);
	EXPECT_FALSE(display.decode);
}

TEST_HARNESS_MAIN
