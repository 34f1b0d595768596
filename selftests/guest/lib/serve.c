// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The command loop. A line is a command, its arguments, and perhaps a last
 * word that begins with '@': a tag the answer repeats, so that the asker knows
 * it for his own, and not for one to an earlier asker who did not wait.
 * Must not know what any command does.
 */
#include <stddef.h>
#include "console.h"
#include "disk.h"
#include "interrupt.h"
#include "serve.h"
#include "series.h"
#include "text.h"
#include "uart.h"
#include "vga.h"

#define ROOM 512

static const char *tag;

/* The tag is the serial line's business: Xen's console does not get it. */
void reply(const char *how, ...)
{
	char line[ROOM];
	size_t n;
	va_list args;

	va_start(args, how);
	n = format(line, ROOM - 64, how, args);
	va_end(args);
	console_line(line, n);
	n += print(line + n, ROOM - n, "%s%s\n", *tag ? " " : "", tag);
	uart_write(line, n);
}

/* Before anything else, so that even nonsense is answered under its tag. */
static const char *cut_tag(char *line)
{
	char *last = line;

	for (char *c = line; *c; c++)
		if (c[0] == ' ' && c[1] == '@')
			last = c;
	if (last == line)
		return "";
	*last = 0;
	return last + 1;
}

static const struct command *find(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (same(c->name, name))
			return c;
	return NULL;
}

static void run(const struct command *c, int n, char **arg)
{
	bool right = n >= c->min && n <= c->max;

	if (right && c->needs_vga && !vga)
		reply("fail %s why=no vga", c->name);
	else if (!right || !c->run(n, arg))
		reply("fail usage: %s%s", c->name, c->usage);
}

static void obey(char *line)
{
	char *word[MAX_WORDS];
	const struct command *c;
	int n;

	tag = cut_tag(line);
	n = split(line, word, MAX_WORDS);
	if (!n)
		return;
	if (n < 0) {
		reply("fail usage: too many words");
		return;
	}
	c = find(word[0]);
	if (c)
		run(c, n - 1, word + 1);
	else
		reply("fail usage: no such command, try help");
}

void serve(void)
{
	for (;;) {
		char *line = uart_line();

		if (line)
			obey(line);
		else if (series_left())
			series_step();
		else if (disk_working())
			disk_step();
		else
			idle();
	}
}
