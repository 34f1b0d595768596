// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device model that does what it is told, a line at a time, on a domain of its
 * own making, and answers "ok [VALUE]" or "fail WHY".  It stands where QEMU does,
 * for what no QEMU at hand does: give up its privileges and turn on us, or write
 * records itself, as QEMU did up to 2.9.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../model/conform.h"
#include "../model/dm.h"
#include "../publisher/attacks.h"

#include <xenstore.h>
#include <xentoolcore.h>

#include <xen/io/xs_wire.h>

#define MOST_FDS	256
#define PAGES		64	/* of its block */
#define HOME		UINT64_C(0x8000)

struct conform conform;

static struct dm dm;
static struct xs_handle *xs;
static char why[128];

static bool fail(const char *what)
{
	snprintf(why, sizeof(why), "%s: %s", what, strerror(errno));
	return false;
}

/* ---- as any device model ---- */

static bool do_domain(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	conform.xch = xc_interface_open(NULL, NULL, 0);
	conform_new_domain(0);
	snprintf(why, sizeof(why), "%u", conform.domid);
	return true;
}

/* attach DOMID: to a domain that another one of us has made */
static bool do_attach(uint64_t domid, uint64_t b)
{
	(void)b;
	conform.xch = xc_interface_open(NULL, NULL, 0);
	conform.domid = domid;
	return true;
}

/* start AGE: as QEMU of that age; see dm.h */
static bool do_start(uint64_t age, uint64_t b)
{
	(void)b;
	xs = xs_open(0);
	dm_start(&dm, conform.domid, age, false, false);
	return dm_add_block(&dm, HOME, PAGES) ? fail("populate") : true;
}

/* move FROM TO: frames; FROM is 0 the first time */
static bool do_move(uint64_t from, uint64_t to)
{
	if (from)
		dm_unmap_bar(&dm, dm.block, from);
	return dm_map_bar(&dm, dm.block, to) ? fail("BAR") : true;
}

static bool do_stop(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	return dm_stop(&dm) ? fail("stop") : true;
}

/* ---- as QEMU up to 2.9 ---- */

static bool write_node(const char *node, uint64_t value)
{
	char path[80], text[17];

	snprintf(path, sizeof(path), "/local/domain/0/device-model/%u/physmap/%" PRIx64 "/%s",
		 conform.domid, HOME << 12, node);
	snprintf(text, sizeof(text), "%" PRIx64, value);
	if (!strcmp(node, "name"))
		strcpy(text, "vga.vram");
	return xs_write(xs, XBT_NULL, path, text, strlen(text));
}

/* record PLACE: in its order, and in no transaction */
static bool do_record(uint64_t place, uint64_t b)
{
	(void)b;
	return write_node("start_addr", place << 12) && write_node("size", PAGES << 12) &&
	       write_node("name", 0) ? true : fail("xs_write");
}

/* ---- as one that has given up its privileges ---- */

/* restrict UID: as QEMU's -xen-domid-restrict, -chroot and -runas */
static bool do_restrict(uint64_t uid, uint64_t b)
{
	char dir[] = "/tmp/empty.XXXXXX";

	(void)b;
	if (xentoolcore_restrict_all(conform.domid))
		return fail("xentoolcore_restrict_all");
	if (!mkdtemp(dir) || chroot(dir) || chdir("/"))
		return fail("chroot");
	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		return fail("setuid");
	return true;
}

/* Which of them are refused, and how, decides what a wrong step of ours costs. */
static int deny(scmp_filter_ctx ctx)
{
	static const int deadly[] = {
		SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat),
		SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(setuid), SCMP_SYS(setgid),
		SCMP_SYS(setpgid), SCMP_SYS(setsid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
		SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
		SCMP_SYS(mount), SCMP_SYS(reboot), SCMP_SYS(syslog), SCMP_SYS(swapon),
		SCMP_SYS(swapoff), SCMP_SYS(kexec_load), SCMP_SYS(sysfs), SCMP_SYS(uselib),
		SCMP_SYS(ustat),
	};
	static const int refused[] = {
		SCMP_SYS(setpriority), SCMP_SYS(sched_setparam), SCMP_SYS(sched_setscheduler),
		SCMP_SYS(sched_setaffinity),
	};
	/* a thread may be made, a process not */
	const struct scmp_arg_cmp process = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	int rc = seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, process);

	rc |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		rc |= seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		rc |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return rc;
}

/* sandbox: as QEMU's -sandbox with all that it can deny, and as early */
static bool do_sandbox(uint64_t a, uint64_t b)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int rc = ctx ? deny(ctx) : -1;

	(void)a;
	(void)b;
	if (!rc)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc ? fail("seccomp") : true;
}

/* ---- as one that was taken over ---- */

static int publisher_fd(void)
{
	for (int fd = 3; fd < MOST_FDS; fd++) {
		int type;
		socklen_t len = sizeof(type);

		if (!getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) && type == SOCK_SEQPACKET)
			return fd;
	}
	return -1;
}

static bool do_nonsense(uint64_t other, uint64_t b)
{
	(void)b;
	return attack_nonsense(publisher_fd(), other) ? true : fail("socket");
}

static bool do_descriptors(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	return attack_descriptors(publisher_fd()) ? true : fail("socket");
}

static bool do_flood(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	return attack_flood(publisher_fd()) ? true : fail("socket");
}

/* ask PLACE NUMBER */
static bool do_ask(uint64_t place, uint64_t number)
{
	return attack_ask(publisher_fd(), HOME, place, number) ? true : fail("no answer");
}

static bool do_shutdown(uint64_t a, uint64_t b)
{
	(void)a;
	(void)b;
	return shutdown(publisher_fd(), SHUT_WR) ? fail("shutdown") : true;
}

/* Linux's privcmd, around libxen, whose handles keep to their own calls. */
struct hypercall {
	uint64_t op;
	uint64_t arg[5];
};

struct mmap_batch {
	unsigned int nr;
	domid_t domid;
	uint64_t addr;
	const xen_pfn_t *gfns;
	int *errs;
};

struct dm_op {
	domid_t domid;
	uint16_t nr;
	const void *bufs;
};

#define PRIVCMD(nr, type)	_IOC(_IOC_NONE, 'P', nr, sizeof(type))

static bool hypercall_works(int fd)
{
	struct hypercall call = { .op = __HYPERVISOR_xen_version };

	return ioctl(fd, PRIVCMD(0, struct hypercall), &call) > 0;
}

static bool map_works(int fd, uint32_t domid, uint64_t gfn)
{
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	const xen_pfn_t frame = gfn;
	int error = 0;
	struct mmap_batch batch = { 1, domid, (uintptr_t)addr, &frame, &error };
	bool works = addr != MAP_FAILED && !ioctl(fd, PRIVCMD(4, struct mmap_batch), &batch) &&
		     !error;

	if (addr != MAP_FAILED)
		munmap(addr, 4096);
	return works;
}

/* To track nothing is allowed to whoever serves the domain, and changes nothing. */
static bool dm_op_works(int fd, uint32_t domid)
{
	struct xen_dm_op op = { .op = XEN_DMOP_track_dirty_vram };
	struct { void *buf; size_t len; } bufs[2] = { { &op, sizeof(op) }, { &op, 0 } };
	struct dm_op call = { domid, 2, bufs };

	return !ioctl(fd, PRIVCMD(5, struct dm_op), &call);
}

static bool xenstore_answers(int fd)
{
	struct { struct xsd_sockmsg msg; char path[8]; } request = {
		.msg = { .type = XS_READ, .len = 6 },
		.path = "domid",
	};
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct stat st;

	return !fstat(fd, &st) && S_ISSOCK(st.st_mode) &&
	       send(fd, &request, sizeof(request.msg) + 6, MSG_NOSIGNAL | MSG_DONTWAIT) > 0 &&
	       poll(&pfd, 1, 300) == 1 && pfd.revents & POLLIN &&
	       recv(fd, &request, sizeof(request), MSG_PEEK) > 0 && request.msg.type == XS_READ;
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* reach DOMID GFN: what can be done to others through any descriptor there is? */
static bool do_reach(uint64_t domid, uint64_t gfn)
{
	int calls = 0, maps = 0, ops = 0, answers = 0, files = 0;

	for (int fd = 3; fd < MOST_FDS; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		calls += hypercall_works(fd);
		maps += map_works(fd, domid, gfn);
		ops += dm_op_works(fd, domid);
		answers += xenstore_answers(fd);
	}
	files += opens("/dev/xen/privcmd", O_RDWR);
	files += opens("/dev/xen/evtchn", O_RDWR);
	files += opens("/proc/self/fd", O_RDONLY);
	snprintf(why, sizeof(why), "calls=%d maps=%d ops=%d xenstore=%d files=%d", calls, maps,
		 ops, answers, files);
	return true;
}

/* fds: all that are open but the standard ones */
static bool do_fds(uint64_t a, uint64_t b)
{
	int nr = 0;

	(void)a;
	(void)b;
	for (int fd = 3; fd < MOST_FDS; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	snprintf(why, sizeof(why), "%d", nr);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(uint64_t a, uint64_t b);
} commands[] = {
	{ "domain", do_domain }, { "attach", do_attach }, { "sandbox", do_sandbox }, { "start", do_start }, { "move", do_move }, { "stop", do_stop },
	{ "record", do_record }, { "restrict", do_restrict },
	{ "nonsense", do_nonsense }, { "descriptors", do_descriptors }, { "flood", do_flood },
	{ "ask", do_ask }, { "shutdown", do_shutdown }, { "reach", do_reach }, { "fds", do_fds },
};

int main(void)
{
	char line[128], name[32];

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t a = 0, b = 0;
		bool known = false, done = false;

		sscanf(line, "%31s %" SCNx64 " %" SCNx64, name, &a, &b);
		*why = '\0';
		for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
			if (strcmp(name, commands[i].name))
				continue;
			known = true;
			done = commands[i].run(a, b);
		}
		if (!known)
			errx(2, "%s?", name);
		printf("%s %s\n", done ? "ok" : "fail", why);
	}
	return 0;
}
