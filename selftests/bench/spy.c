// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A preload that writes down each libxen call of a process: which, when, how
 * long, about how many frames, and for how many of them it failed.  Stacked
 * above the shim it sees what the device model asks and waits for; below it,
 * what Xen is asked.  Changes nothing, and makes no system call of its own
 * while a call is made: it writes into a mapped file, which outlives whoever
 * is killed.
 *
 * XENPHYSMAP_SPY names a directory; the file is PID.NAME there, NAME that of
 * this object's own file.  A line: name, start and duration in ns, first frame
 * (of a relocation: the destination), frames, frames that failed.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "next.h"

#define SPY_SIZE	(4u << 20)
#define LINE_LENGTH	128
#define WORDS		8

static char *text;
static size_t used;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

__attribute__((format(printf, 1, 2)))
static void write_down(const char *format, ...)
{
	char line[LINE_LENGTH];
	va_list args;
	size_t at;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	at = __atomic_fetch_add(&used, n, __ATOMIC_RELAXED);
	if (text && at + n < SPY_SIZE)
		memcpy(text + at, line, n);
}

__attribute__((constructor))
static void open_notes(void)
{
	const char *dir = getenv("XENPHYSMAP_SPY"), *exec = getenv("XENPHYSMAP_SPY_EXEC");
	char path[256];
	Dl_info own;
	int fd;

	if (!dir || !dladdr((void *)&used, &own) || !strrchr(own.dli_fname, '/'))
		return;
	snprintf(path, sizeof(path), "%s/%d.%s", dir, getpid(),
		 strrchr(own.dli_fname, '/') + 1);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, SPY_SIZE))
		return;
	text = mmap(NULL, SPY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (text == MAP_FAILED)
		text = NULL;
	if (exec)
		write_down("exec %s 0 0 0 0\n", exec);
}

/* What a call is about, from its arguments as words; see symbols.h. */
struct about {
	uint64_t gfn;
	uint64_t nr;
	const int *err;
};

static const uint64_t *frames(uint64_t word)
{
	return (const uint64_t *)word;
}

static struct about about(const char *name, const uint64_t *w)
{
	if (!strcmp(name, "xenforeignmemory_map2"))
		return (struct about){ w[6] ? *frames(w[6]) : 0, w[5], (const int *)w[7] };
	if (!strcmp(name, "xenforeignmemory_map"))
		return (struct about){ w[4] ? *frames(w[4]) : 0, w[3], (const int *)w[5] };
	if (!strcmp(name, "xendevicemodel_relocate_memory"))
		return (struct about){ w[4], w[2], NULL };
	if (!strcmp(name, "xc_domain_populate_physmap_exact"))
		return (struct about){ *frames(w[5]), w[2] << w[3], NULL };
	if (!strcmp(name, "xendevicemodel_track_dirty_vram") ||
	    !strcmp(name, "xendevicemodel_modified_memory"))
		return (struct about){ w[2], w[3], NULL };
	/* the new state, as if it were frames */
	if (!strcmp(name, "xendevicemodel_set_ioreq_server_state"))
		return (struct about){ 0, w[3], NULL };
	return (struct about){ 0, 0, NULL };
}

struct span {
	const char *name;
	uint64_t word[WORDS];
	uint64_t start;
};

static void write_span(struct span *span)
{
	uint64_t took = now() - span->start, failed = 0;
	struct about a = about(span->name, span->word);

	for (uint64_t i = 0; a.err && i < a.nr; i++)
		failed += !!a.err[i];
	write_down("%s %" PRIu64 " %" PRIu64 " %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", span->name,
		   span->start, took, a.gfn, a.nr, failed);
}

#define WORD(x)		((uint64_t)(uintptr_t)(x))
#define WORDS_OF(...)	WORDS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0)
#define WORDS_(a, b, c, d, e, f, g, h, ...)	\
	WORD(a), WORD(b), WORD(c), WORD(d), WORD(e), WORD(f), WORD(g), WORD(h)

#define SPY_ON(type, failure, name, node, params, args)				\
__attribute__((visibility("default"))) type name params				\
{										\
	static typeof(&name) real;						\
	struct span span __attribute__((cleanup(write_span))) = {			\
		#name, { WORDS_OF args }, 0					\
	};									\
										\
	/* once, and before the clock starts */					\
	if (!real)								\
		real = (typeof(&name))dlsym(RTLD_NEXT, #name);			\
	span.start = now();							\
	return real args;							\
}
SYMBOLS_INTERPOSED(SPY_ON)
SYMBOLS_USED(SPY_ON)
