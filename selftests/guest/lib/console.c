// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Xen's debug port. The only way to be heard that works without a serial
 * port, before anything is set up, and from a guest that is about to stop.
 */
#include "console.h"
#include "cpu.h"
#include "text.h"

#define DEBUG_PORT 0xe9

void console_line(const char *text, size_t length)
{
	static const char prefix[] = "GUEST ";

	outsb(DEBUG_PORT, prefix, sizeof(prefix) - 1);
	outsb(DEBUG_PORT, text, length);
	outb('\n', DEBUG_PORT);
}

void report(const char *how, ...)
{
	char line[160];
	va_list args;

	va_start(args, how);
	console_line(line, format(line, sizeof(line), how, args));
	va_end(args);
}
