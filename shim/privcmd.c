// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Linux's own interface to dm_ops.  The only object that makes ioctls; only
 * needed in a stubdom, and there only where libxendevicemodel has given up.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xenctrl.h>

#include <xen/sys/privcmd.h>

#include "log.h"
#include "privcmd.h"

static const char device[] = "/dev/xen/privcmd";

/* No operation at all: may it be asked for? */
static int ask(int fd, uint32_t domid)
{
	privcmd_dm_op_t nothing = { .dom = domid };

	return ioctl(fd, IOCTL_PRIVCMD_DM_OP, &nothing) ? -errno : 0;
}

/* What QEMU needs besides the shim is a hypercall each: its video RAM, for one. */
static void complain(enum privcmd_state state)
{
	static const char cure[] = "boot the stubdom with xen_privcmd.unrestricted=1, or load "
				   "xen-privcmd with unrestricted=1";

	if (state == PRIVCMD_TARGET)
		log_error("the stubdom's kernel forbids hypercalls (XSA-482) and libxendevicemodel "
			  "makes no dm_ops then: %s", cure);
	else
		log_error("the kernel forbids hypercalls (XSA-482), and all else too since this "
			  "guest isn't the xenstore target of this domain; for a stubdom, %s",
			  cure);
}

enum privcmd_state privcmd_probe(struct privcmd *p, uint32_t domid)
{
	int saved = errno, fd;

	if (p->state != PRIVCMD_UNKNOWN)
		return p->state;
	p->state = PRIVCMD_OTHER;
	fd = open(device, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && ask(fd, DOMID_INVALID) == -EPERM) {
		p->state = ask(fd, domid) ? PRIVCMD_NOTHING : PRIVCMD_TARGET;
		complain(p->state);
	}
	if (p->state == PRIVCMD_TARGET)
		p->fd = fd;
	else if (fd >= 0)
		close(fd);
	errno = saved;
	return p->state;
}

int privcmd_dm_op(const struct privcmd *p, uint32_t domid, void *op, size_t op_size, void *data,
		  size_t data_size)
{
	privcmd_dm_op_buf_t bufs[] = {
		{ .uptr = op, .size = op_size },
		{ .uptr = data, .size = data_size },
	};
	privcmd_dm_op_t call = { .dom = domid, .num = data ? 2 : 1, .ubufs = bufs };

	return ioctl(p->fd, IOCTL_PRIVCMD_DM_OP, &call) ? -errno : 0;
}

void privcmd_close(struct privcmd *p)
{
	if (p->state == PRIVCMD_TARGET)
		close(p->fd);
	p->state = PRIVCMD_UNKNOWN;
}
