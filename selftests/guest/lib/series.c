// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A series of BAR moves. It ends at the first thing that is wrong: what comes
 * after would only be a consequence.
 */
#include "console.h"
#include "guest.h"
#include "interrupt.h"
#include "judge.h"
#include "series.h"
#include "vga.h"

#define OWN_PLACES	6
#define WHOLE_EVERY	16	/* in between, some pages have to do */

static uint32_t places[SERIES_PLACES];
static uint32_t count, next;
static uint32_t left, done;

static bool is_free(uint32_t at)
{
	struct findings f;

	f = vram_probe(at, vga->pages, vga->pages / 16 + 1, deadline(PATIENCE));
	return !f.bad;
}

static void choose_places(void)
{
	for (uint32_t i = 0; i < OWN_PLACES; i++) {
		uint32_t at = vga_place(i);

		if (at == vga_at() || is_free(at))
			places[count++] = at;
	}
}

bool series_start(uint32_t moves, const uint32_t *given, uint32_t n)
{
	count = 0;
	next = 0;
	done = 0;
	left = 0;
	for (; count < n; count++)
		places[count] = given[count];
	if (!n)
		choose_places();
	if (count < 2)
		return false;
	left = moves;
	return true;
}

uint32_t series_left(void)
{
	return left;
}

static uint32_t next_place(void)
{
	uint32_t at = places[next++ % count];

	return at == vga_at() ? places[next++ % count] : at;
}

void series_step(void)
{
	uint32_t old = vga_at();
	bool whole = left == 1 || done % WHOLE_EVERY == WHOLE_EVERY - 1;

	vga_move(next_place());
	done++;
	left--;
	if (!expect_here(whole ? WHOLE : CHEAP) ||
	    (old != vga_at() && !expect_hole(old)))
		left = 0;
	if (!left)
		report("%s %s moves=%u", program_name, verdict(), done);
}

void series_stop(void)
{
	left = 0;
}

void series_finish(void)
{
	while (left)
		series_step();
}

uint32_t series_done(void)
{
	return done;
}
