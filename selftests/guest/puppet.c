// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that places its BAR, marks its video memory and does nothing else
 * of its own: tests lead it by commands. It looks at nothing, so that whatever
 * a command finds was not blamed before.
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/vga.h"

const char program_name[] = "puppet";

void program_run(void)
{
	place_and_mark(vga_place(0), 0xabc);
}
