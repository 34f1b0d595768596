// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Linked into what is built for coverage.  The publisher gives up nearly all
 * system calls; what gcov needs at its end is added there, so that it can write
 * down what was reached.  Weak, because other programs have no libseccomp.
 */
#include <seccomp.h>

int __real_seccomp_load(const scmp_filter_ctx ctx) __attribute__((weak));
int __wrap_seccomp_load(const scmp_filter_ctx ctx);
int seccomp_rule_add(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned int nr, ...)
	__attribute__((weak));

int __wrap_seccomp_load(const scmp_filter_ctx ctx)
{
	static const int needed[] = {
		SCMP_SYS(openat), SCMP_SYS(lseek), SCMP_SYS(mkdir), SCMP_SYS(ftruncate),
	};

	for (int i = 0; i < 4; i++)
		seccomp_rule_add((scmp_filter_ctx)ctx, SCMP_ACT_ALLOW, needed[i], 0);
	return __real_seccomp_load(ctx);
}
