// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is made of the kernels' answers: one that restricts privcmd (XSA-482),
 * to this guest or to another one, and one that doesn't.  The kernel is
 * imitated here, as far as privcmd.h says what it does; ../live/stubdom.sh has
 * a real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xenctrl.h>

#include <xen/sys/privcmd.h>

#include "ksft_harness.h"
#include "privcmd.h"

#define GUEST	5
#define ANY	DOMID_INVALID	/* the kernel restricts nothing */

static struct kernel {
	bool absent;
	domid_t target;
	int opened, closed, fd;
	privcmd_dm_op_t op;
	privcmd_dm_op_buf_t buf[2];
	int error;		/* of Xen */
} kernel;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, "/dev/xen/privcmd"))
		return __real_open(path, flags, 0600);
	EXPECT_EQ(O_RDWR | O_CLOEXEC, flags);
	if (kernel.absent) {
		errno = ENOENT;
		return -1;
	}
	kernel.opened++;
	kernel.fd = __real_open("/dev/null", flags);
	return kernel.fd;
}

int __wrap_close(int fd)
{
	if (kernel.opened > kernel.closed && fd == kernel.fd)
		kernel.closed++;
	return __real_close(fd);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request != (unsigned long)IOCTL_PRIVCMD_DM_OP)
		return __real_ioctl(fd, request, arg);
	EXPECT_EQ(kernel.fd, fd);
	kernel.op = *(privcmd_dm_op_t *)arg;
	for (unsigned int i = 0; i < kernel.op.num && i < 2; i++)
		kernel.buf[i] = kernel.op.ubufs[i];
	errno = kernel.target != ANY && kernel.op.dom != kernel.target ? EPERM : kernel.error;
	return errno ? -1 : 0;
}

FIXTURE(privcmd) {
	struct privcmd privcmd;
};
FIXTURE_SETUP(privcmd)
{
	kernel = (struct kernel){ .target = ANY };
}
FIXTURE_TEARDOWN(privcmd)
{
	privcmd_close(&self->privcmd);
	EXPECT_EQ(kernel.opened, kernel.closed);
}

/* Asked once, whatever was answered; and errno is the device model's. */
static void expect_state(struct privcmd *privcmd, enum privcmd_state state)
{
	int opened;

	errno = EXDEV;
	EXPECT_EQ(state, privcmd_probe(privcmd, GUEST));
	EXPECT_EQ(EXDEV, errno);
	opened = kernel.opened;
	EXPECT_EQ(state, privcmd_probe(privcmd, GUEST));
	EXPECT_EQ(opened, kernel.opened);
}

TEST_F(privcmd, no_device)
{
	kernel.absent = true;
	expect_state(&self->privcmd, PRIVCMD_OTHER);
	EXPECT_EQ(0, kernel.opened);
}

TEST_F(privcmd, not_restricted)
{
	kernel.error = ESRCH;
	expect_state(&self->privcmd, PRIVCMD_OTHER);
	EXPECT_EQ(1, kernel.closed);
}

TEST_F(privcmd, target)
{
	kernel.target = GUEST;
	expect_state(&self->privcmd, PRIVCMD_TARGET);
	EXPECT_EQ(0, kernel.closed);
	EXPECT_EQ(kernel.fd, self->privcmd.fd);
}

TEST_F(privcmd, target_of_another)
{
	kernel.target = GUEST + 1;
	expect_state(&self->privcmd, PRIVCMD_NOTHING);
	EXPECT_EQ(1, kernel.closed);
}

/* Asked anew, since the answer may be another one. */
TEST_F(privcmd, after_a_close)
{
	kernel.target = GUEST;
	expect_state(&self->privcmd, PRIVCMD_TARGET);
	privcmd_close(&self->privcmd);
	EXPECT_EQ(1, kernel.closed);
	kernel.target = ANY;
	expect_state(&self->privcmd, PRIVCMD_OTHER);
}

TEST_F(privcmd, makes_a_dm_op)
{
	char op[16], data[32];

	kernel.target = GUEST;
	expect_state(&self->privcmd, PRIVCMD_TARGET);
	EXPECT_EQ(0, privcmd_dm_op(&self->privcmd, GUEST, op, sizeof(op), NULL, 0));
	EXPECT_EQ(GUEST, kernel.op.dom);
	EXPECT_EQ(1, kernel.op.num);
	EXPECT_EQ((void *)op, kernel.buf[0].uptr);
	EXPECT_EQ(sizeof(op), kernel.buf[0].size);
	EXPECT_EQ(0, privcmd_dm_op(&self->privcmd, GUEST, op, sizeof(op), data, sizeof(data)));
	EXPECT_EQ(2, kernel.op.num);
	EXPECT_EQ((void *)data, kernel.buf[1].uptr);
	EXPECT_EQ(sizeof(data), kernel.buf[1].size);
	kernel.error = EINVAL;
	EXPECT_EQ(-EINVAL, privcmd_dm_op(&self->privcmd, GUEST, op, sizeof(op), NULL, 0));
}

TEST_HARNESS_MAIN
