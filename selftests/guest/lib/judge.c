// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Expectations and verdict. A trapped place is not looked at page by page: on
 * an emulated machine that would take minutes, and it has failed already.
 */
#include "console.h"
#include "guest.h"
#include "interrupt.h"
#include "judge.h"
#include "vga.h"

/* Prime, so that pages at all places within a larger extent come up. */
#define CHEAP_STEP	61

static const char *complaint = "";
static uint32_t complaint_at;

void blame(const char *what, uint32_t at)
{
	if (!*complaint) {
		complaint = what;
		complaint_at = at;
	}
	report("%s FAIL %s at %x", program_name, what, at);
}

const char *verdict(void)
{
	if (*complaint)
		return "fail";
	return vga ? "pass" : "none";
}

const char *blamed(uint32_t *at)
{
	*at = complaint_at;
	return complaint;
}

bool mark_all(uint32_t salt)
{
	uint32_t done;

	done = vram_mark(vga_at(), vga->pages, salt, deadline(PATIENCE));
	vga->salt = salt;
	if (done == vga->pages)
		return true;
	blame("marking took too long", vga_at() + done * PAGE_SIZE);
	return false;
}

/* Marks nothing at a trapped place: that would take minutes, too. */
bool place_and_mark(uint32_t at, uint32_t salt)
{
	vga_move(at);
	if (vga_is_direct())
		return mark_all(salt);
	blame("trapped access", at);
	return false;
}

static bool expect_marks(uint32_t at, uint32_t step)
{
	uint32_t end = deadline(PATIENCE);
	struct findings f;

	f = vram_check(at, vga->pages, vga->salt, step, end);
	if (f.bad)
		blame("wrong mark", at + f.page * PAGE_SIZE + f.offset);
	else if (past(end))
		blame("checking took too long", at + f.pages * PAGE_SIZE);
	else
		return true;
	return false;
}

bool expect_here(enum look look)
{
	uint32_t at = vga_at();

	if (!vga_decode()) {
		blame("decode off", at);
		return false;
	}
	if (!vga_is_direct()) {
		expect_marks(at, vga->pages / 8 + 1);
		blame("trapped access", at);
		return false;
	}
	return expect_marks(at, look == WHOLE ? 1 : CHEAP_STEP);
}

bool expect_hole(uint32_t at)
{
	uint32_t step = vga->pages / 16 + 1;
	struct findings f;

	f = vram_probe(at, vga->pages, step, deadline(PATIENCE));
	if (!f.bad)
		return true;
	blame("old place not empty", at + f.page * PAGE_SIZE + f.offset);
	return false;
}
