/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of the libxen calls that a device model makes, for every
 * interposed name in symbols.h as shim_<name>().  An entry gives these
 * functions the names under which they are called.
 */
#ifndef XENPHYSMAP_SHIM_CALLS_H
#define XENPHYSMAP_SHIM_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* first: it defines what Xen's own headers need to be complete */
#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#include "symbols.h"

#define DECLARE_SHIM(type, failure, name, node, params, args) \
	type shim_##name params;
SYMBOLS_INTERPOSED(DECLARE_SHIM)
#undef DECLARE_SHIM

#endif
