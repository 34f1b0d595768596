/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line per event, on stderr, which is the device model's log.  Never on
 * stdout, never more than one write, errno preserved.
 */
#ifndef XENPHYSMAP_SHIM_LOG_H
#define XENPHYSMAP_SHIM_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,	/* the guest is served worse than it could be */
	LOG_LEVEL_WARN,		/* somebody gave us nonsense; we coped */
	LOG_LEVEL_INFO,		/* a block came, moved or went */
	LOG_LEVEL_DEBUG,	/* calls answered without one */
};

/**
 * log_set_level() - Choose what is logged, LOG_LEVEL_INFO if never called.
 * @name: error, warn, info or debug
 *
 * Return: whether there is such a level.
 */
bool log_set_level(const char *name);

/**
 * log_set_prefix() - Say which domain the lines are about.
 * @domid: the guest
 */
void log_set_prefix(unsigned int domid);

void log_line(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)	log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)	log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)	log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
