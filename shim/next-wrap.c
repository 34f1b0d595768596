// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * next_<name>() where the linker has been told to wrap what is interposed: the
 * real one goes by the name that it gives it.  The other names are themselves.
 */
#include "next.h"

#define DEFINE_REAL(type, failure, name, node, params, args)	\
type __real_##name params;					\
								\
type next_##name params						\
{								\
	return __real_##name args;				\
}
SYMBOLS_INTERPOSED(DEFINE_REAL)

#define DEFINE_NEXT(type, failure, name, node, params, args)	\
type next_##name params						\
{								\
	return name args;					\
}
SYMBOLS_USED(DEFINE_NEXT)
