/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines over the first serial port. A guest without one (no serial= in its
 * configuration) gets no lines and writes into the void.
 */
#ifndef GUEST_UART_H
#define GUEST_UART_H

#include <stddef.h>

void uart_start(void);

/*
 * The next complete line without its end, or NULL. Empty lines are skipped:
 * they are what a sender uses to end an abandoned half line. A line too long
 * to be a command comes as "?", which is none.
 * The text is good until the next call.
 */
char *uart_line(void);

void uart_write(const char *text, size_t length);

#endif
