// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Functions of the shim that the linker lets the tests stand in front of
 * (--wrap): each does what it always does, and notes it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakexen/fakexen.h"
#include "log.h"
#include "seam.h"

static const struct xenphysmap *engine;
static char lines[65536];
static size_t used;
static unsigned long seen, nth, times, failed;

struct xenphysmap *__real_physmap_new(uint32_t domid, const struct xenphysmap_handles *handles,
				      struct records *records);
struct xenphysmap *__wrap_physmap_new(uint32_t domid, const struct xenphysmap_handles *handles,
				      struct records *records);
void __real_xenphysmap_close(struct xenphysmap *pm);
void __wrap_xenphysmap_close(struct xenphysmap *pm);
void __wrap_log_line(enum log_level level, const char *format, ...);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__wrap_calloc(size_t nr, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

struct xenphysmap *__wrap_physmap_new(uint32_t domid, const struct xenphysmap_handles *handles,
				      struct records *records)
{
	struct xenphysmap *pm = __real_physmap_new(domid, handles, records);

	engine = pm;
	return pm;
}

void __wrap_xenphysmap_close(struct xenphysmap *pm)
{
	if (pm == engine)
		engine = NULL;
	__real_xenphysmap_close(pm);
}

const struct xenphysmap *seam_engine(void)
{
	return engine;
}

void seam_forget_engine(void)
{
	engine = NULL;
}

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	va_list args;
	int n;

	if (level > LOG_LEVEL_INFO)
		return;
	if (used > sizeof(lines) - 1024)
		used = 0;
	va_start(args, format);
	n = vsnprintf(lines + used, 512, format, args);
	va_end(args);
	used += n < 511 ? n : 511;
	lines[used++] = '\n';
	lines[used] = '\0';
}

bool seam_logged(const char *words)
{
	return strstr(lines, words);
}

void seam_forget_log(void)
{
	used = 0;
	lines[0] = '\0';
}

void seam_print_log(void)
{
	fputs(lines, stderr);
}

uint64_t seam_place(uint64_t home)
{
	const struct xenphysmap *pm = seam_engine();

	return pm ? blocks_translate(&pm->blocks, home) : home;
}

void seam_fail_malloc(unsigned long first, unsigned long in_a_row)
{
	nth = first;
	times = in_a_row;
	seen = 0;
	failed = 0;
}

unsigned long seam_mallocs(void)
{
	return seen;
}

unsigned long seam_mallocs_failed(void)
{
	return failed;
}

/* The model's own memory is Xen's, and doesn't count. */
static bool fails(void)
{
	if (fakexen_inside())
		return false;
	seen++;
	if (seen < nth || seen - nth >= times)
		return false;
	failed++;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	return fails() ? NULL : __real_calloc(nr, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}
