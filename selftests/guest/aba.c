// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that moves its BAR away and back. On the way back the device model
 * makes no relocate call, because it has been there before: who follows only
 * those calls leaves the memory behind.
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/vga.h"

const char program_name[] = "aba";

void program_run(void)
{
	uint32_t a = vga_place(0), b = vga_place(1);

	if (!place_and_mark(a, 0xaba) || !expect_here(WHOLE))
		return;
	vga_move(b);
	expect_here(WHOLE);
	expect_hole(a);
	vga_move(a);
	expect_here(WHOLE);
	expect_hole(b);
}
