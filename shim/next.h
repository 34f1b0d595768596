/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The real libxen calls, for every name in symbols.h as next_<name>().
 *
 * Code of the shim never calls libxen by its own names: in the preload that
 * would be ourselves.  Which object is linked decides where the real call is:
 * next-dl.o (behind us in the loader's order) or next-link.o (linked in).
 */
#ifndef XENPHYSMAP_SHIM_NEXT_H
#define XENPHYSMAP_SHIM_NEXT_H

#include <stddef.h>
#include <stdint.h>

/* first: it defines what Xen's own headers need to be complete */
#include <xenctrl.h>

#include <xencall.h>
#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#include "symbols.h"

#define DECLARE_NEXT(type, failure, name, node, params, args) \
	type next_##name params;
SYMBOLS_INTERPOSED(DECLARE_NEXT)
SYMBOLS_USED(DECLARE_NEXT)
#undef DECLARE_NEXT

#endif
