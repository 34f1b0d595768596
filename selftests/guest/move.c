// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that moves its BAR once, as an operating system does that balances
 * resources, and stays at the second place.
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/vga.h"

const char program_name[] = "move";

void program_run(void)
{
	uint32_t a = vga_place(0);

	if (!place_and_mark(a, 0xc0d) || !expect_here(WHOLE))
		return;
	vga_move(vga_place(1));
	expect_here(WHOLE);
	expect_hole(a);
}
