// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Terminals.  What isn't one gets plain ASCII.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

const struct colours *terminal_colours(void)
{
	static const struct colours plain = { "", "", "", "", "", "" };
	static const struct colours ansi = {
		.good = "\033[32m",
		.doubtful = "\033[33m",
		.bad = "\033[1;31m",
		.strong = "\033[1m",
		.faint = "\033[2m",
		.none = "\033[0m",
	};
	const char *type = variable("TERM");

	if (!isatty(STDOUT_FILENO) || *variable("NO_COLOR") || !*type || !strcmp(type, "dumb"))
		return &plain;
	return &ansi;
}

bool terminal_has_unicode(void)
{
	return isatty(STDOUT_FILENO) && setlocale(LC_CTYPE, "") &&
	       !strcmp(nl_langinfo(CODESET), "UTF-8");
}
