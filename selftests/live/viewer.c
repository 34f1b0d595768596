// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * viewer SOCKET: somebody who looks at a guest's screen by VNC (RFC 6143), on a
 * unix socket without a password.  Prints the size; then for each line on stdin
 * one line: for "all" the first pixel of the whole picture, for "next SECONDS"
 * that of what changes first, or "nothing".
 */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define VERSION		"RFB 003.008\n"
#define PIXEL		4

static int fd;
static unsigned int width, height;

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

static void receive(void *buf, size_t n)
{
	for (char *at = buf; n; ) {
		ssize_t done = read(fd, at, n);

		if (done <= 0)
			die("read");
		at += done;
		n -= done;
	}
}

static void transmit(const void *buf, size_t n)
{
	if (write(fd, buf, n) != (ssize_t)n)
		die("write");
}

static unsigned int number(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static void attach(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(name.sun_path))
		die(path);
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)))
		die(path);
}

/* No password, a shared screen, raw pixels. */
static void introduce(void)
{
	static const uint8_t none = 1, shared = 1, raw[] = { 2, 0, 0, 1, 0, 0, 0, 0 };
	uint8_t in[256];

	receive(in, strlen(VERSION));
	transmit(VERSION, strlen(VERSION));
	receive(in, 1);
	receive(in + 1, in[0]);
	transmit(&none, 1);
	receive(in, 4);
	transmit(&shared, 1);
	receive(in, 24);
	width = number(in);
	height = number(in + 2);
	for (unsigned int n = number(in + 22); n; n--)
		receive(in, 1);
	transmit(raw, sizeof(raw));
}

static void ask(bool only_changes)
{
	const uint8_t request[] = {
		3, only_changes, 0, 0, 0, 0, width >> 8, width, height >> 8, height,
	};

	transmit(request, sizeof(request));
}

/* Rectangles; of the first one the first pixel. */
static uint32_t picture(void)
{
	uint8_t head[12];
	uint32_t first = 0, pixel;

	receive(head, 4);
	for (unsigned int n = number(head + 2); n; n--) {
		receive(head, sizeof(head));
		for (size_t i = 0; i < (size_t)number(head + 4) * number(head + 6); i++) {
			receive(&pixel, PIXEL);
			first = i || first ? first : pixel;
		}
	}
	return first;
}

int main(int argc, char **argv)
{
	struct pollfd answer = { .events = POLLIN };
	char line[64];

	if (argc != 2)
		return 2;
	attach(argv[1]);
	introduce();
	answer.fd = fd;
	printf("%ux%u\n", width, height);
	while (!fflush(stdout) && fgets(line, sizeof(line), stdin)) {
		int seconds = !strncmp(line, "next ", 5) ? atoi(line + 5) : -1;

		ask(seconds >= 0);
		if (poll(&answer, 1, seconds < 0 ? -1 : seconds * 1000) == 1)
			printf("%x\n", picture());
		else
			puts("nothing");
	}
	return 0;
}
