// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenstored SOCKET: the model's xenstore behind the real one's socket, for
 * programs that have the real libxenstore.  Its nodes are in $FAKEXEN_STORE,
 * where a test sees them; what it is to suffer it gets by signals.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xenstore.h>

#include <xen/io/xs_wire.h>

#define CLIENTS	8

struct client {
	int fd;
	struct xs_handle *xs;
};

static bool transfer(int fd, void *buf, size_t len, bool out)
{
	while (len) {
		ssize_t n = out ? write(fd, buf, len) : read(fd, buf, len);

		if (n <= 0)
			return false;
		buf = (char *)buf + n;
		len -= n;
	}
	return true;
}

static bool reply(int fd, struct xsd_sockmsg msg, const void *body, size_t len)
{
	msg.len = len;
	return transfer(fd, &msg, sizeof(msg), true) && transfer(fd, (void *)body, len, true);
}

static bool reply_error(int fd, struct xsd_sockmsg msg)
{
	const char *name = "EINVAL";

	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(*xsd_errors); i++)
		if (xsd_errors[i].errnum == errno)
			name = xsd_errors[i].errstring;
	msg.type = XS_ERROR;
	return reply(fd, msg, name, strlen(name) + 1);
}

static bool reply_list(struct client *c, struct xsd_sockmsg msg, const char *path)
{
	char list[XENSTORE_PAYLOAD_MAX], *at = list;
	unsigned int nr;
	char **names = xs_directory(c->xs, msg.tx_id, path, &nr);

	if (!names)
		return reply_error(c->fd, msg);
	for (unsigned int i = 0; i < nr; i++)
		at = stpcpy(at, names[i]) + 1;
	free(names);
	return reply(c->fd, msg, list, at - list);
}

static bool reply_value(struct client *c, struct xsd_sockmsg msg, const char *path)
{
	unsigned int len;
	char *value = xs_read(c->xs, msg.tx_id, path, &len);
	bool sent = value ? reply(c->fd, msg, value, len) : reply_error(c->fd, msg);

	free(value);
	return sent;
}

static bool reply_transaction(struct client *c, struct xsd_sockmsg msg)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", (unsigned int)xs_transaction_start(c->xs));
	return reply(c->fd, msg, id, strlen(id) + 1);
}

static bool answer(struct client *c, struct xsd_sockmsg msg, char *body)
{
	const char *value = body + strlen(body) + 1;
	bool done;

	switch (msg.type) {
	case XS_DIRECTORY:
		return reply_list(c, msg, body);
	case XS_READ:
		return reply_value(c, msg, body);
	case XS_TRANSACTION_START:
		return reply_transaction(c, msg);
	case XS_TRANSACTION_END:
		done = xs_transaction_end(c->xs, msg.tx_id, *body == 'F');
		break;
	case XS_WRITE:
		done = xs_write(c->xs, msg.tx_id, body, value, body + msg.len - value);
		break;
	case XS_RM:
		done = xs_rm(c->xs, msg.tx_id, body);
		break;
	default:
		errno = ENOSYS;
		done = false;
	}
	return done ? reply(c->fd, msg, "OK", 3) : reply_error(c->fd, msg);
}

/* False when the client is to be forgotten. */
static bool serve(struct client *c)
{
	char body[XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg msg;

	if (!transfer(c->fd, &msg, sizeof(msg), false) || msg.len > XENSTORE_PAYLOAD_MAX ||
	    !transfer(c->fd, body, msg.len, false))
		return false;
	body[msg.len] = '\0';
	return answer(c, msg, body);
}

static int listen_on(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(addr.sun_path))
		errx(1, "%s: too long", path);
	strcpy(addr.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		err(1, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	struct client client[CLIENTS] = { 0 };
	struct pollfd pfd[CLIENTS + 1];

	if (argc != 2)
		errx(2, "usage: xenstored SOCKET");
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < CLIENTS; i++)
		pfd[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	pfd[CLIENTS] = (struct pollfd){ .fd = listen_on(argv[1]), .events = POLLIN };
	for (;;) {
		poll(pfd, CLIENTS + 1, -1);
		for (int i = 0; i < CLIENTS; i++) {
			if (pfd[i].fd < 0 && pfd[CLIENTS].revents) {
				pfd[CLIENTS].revents = 0;
				pfd[i].fd = accept(pfd[CLIENTS].fd, NULL, NULL);
				client[i] = (struct client){ pfd[i].fd, xs_open(0) };
			} else if (pfd[i].fd >= 0 && pfd[i].revents && !serve(&client[i])) {
				close(pfd[i].fd);
				xs_close(client[i].xs);
				pfd[i].fd = -1;
			}
		}
	}
}
