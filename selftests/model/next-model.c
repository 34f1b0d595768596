// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * next_<name>() where the preload's own entry and the model are in one
 * program: the model by its other names, since libxen's are the entry's.
 */
#include "next.h"

#define DEFINE_NEXT(type, failure, name, node, params, args)	\
type fakexen_##name params;					\
								\
type next_##name params						\
{								\
	return fakexen_##name args;				\
}
SYMBOLS_INTERPOSED(DEFINE_NEXT)
SYMBOLS_USED(DEFINE_NEXT)
