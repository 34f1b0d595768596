// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * talk SOCKET [-t SECONDS] COMMAND...
 *
 * Sends one command to a test guest and prints its answer: exit status 0 for
 * "ok", 1 for "fail", 124 if there was none in time, 2 for everything else.
 * Runs in dom0. SOCKET is QEMU's end of the guest's serial port, a unix socket
 * or a pty; it may appear later than talk.
 *
 * Waits for events only, with one exception that has none (see attach()).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_SECONDS	60
#define REFUSED_MS	20
#define TIMED_OUT	124
#define TROUBLE		2

static int64_t end_ms;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void __attribute__((noreturn, format(printf, 2, 3)))
die(int status, const char *how, ...)
{
	va_list args;

	va_start(args, how);
	fputs("talk: ", stderr);
	vfprintf(stderr, how, args);
	fputc('\n', stderr);
	va_end(args);
	exit(status);
}

static int left_ms(void)
{
	int64_t left = end_ms - now_ms();

	if (left <= 0)
		die(TIMED_OUT, "timed out");
	return left < 3600 * 1000 ? left : 3600 * 1000;
}

/* A terminal would echo, translate and wait for a newline: none of it here. */
static int open_terminal(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

static int open_socket(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int left = left_ms(), error;
	struct timeval tv = { left / 1000, left % 1000 * 1000 };
	int fd;

	if (strlen(path) >= sizeof(name.sun_path))
		die(TROUBLE, "%s: name too long", path);
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die(TROUBLE, "socket: %s", strerror(errno));
	/* bounds connect() too: QEMU serves one peer, others queue */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	error = errno;
	if (error == EAGAIN)
		die(TIMED_OUT, "timed out");
	close(fd);
	errno = error;
	return -1;
}

static int try_open(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -1;
	return S_ISCHR(st.st_mode) ? open_terminal(path) : open_socket(path);
}

static void drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

/*
 * The file appears with QEMU's bind(), and that is an event. Its listen()
 * follows and is none: while connections are refused there is nothing to do
 * but to try again. (A dead QEMU's file refuses as well, until the timeout.)
 */
static int attach(const char *path)
{
	char *copy = strdup(path);
	struct pollfd watch = { .events = POLLIN };
	int fd;

	watch.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (!copy || watch.fd < 0 ||
	    inotify_add_watch(watch.fd, dirname(copy),
			      IN_CREATE | IN_MOVED_TO | IN_ATTRIB) < 0)
		die(TROUBLE, "cannot watch for %s: %s", path, strerror(errno));
	while ((fd = try_open(path)) < 0) {
		int error = errno, left = left_ms();

		if (error == ECONNREFUSED)
			left = left < REFUSED_MS ? left : REFUSED_MS;
		else if (error != ENOENT)
			die(TROUBLE, "%s: %s", path, strerror(error));
		poll(&watch, 1, left);
		drain(watch.fd);
	}
	close(watch.fd);
	free(copy);
	return fd;
}

/*
 * The empty line in front ends what a sender before us may have left half
 * sent; it also is what gets lost when the guest is only just setting up its
 * serial port.
 */
static void send_command(int fd, char **word, const char *tag)
{
	char line[256];
	size_t n = 0, sent = 0;

	line[n++] = '\n';
	for (; *word; word++) {
		n += snprintf(line + n, sizeof(line) - n, "%s ", *word);
		if (n >= sizeof(line))
			die(TROUBLE, "command too long");
	}
	n += snprintf(line + n, sizeof(line) - n, "%s\n", tag);
	if (n >= sizeof(line) || memchr(line + 1, '\n', n - 2))
		die(TROUBLE, "not a command line");
	while (sent < n) {
		ssize_t done = write(fd, line + sent, n - sent);

		if (done < 0 && errno == EAGAIN)
			die(TIMED_OUT, "timed out");
		if (done < 0)
			die(TROUBLE, "write: %s", strerror(errno));
		sent += done;
	}
}

/* Ours? Then print it and leave. Anything else is an answer to others. */
static void judge(char *line, const char *tag)
{
	size_t length = strcspn(line, "\r"), tail = strlen(tag);
	bool ok = !strncmp(line, "ok ", 3);

	line[length] = 0;
	if (length < tail + 4 || strcmp(line + length - tail, tag) ||
	    line[length - tail - 1] != ' ')
		return;
	if (!ok && strncmp(line, "fail ", 5))
		return;
	line[length - tail - 1] = 0;
	puts(line + (ok ? 3 : 5));
	exit(fflush(stdout) ? TROUBLE : !ok);
}

static void __attribute__((noreturn)) await_answer(int fd, const char *tag)
{
	static char text[4096];
	size_t have = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;
		char *end;

		if (poll(&p, 1, left_ms()) <= 0)
			continue;
		if (have == sizeof(text) - 1)
			have = 0;
		n = read(fd, text + have, sizeof(text) - 1 - have);
		if (n <= 0)
			die(TROUBLE, "connection lost");
		have += n;
		text[have] = 0;
		while ((end = memchr(text, '\n', have))) {
			*end++ = 0;
			judge(text, tag);
			have -= end - text;
			memmove(text, end, have + 1);
		}
	}
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: talk SOCKET [-t SECONDS] COMMAND...\n", stderr);
	exit(TROUBLE);
}

int main(int argc, char **argv)
{
	int64_t seconds = DEFAULT_SECONDS;
	char tag[40], *rest;
	int fd;

	if (argc < 3)
		usage();
	argv++;
	if (!strcmp(argv[1], "-t")) {
		if (argc < 5)
			usage();
		seconds = strtol(argv[2], &rest, 10);
		if (*rest || rest == argv[2] || seconds < 1 || seconds > 86400)
			usage();
		argv[2] = argv[0];
		argv += 2;
	}
	signal(SIGPIPE, SIG_IGN);
	end_ms = now_ms() + seconds * 1000;
	snprintf(tag, sizeof(tag), "@%x.%llx", (unsigned int)getpid(),
		 (unsigned long long)now_ms());
	fd = attach(argv[0]);
	send_command(fd, argv + 1, tag);
	await_answer(fd, tag);
}
