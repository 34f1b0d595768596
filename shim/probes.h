/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Places where a tracer can look in, at any time and at no cost but a nop:
 * perf, bpftrace, SystemTap and gdb find them as USDT probes of the provider
 * "xenphysmap".  Names and arguments are in Documentation/tracing.rst.
 *
 * Where a build has no <sys/sdt.h> (systemtap-sdt-dev), as a stubdom's may not,
 * there are none.
 */
#ifndef XENPHYSMAP_SHIM_PROBES_H
#define XENPHYSMAP_SHIM_PROBES_H

#if __has_include(<sys/sdt.h>)
#define SDT_USE_VARIADIC
#include <sys/sdt.h>
#define PROBE(name, ...)	STAP_PROBEV(xenphysmap, name, __VA_ARGS__)
#else
static inline void probes_nobody(int nothing, ...)
{
	(void)nothing;
}
#define PROBE(name, ...)	do { if (0) probes_nobody(0, __VA_ARGS__); } while (0)
#endif

#endif
