// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that moves its BAR again and again over several places, for what
 * shows only after a while: leaks, entries that pile up, a rare order of
 * events. The moves go on while commands are served; "wait" awaits the end.
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/series.h"
#include "lib/vga.h"

#define MOVES 256

const char program_name[] = "many-moves";

void program_run(void)
{
	if (!place_and_mark(vga_place(0), 0xa11) || !expect_here(WHOLE))
		return;
	if (!series_start(MOVES, 0, 0))
		blame("no free places", vga_at());
}
