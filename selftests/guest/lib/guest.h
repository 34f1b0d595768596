/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program file has to provide. The library does the rest: starts the
 * machine, finds the video memory, runs the program once, then serves
 * commands for ever.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

extern const char program_name[];

/* Called with a display device selected; never if the guest has none. */
void program_run(void);

#endif
