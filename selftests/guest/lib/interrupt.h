/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sleeping and time. A guest that spins takes a processor away from dom0, so
 * guests sleep until the timer or the serial port has something for them.
 */
#ifndef GUEST_INTERRUPT_H
#define GUEST_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

void interrupts_start(void);

/*
 * Sleeps until the next interrupt, a tick at the latest; not at all if the
 * serial port has rung since the last call, for then there is something left
 * to look at.
 */
void idle(void);

/*
 * A bound on work: coarse (a tick is a second), made for "give
 * up after so many seconds", not for measuring.
 */
uint32_t deadline(uint32_t seconds);
bool past(uint32_t deadline);

#endif
