// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The monitor's protocol: JSON objects one after the other over a stream.
 * json-c parses them: its parser takes a stream in pieces, as poll(2) hands them
 * out, and bounds the depth by itself.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "deadline.h"
#include "qmp.h"

/* More than QEMU ever says at once to what we ask. */
#define MESSAGE_MAX	(1 << 20)

static int receive(struct qmp *qmp, int64_t deadline)
{
	int rc = deadline_await(qmp->fd, POLLIN, deadline);
	ssize_t n;

	if (rc)
		return rc;
	n = recv(qmp->fd, qmp->buffer, sizeof(qmp->buffer), 0);
	if (n < 0 && errno == EINTR)
		n = qmp->len = 0;
	else if (n <= 0)
		return n && errno != ECONNRESET ? -errno : -EPIPE;
	qmp->from = 0;
	qmp->len = n;
	return 0;
}

/* The next object that arrives, owned by the caller. */
static int next_message(struct qmp *qmp, struct json_object **message, int64_t deadline)
{
	size_t size = 0;

	for (;;) {
		while (qmp->from < qmp->len) {
			*message = json_tokener_parse_ex(qmp->parser, qmp->buffer + qmp->from,
							 qmp->len - qmp->from);
			size += json_tokener_get_parse_end(qmp->parser);
			qmp->from += json_tokener_get_parse_end(qmp->parser);
			if (json_object_is_type(*message, json_type_object))
				return 0;
			if (*message || size > MESSAGE_MAX ||
			    json_tokener_get_error(qmp->parser) != json_tokener_continue) {
				json_object_put(*message);
				return -EPROTO;
			}
		}
		int rc = receive(qmp, deadline);

		if (rc)
			return rc;
	}
}

const char *qmp_string(struct json_object *answer, const char *key)
{
	struct json_object *member;

	if (!json_object_object_get_ex(answer, key, &member) ||
	    !json_object_is_type(member, json_type_string))
		return "";
	return json_object_get_string(member);
}

static void note_event(struct qmp *qmp, struct json_object *message)
{
	struct json_object *data;

	if (!strcmp(qmp_string(message, "event"), "MIGRATION") &&
	    json_object_object_get_ex(message, "data", &data))
		snprintf(qmp->migration, sizeof(qmp->migration), "%s",
			 qmp_string(data, "status"));
}

static int next_answer(struct qmp *qmp, struct json_object **answer, int64_t deadline)
{
	struct json_object *message, *member;
	int rc = -EAGAIN;

	while (rc == -EAGAIN) {
		rc = next_message(qmp, &message, deadline);
		if (rc)
			return rc;
		if (json_object_object_get_ex(message, "return", &member)) {
			if (answer)
				*answer = json_object_get(member);
		} else if (json_object_object_get_ex(message, "error", &member)) {
			snprintf(qmp->error, sizeof(qmp->error), "%s",
				 qmp_string(member, "desc"));
			rc = -EREMOTEIO;
		} else {
			note_event(qmp, message);
			rc = -EAGAIN;
		}
		json_object_put(message);
	}
	return rc;
}

static int transmit(struct qmp *qmp, const char *text, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		*CMSG_FIRSTHDR(&msg) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), &fd, sizeof(fd));
	}
	/* commands are short: what doesn't fit into the socket has no reader */
	do {
		n = sendmsg(qmp->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return (size_t)n == iov.iov_len ? 0 : -ETIMEDOUT;
}

int qmp_call(struct qmp *qmp, const char *command, struct json_object *arguments, int fd,
	     struct json_object **answer, int64_t deadline)
{
	struct json_object *message = json_object_new_object();
	int rc;

	if (answer)
		*answer = NULL;
	json_object_object_add(message, "execute", json_object_new_string(command));
	if (arguments)
		json_object_object_add(message, "arguments", arguments);
	rc = qmp->fd < 0 ? -EPIPE : transmit(qmp, json_object_to_json_string(message), fd);
	json_object_put(message);
	return rc ? rc : next_answer(qmp, answer, deadline);
}

int qmp_await_migration(struct qmp *qmp, int64_t deadline)
{
	struct json_object *message;

	for (;;) {
		int rc;

		if (!strcmp(qmp->migration, "completed"))
			return 0;
		if (!strcmp(qmp->migration, "failed"))
			return -ECANCELED;
		rc = next_message(qmp, &message, deadline);
		if (rc)
			return rc;
		note_event(qmp, message);
		json_object_put(message);
	}
}

int qmp_open(struct qmp *qmp, int fd, int64_t deadline)
{
	struct json_object *greeting;
	int rc;

	*qmp = (struct qmp){ .fd = fd, .parser = json_tokener_new() };
	rc = qmp->parser ? next_message(qmp, &greeting, deadline) : -ENOMEM;
	if (!rc) {
		if (!json_object_object_get_ex(greeting, "QMP", NULL))
			rc = -EPROTO;
		json_object_put(greeting);
	}
	if (!rc)
		rc = qmp_call(qmp, "qmp_capabilities", NULL, -1, NULL, deadline);
	if (rc)
		qmp_close(qmp);
	return rc;
}

int qmp_connect(struct qmp *qmp, const char *path, int64_t deadline)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval left = { .tv_sec = 1 };
	int64_t ms = deadline - now_ms();
	int fd;

	qmp->fd = -1;
	qmp->parser = NULL;
	if (snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path) >=
	    (int)sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* connect(2) waits for a place in the queue as long as a send may */
	if (ms > 1000)
		left.tv_sec = ms / 1000;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof(left));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int rc = errno == EAGAIN ? -ETIMEDOUT : -errno;

		close(fd);
		return rc;
	}
	return qmp_open(qmp, fd, deadline);
}

void qmp_close(struct qmp *qmp)
{
	if (qmp->fd >= 0)
		close(qmp->fd);
	if (qmp->parser)
		json_tokener_free(qmp->parser);
	qmp->fd = -1;
	qmp->parser = NULL;
}
