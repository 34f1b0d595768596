/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Xen's debug port 0xe9: needs no device model, appears in `xl dmesg` and on
 * Xen's console as "(dN) GUEST ...". Xen breaks very long lines.
 */
#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

#include <stddef.h>

void console_line(const char *text, size_t length);

void report(const char *how, ...) __attribute__((format(printf, 1, 2)));

#endif
