// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the latest wish about each record win, and does the table stay as small
 * as it is?  A failure means a record that is published late, or never, or a
 * publisher that a device model can fill.
 */
#include <errno.h>

#include "ksft_harness.h"
#include "wishes.h"

FIXTURE(wishes) {
	struct wishes w;
	struct wish next;
};
FIXTURE_SETUP(wishes)
{
	(void)self;
}
FIXTURE_TEARDOWN(wishes)
{
	(void)self;
}

static struct record at(uint64_t home, uint64_t place)
{
	return (struct record){ home << 12, place << 12, 0x1000, "vga.vram" };
}

static void publish(struct wishes *w, uint64_t home, uint64_t place)
{
	const struct record rec = at(home, place);

	ASSERT_EQ(0, wishes_publish(w, &rec));
}

TEST_F(wishes, none)
{
	EXPECT_EQ(false, wishes_next(&self->w, &self->next));
}

TEST_F(wishes, latest_wins)
{
	publish(&self->w, 1, 10);
	publish(&self->w, 1, 11);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(11 << 12, self->next.rec.start_addr);
	wishes_done(&self->w, &self->next);
	EXPECT_EQ(false, wishes_next(&self->w, &self->next));
}

TEST_F(wishes, not_done_with_the_one_before)
{
	publish(&self->w, 1, 10);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	publish(&self->w, 1, 11);
	wishes_done(&self->w, &self->next);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(11 << 12, self->next.rec.start_addr);

	/* the same for the removal of all of them */
	wishes_clear(&self->w);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	wishes_clear(&self->w);
	wishes_done(&self->w, &self->next);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(WISH_CLEAR, self->next.what);
}

TEST_F(wishes, clear_comes_first)
{
	publish(&self->w, 1, 10);
	wishes_clear(&self->w);
	publish(&self->w, 2, 10);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(WISH_CLEAR, self->next.what);
	wishes_done(&self->w, &self->next);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(2 << 12, self->next.rec.phys_offset);
	wishes_done(&self->w, &self->next);
	EXPECT_EQ(false, wishes_next(&self->w, &self->next));
}

/* One that is wished for all the time, or always fails, keeps none waiting. */
TEST_F(wishes, oldest_first)
{
	publish(&self->w, 1, 10);
	publish(&self->w, 2, 10);
	publish(&self->w, 1, 11);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(2 << 12, self->next.rec.phys_offset);
	wishes_postpone(&self->w, &self->next);
	ASSERT_TRUE(wishes_next(&self->w, &self->next));
	EXPECT_EQ(1 << 12, self->next.rec.phys_offset);
}

TEST_F(wishes, bounded)
{
	const struct record more = at(RECORDS_MAX + 1, 1);

	for (uint64_t i = 1; i <= RECORDS_MAX; i++)
		publish(&self->w, i, 1);
	EXPECT_EQ(-ENOSPC, wishes_publish(&self->w, &more));
	EXPECT_EQ(-ENOSPC, wishes_withdraw(&self->w, more.phys_offset));
	publish(&self->w, RECORDS_MAX, 2);

	/* what is gone makes room */
	EXPECT_EQ(0, wishes_withdraw(&self->w, 1 << 12));
	do {
		ASSERT_TRUE(wishes_next(&self->w, &self->next));
		wishes_done(&self->w, &self->next);
	} while (self->next.what != WISH_WITHDRAW);
	EXPECT_EQ(0, wishes_publish(&self->w, &more));
	EXPECT_EQ(RECORDS_MAX, self->w.nr);
}

TEST_F(wishes, renewed)
{
	for (uint64_t i = 1; i <= 3; i++)
		publish(&self->w, i, 1);
	while (wishes_next(&self->w, &self->next))
		wishes_done(&self->w, &self->next);
	wishes_renew(&self->w);
	for (uint64_t i = 1; i <= 3; i++) {
		ASSERT_TRUE(wishes_next(&self->w, &self->next));
		EXPECT_EQ(i << 12, self->next.rec.phys_offset);
		wishes_done(&self->w, &self->next);
	}
	EXPECT_EQ(false, wishes_next(&self->w, &self->next));
}

/* ---- any order of events ends in what was wished last ---- */

#define HOMES	8
#define NOWHERE	0

struct truth {
	uint64_t wished[HOMES];
	uint64_t stored[HOMES];
};

/* Somebody wishes. */
static void change(struct wishes *w, struct truth *t, uint64_t *random)
{
	uint64_t home = ksft_random(random) % HOMES, place = ksft_random(random) % 8;

	if (ksft_random(random) % 16 == 0) {
		wishes_clear(w);
		memset(t->wished, 0, sizeof(t->wished));
	} else if (place == NOWHERE) {
		ASSERT_EQ(0, wishes_withdraw(w, (home + 1) << 12));
		t->wished[home] = NOWHERE;
	} else {
		publish(w, home + 1, place);
		t->wished[home] = place;
	}
}

/* xenstore does it; wishes may come meanwhile, and it may have failed. */
static void fulfil(struct wishes *w, struct truth *t, uint64_t *random)
{
	struct wish next;

	if (!wishes_next(w, &next))
		return;
	if (ksft_random(random) % 4 == 0) {
		wishes_postpone(w, &next);
		return;
	}
	if (next.what == WISH_CLEAR)
		memset(t->stored, 0, sizeof(t->stored));
	else
		t->stored[(next.rec.phys_offset >> 12) - 1] =
			next.what == WISH_PUBLISH ? next.rec.start_addr >> 12 : NOWHERE;
	if (ksft_random(random) % 2)
		change(w, t, random);
	wishes_done(w, &next);
}

TEST_F(wishes, random)
{
	uint64_t random = ksft_seed();

	for (uint64_t i = 0; i < ksft_iterations(2000); i++) {
		struct truth t = { .wished = { 0 } };

		memset(&self->w, 0, sizeof(self->w));
		for (int n = 0; n < 40; n++)
			(ksft_random(&random) % 2 ? change : fulfil)(&self->w, &t, &random);
		while (wishes_next(&self->w, &self->next))
			fulfil(&self->w, &t, &random);
		ASSERT_MEMEQ(t.wished, t.stored, sizeof(t.wished))
			TH_LOG("round %ju", (uintmax_t)i);
	}
}

TEST_HARNESS_MAIN
