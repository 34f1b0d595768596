// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that places its BAR once, as every firmware does, and stays: what
 * has to work in any case.
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/vga.h"

const char program_name[] = "steady";

void program_run(void)
{
	if (place_and_mark(vga_place(0), 0xc0d))
		expect_here(WHOLE);
}
