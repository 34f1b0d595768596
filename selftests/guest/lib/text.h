/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text in and out: words, numbers, a small format. Pure: no I/O, no state.
 */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Knows %s %c %u %llu %x and %0Nx, nothing else. Always terminates @to,
 * cuts what does not fit, returns the length of what is there.
 */
size_t format(char *to, size_t room, const char *how, va_list args);
size_t print(char *to, size_t room, const char *how, ...)
	__attribute__((format(printf, 3, 4)));

bool same(const char *a, const char *b);

/* Cuts @line into at most @max words, in place; -1 if there are more. */
int split(char *line, char **word, int max);

/* The whole word has to be a number that fits; hex takes an optional 0x. */
bool parse_hex(const char *word, uint32_t *value);
bool parse_count(const char *word, uint32_t *value);

#endif
