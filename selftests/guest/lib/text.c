// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Text in and out: words, numbers, a small format. Pure: no I/O, no state.
 * Strict on the way in: a test's misspelt number has to be refused, not to be
 * taken for another one.
 */
#include "cpu.h"
#include "text.h"

struct out {
	char *to;
	size_t room;
	size_t used;
};

static void put(struct out *o, char c)
{
	if (o->used + 1 < o->room)
		o->to[o->used++] = c;
}

static void put_number(struct out *o, uint64_t n, uint32_t base, int width)
{
	char digit[20];
	uint32_t rest;
	int i = 0;

	do {
		n = divide(n, base, &rest);
		digit[i++] = "0123456789abcdef"[rest];
	} while (n);
	for (; width > i; width--)
		put(o, '0');
	while (i)
		put(o, digit[--i]);
}

static void put_string(struct out *o, const char *s)
{
	while (*s)
		put(o, *s++);
}

size_t format(char *to, size_t room, const char *how, va_list args)
{
	struct out o = { to, room, 0 };

	for (; *how; how++) {
		int width = 0;

		if (*how != '%') {
			put(&o, *how);
			continue;
		}
		for (how++; *how >= '0' && *how <= '9'; how++)
			width = width * 10 + *how - '0';
		switch (*how) {
		case 's':
			put_string(&o, va_arg(args, const char *));
			break;
		case 'c':
			put(&o, va_arg(args, int));
			break;
		case 'x':
			put_number(&o, va_arg(args, uint32_t), 16, width);
			break;
		case 'u':
			put_number(&o, va_arg(args, uint32_t), 10, width);
			break;
		case 'l':
			how += 2;
			put_number(&o, va_arg(args, uint64_t), 10, width);
			break;
		}
	}
	to[o.used] = 0;
	return o.used;
}

size_t print(char *to, size_t room, const char *how, ...)
{
	va_list args;
	size_t used;

	va_start(args, how);
	used = format(to, room, how, args);
	va_end(args);
	return used;
}

bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

int split(char *line, char **word, int max)
{
	int n = 0;

	for (;;) {
		while (*line == ' ' || *line == '\t')
			*line++ = 0;
		if (!*line)
			return n;
		if (n == max)
			return -1;
		word[n++] = line;
		while (*line && *line != ' ' && *line != '\t')
			line++;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool parse_hex(const char *word, uint32_t *value)
{
	uint32_t n = 0;

	if (word[0] == '0' && word[1] == 'x')
		word += 2;
	if (!*word)
		return false;
	for (; *word; word++) {
		int digit = hex_digit(*word);

		if (digit < 0 || n >> 28)
			return false;
		n = n << 4 | digit;
	}
	*value = n;
	return true;
}

bool parse_count(const char *word, uint32_t *value)
{
	uint32_t n = 0;

	if (!*word)
		return false;
	for (; *word; word++) {
		uint32_t digit = *word - '0';

		if (digit > 9 || n > (UINT32_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return true;
}
