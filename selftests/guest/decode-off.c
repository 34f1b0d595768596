// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that marks its video memory, switches its BAR off and leaves it so:
 * as between two drivers. Whether the frames still show the memory meanwhile
 * is the device model's choice; that it is unharmed shows after "decode 1".
 */
#include "lib/guest.h"
#include "lib/judge.h"
#include "lib/vga.h"

const char program_name[] = "decode-off";

void program_run(void)
{
	if (!place_and_mark(vga_place(0), 0xdec) || !expect_here(WHOLE))
		return;
	vga_set_decode(false);
	if (vga_decode())
		blame("decode stays on", vga_at());
}
