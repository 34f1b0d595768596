// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that leaves its BAR unplaced, so that a test decides where the video
 * memory goes first: from where the device model populated it. It must not
 * touch the display before a command does.
 */
#include "lib/guest.h"

const char program_name[] = "unplaced";

void program_run(void)
{
}
