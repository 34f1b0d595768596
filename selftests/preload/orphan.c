// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Call the interposed name that the command line says, in a process that has
 * no libxen, twice, and print what it returns.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "next.h"

#include "every.h"

static void say(intptr_t result)
{
	printf("%jd %s\n", (intmax_t)result, errno == ENOSYS ? "ENOSYS" : strerror(errno));
	errno = 0;
}

#define TRY(name, ...) do {						\
	typeof(&name) call = (typeof(call))dlsym(RTLD_DEFAULT, #name);	\
									\
	if (!call || strcmp(argv[1], #name))				\
		break;							\
	say((intptr_t)call(__VA_ARGS__));				\
	say((intptr_t)call(__VA_ARGS__));				\
	return 0;							\
} while (0);

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	errno = 0;
	EVERY_CALL(TRY, 5)
	return 1;
}
