// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * next_<name>() for the preload: the definition that the loader would have
 * chosen without us.  Looked up at the first call and not in a constructor,
 * because constructors of other libraries may run, and call, before ours.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

#include "log.h"
#include "next.h"

/*
 * Not by version: libxen has never had two of one name, and dlvsym() would pass
 * over an interposer behind us that has none, where a normal reference stops.
 */
static void *lookup(const char *name, bool *missing)
{
	int saved = errno;
	void *sym = dlsym(RTLD_NEXT, name);

	if (!sym && !*missing)
		log_error("%s is not in this process: the call fails with ENOSYS", name);
	*missing = !sym;
	errno = saved;
	return sym;
}

/* Two threads that race here both find the same address. */
#define DEFINE_NEXT(type, failure, name, node, params, args)		\
type next_##name params							\
{									\
	static typeof(&next_##name) real;				\
	static bool missing;						\
	typeof(&next_##name) call = __atomic_load_n(&real, __ATOMIC_RELAXED); \
									\
	if (__builtin_expect(!call, 0)) {				\
		call = (typeof(call))lookup(#name, &missing);		\
		if (!call) {						\
			errno = ENOSYS;					\
			return failure;					\
		}							\
		__atomic_store_n(&real, call, __ATOMIC_RELAXED);	\
	}								\
	return call args;						\
}
SYMBOLS_INTERPOSED(DEFINE_NEXT)
SYMBOLS_USED(DEFINE_NEXT)
