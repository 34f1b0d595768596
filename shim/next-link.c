// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * next_<name>() where libxen is linked in: plain calls, checked against
 * libxen's own prototypes by the compiler.
 */
#include "next.h"

#define DEFINE_NEXT(type, failure, name, node, params, args)	\
type next_##name params						\
{								\
	return name args;					\
}
SYMBOLS_INTERPOSED(DEFINE_NEXT)
SYMBOLS_USED(DEFINE_NEXT)
