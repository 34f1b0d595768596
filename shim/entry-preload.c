// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The entry under LD_PRELOAD: defines libxen's names, so that the loader gives
 * an unmodified device model, and the libxenctrl below it, the shim's
 * functions.  Checked against libxen's own prototypes by the compiler.
 */
#include "calls.h"

#define DEFINE_ENTRY(type, failure, name, node, params, args)	\
__attribute__((visibility("default"))) type name params		\
{								\
	return shim_##name args;				\
}
SYMBOLS_INTERPOSED(DEFINE_ENTRY)
