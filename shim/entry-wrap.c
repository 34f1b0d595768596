// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The entry of device models that are linked with --wrap (all of them are in
 * xenphysmap-wrap.opt): the linker gives their references to libxen's names,
 * and those of a libxenctrl that is linked in, to these functions.  Nothing
 * here may call libxen by its own names: that would come back.
 */
#include "calls.h"

#define DEFINE_ENTRY(type, failure, name, node, params, args)	\
type __wrap_##name params;					\
								\
__attribute__((visibility("default"))) type __wrap_##name params \
{								\
	return shim_##name args;				\
}
SYMBOLS_INTERPOSED(DEFINE_ENTRY)
