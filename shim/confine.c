// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The publisher runs as root, because xenstored serves nobody else, and listens
 * to a QEMU that may have been taken over by its guest.  So it keeps nothing of
 * root but the name.
 */
#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

/* libc, libxenstore and our own loop need these, and no more. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(close),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(connect), SCMP_SYS(fcntl), SCMP_SYS(fstat),
	SCMP_SYS(stat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(brk),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

int confine_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int rc;

	for (int cap = 0; !prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); cap++)
		;
	rc = syscall(SYS_capset, &header, none) ? -errno : 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !rc)
		rc = -errno;
	return rc;
}

static int allow(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp when)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1, when);
}

static int add_rules(scmp_filter_ctx ctx, bool by_device)
{
	const struct scmp_arg_cmp local = SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0);
	/* memory for data, never for programs */
	const struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	/* limits may be read, the log's length has one */
	const struct scmp_arg_cmp read_only = SCMP_A2(SCMP_CMP_EQ, 0, 0);
	int rc = 0;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed) && !rc; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!rc)
		rc = allow(ctx, SCMP_SYS(socket), local);
	if (!rc)
		rc = allow(ctx, SCMP_SYS(mmap), data);
	if (!rc)
		rc = allow(ctx, SCMP_SYS(mprotect), data);
	if (!rc)
		rc = allow(ctx, SCMP_SYS(prlimit64), read_only);
	if (!rc && by_device)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 0);
	/* libxenstore looks which of two devices is there */
	if (!rc && by_device)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(access), 0);
	return rc;
}

int confine_calls(bool by_device)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (!ctx)
		return -ENOMEM;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!rc)
		rc = add_rules(ctx, by_device);
	if (!rc)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc;
}
