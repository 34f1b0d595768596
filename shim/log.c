// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The log.  Writes to the file descriptor and not to the stream, so that a
 * line is whole beside the device model's own and no stdio lock is ours.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static enum log_level threshold = LOG_LEVEL_INFO;
static char prefix[32] = "xenphysmap: ";

bool log_set_level(const char *name)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	for (int i = 0; i <= LOG_LEVEL_DEBUG; i++) {
		if (strcmp(name, names[i]))
			continue;
		threshold = i;
		return true;
	}
	return false;
}

void log_set_prefix(unsigned int domid)
{
	snprintf(prefix, sizeof(prefix), "xenphysmap: d%u: ", domid);
}

/*
 * libxl lets a restricted device model's log have 256 KiB, and who writes more
 * is killed by SIGXFSZ.  It shall not die of a line of ours.
 */
static bool too_long(size_t len)
{
	struct rlimit limit;
	struct stat st;

	return !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       !fstat(STDERR_FILENO, &st) && S_ISREG(st.st_mode) &&
	       (rlim_t)st.st_size + len > limit.rlim_cur;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[512];
	int saved = errno;
	size_t len = strlen(prefix);
	va_list args;
	int n;

	if (level > threshold)
		return;
	memcpy(line, prefix, len);
	va_start(args, format);
	n = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	va_end(args);
	if (n > 0)
		len += (size_t)n < sizeof(line) - len - 1 ? (size_t)n : sizeof(line) - len - 2;
	line[len++] = '\n';
	if (!too_long(len) && write(STDERR_FILENO, line, len) < 0) {
		/* nobody to tell where even the log is gone */
	}
	errno = saved;
}
