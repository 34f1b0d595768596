// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * launch SOCKET DEVICE-MODEL [ARG...]
 *
 * Runs QEMU in a stubdom and stays beside it, for what libxl expects of the
 * stubdom and QEMU can't do by itself.  libxl talks to it at SOCKET.
 *
 * The state to restore from comes through console 2.  The line discipline
 * would change it, so the console has to be raw before it sees a byte.
 *
 * The state that QEMU saves, into fd set 1, goes through console 1.  QEMU
 * truncates what it saves to, which a console can't be; and libxl reads what
 * has arrived as soon as it has QEMU's answer, which must not be first.  So
 * QEMU gets a file, and no answer passes here before the file has gone out.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define SAVE_CONSOLE	"/dev/hvc1"
#define RESTORE_CONSOLE	"/dev/hvc2"
#define MONITOR		"/run/qmp"
#define STATE		"/run/state"

/* libxl's word for where the state comes from, as an argument of -incoming. */
#define INCOMING	"$STUBDOM_RESTORE_INCOMING_ARG"

/* More than a console holds back: what went before has arrived at dom0. */
#define PUSH_SIZE	8192

/*
 * What has been received already is given to the line discipline by a kernel
 * thread, and a stubdom has one CPU: a real-time process is first.
 */
static int open_raw(const char *path)
{
	const struct sched_param urgent = { .sched_priority = 1 }, normal = { 0 };
	struct termios tio;
	int fd;

	if (sched_setscheduler(0, SCHED_FIFO, &urgent))
		err(1, "SCHED_FIFO");
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && !tcgetattr(fd, &tio)) {
		cfmakeraw(&tio);
		if (tcsetattr(fd, TCSANOW, &tio))
			err(1, "%s", path);
	}
	sched_setscheduler(0, SCHED_OTHER, &normal);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static bool write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
	return true;
}

/* Send what QEMU has saved since, if it has; @state is shared with it. */
static void pass_state(int state, int console)
{
	static const char nothing[PUSH_SIZE];
	char buffer[PUSH_SIZE];
	struct stat st;
	ssize_t n;
	int in;

	if (fstat(state, &st) || !st.st_size)
		return;
	in = open(STATE, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		err(1, STATE);
	while ((n = read(in, buffer, sizeof(buffer))) > 0 && write_all(console, buffer, n))
		;
	close(in);
	if (n || !write_all(console, nothing, sizeof(nothing)))
		warn(SAVE_CONSOLE);
	if (ftruncate(state, 0) || lseek(state, 0, SEEK_SET))
		err(1, STATE);
	warnx("%ld bytes of state saved", (long)st.st_size);
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	strncpy(sa.sun_path, path, sizeof(sa.sun_path) - 1);
	return sa;
}

static int unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int listen_at(const char *path)
{
	const struct sockaddr_un sa = address(path);
	int fd = unix_socket();

	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) || listen(fd, 1))
		err(1, "%s", path);
	return fd;
}

/* Bytes from one socket to another.  False at the end of either. */
static bool relay(int from, int to)
{
	char buffer[4096];
	ssize_t n = read(from, buffer, sizeof(buffer));

	return n > 0 && write_all(to, buffer, n);
}

/* libxl's conversation with QEMU, to its end. */
static void converse(int client, int state, int console)
{
	const struct sockaddr_un sa = address(MONITOR);
	int qemu = unix_socket();
	struct pollfd pfd[] = { { client, POLLIN, 0 }, { qemu, POLLIN, 0 } };
	bool going = true;

	if (connect(qemu, (const struct sockaddr *)&sa, sizeof(sa)))
		going = false;
	while (going && (poll(pfd, 2, -1) > 0 || errno == EINTR)) {
		if (pfd[1].revents) {
			pass_state(state, console);
			going = relay(qemu, client);
		}
		if (going && pfd[0].revents)
			going = relay(client, qemu);
	}
	close(qemu);
}

static _Noreturn void serve(int server, int state, int console)
{
	for (;;) {
		int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			err(1, "accept");
		converse(client, state, console);
		close(client);
	}
}

static char *text(const char *format, int fd)
{
	char *result;

	fcntl(fd, F_SETFD, 0);
	if (asprintf(&result, format, fd) < 0)
		err(1, "asprintf");
	return result;
}

static void run(char **argv, int argc, int monitor, int state, int incoming)
{
	char **args = calloc(argc + 11, sizeof(*args));

	if (!args)
		err(1, "calloc");
	for (int i = 0; i < argc; i++)
		args[i] = strcmp(argv[i], INCOMING) ? argv[i] : text("fd:%d", incoming);
	args[argc++] = "-add-fd";
	args[argc++] = text("fd=%d,set=1", state);
	args[argc++] = "-chardev";
	args[argc++] = text("socket,id=libxl-cmd,fd=%d,server=on,wait=off", monitor);
	args[argc++] = "-mon";
	args[argc++] = "chardev=libxl-cmd,mode=control";
	/* QEMU closes its fd sets when it has no monitor left: one that stays */
	args[argc++] = "-chardev";
	args[argc++] = "file,id=keep,path=/dev/null";
	args[argc++] = "-mon";
	args[argc++] = "chardev=keep,mode=control";
	execv(args[0], args);
	err(1, "%s", args[0]);
}

int main(int argc, char **argv)
{
	int incoming = open_raw(RESTORE_CONSOLE), console = open_raw(SAVE_CONSOLE);
	int monitor, server, state;

	if (argc < 3)
		errx(2, "usage: launch SOCKET DEVICE-MODEL [ARG...]");
	state = open(STATE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (state < 0)
		err(1, STATE);
	/* QEMU's own is there before QEMU is */
	monitor = listen_at(MONITOR);
	server = listen_at(argv[1]);
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		signal(SIGPIPE, SIG_IGN);
		close(monitor);
		serve(server, state, console);
	default:
		run(argv + 2, argc - 2, monitor, state, incoming);
	}
}
