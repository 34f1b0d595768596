// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 *	  4711:	binding file FROM [0] to TO [0]: normal symbol `NAME' [NODE]
 */
#include <stdio.h>
#include <string.h>

#include "bindings.h"
#include "symbols.h"

/* What makes a process a device model, and us look after it. */
#define BECOMES	"xendevicemodel_create_ioreq_server"

static const char *const interposed[] = {
#define NAME(type, failure, name, node, params, args)	#name,
	SYMBOLS_INTERPOSED(NAME)
#undef NAME
};

static bool is_interposed(const char *name)
{
	for (size_t i = 0; i < sizeof(interposed) / sizeof(*interposed); i++)
		if (!strcmp(name, interposed[i]))
			return true;
	return false;
}

/* Copy what is between @from and the next @end; NULL where there is none. */
static const char *cut(const char *from, const char *end, char *to, size_t size)
{
	const char *at = from ? strstr(from, end) : NULL;

	if (!at || (size_t)(at - from) >= size)
		return NULL;
	memcpy(to, from, at - from);
	to[at - from] = '\0';
	return at + strlen(end);
}

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void take_library(struct bindings *b, const char *path)
{
	if (strncmp(file_of(path), "libxen", 6) || b->nr_libxen == BINDINGS_LIBRARIES)
		return;
	for (unsigned int i = 0; i < b->nr_libxen; i++)
		if (!strcmp(b->libxen[i], path))
			return;
	snprintf(b->libxen[b->nr_libxen++], PATH_MAX, "%s", path);
}

static void take_binding(struct bindings *b, const char *from, const char *to, const char *name)
{
	take_library(b, to);
	if (!is_interposed(name) || !strcmp(from, b->shim))
		return;
	if (!strcmp(name, BECOMES) && strncmp(file_of(from), "lib", 3))
		snprintf(b->qemu, sizeof(b->qemu), "%s", from);
	if (!strcmp(to, b->shim)) {
		b->bound++;
		return;
	}
	b->past++;
	snprintf(b->one_past, sizeof(b->one_past), "%.60s of %.60s", name, file_of(from));
}

void bindings_line(struct bindings *b, const char *line)
{
	static const char loader[] = "binding file ", qemu[] = "QEMU emulator version ";
	const char *at = strstr(line, loader);
	char from[PATH_MAX], to[PATH_MAX], name[128];

	if (!at) {
		if (!strncmp(line, qemu, strlen(qemu)))
			snprintf(b->version, sizeof(b->version), "%s", line + strlen(qemu));
		if (*line)
			snprintf(b->last, sizeof(b->last), "%s", line);
		return;
	}
	at = cut(at + strlen(loader), " [", from, sizeof(from));
	at = at ? strstr(at, "] to ") : NULL;
	at = at ? cut(at + strlen("] to "), " [", to, sizeof(to)) : NULL;
	at = at ? strstr(at, " symbol `") : NULL;
	at = at ? cut(at + strlen(" symbol `"), "'", name, sizeof(name)) : NULL;
	if (at)
		take_binding(b, from, to, name);
}
