// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See attacks.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attacks.h"
#include "message.h"

#define PATIENCE_MS	20000

/* Not more than the kernel lets a process have on the way. */
#define DESCRIPTORS	200

static const struct message fine = {
	.magic = MESSAGE_MAGIC,
	.type = MESSAGE_PUBLISH,
	.rec = { 0x8000000, 0xf0000000, 0x1000000, "vga.vram" },
};

/* Wait for room, as long as it takes a publisher that is alive. */
static bool send_all(int fd, const struct msghdr *msg)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	while (sendmsg(fd, msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		if ((errno != EAGAIN && errno != ETOOMANYREFS) || poll(&pfd, 1, PATIENCE_MS) != 1)
			return false;
	return true;
}

static bool tell(int fd, const void *what, size_t len)
{
	struct iovec iov = { .iov_base = (void *)what, .iov_len = len };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	return send_all(fd, &msg);
}

static bool tell_record(int fd, uint64_t home, uint64_t place, uint64_t size, const char *name)
{
	struct message m = fine;

	m.rec = (struct record){ home, place, size, "" };
	memcpy(m.rec.name, name, strnlen(name, sizeof(m.rec.name)));
	return tell(fd, &m, sizeof(m));
}

static bool other_sizes(int fd)
{
	static char big[100000];
	bool heard = true;

	memcpy(big, &fine, sizeof(fine));
	for (size_t len = 0; len < 3 * sizeof(fine); len++)
		heard &= len == sizeof(fine) || tell(fd, big, len);
	return heard && tell(fd, big, sizeof(big));
}

static bool other_types(int fd)
{
	static const uint32_t types[] = {
		0, MESSAGE_DONE, MESSAGE_FOUND, MESSAGE_ALL_FOUND, MESSAGE_ALL_FOUND + 1,
		0x100 | MESSAGE_PUBLISH, INT32_MAX, UINT32_MAX,
	};
	struct message m = fine;
	bool heard = true;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		m.type = types[i];
		heard &= tell(fd, &m, sizeof(m));
	}
	m = fine;
	for (int bit = 0; bit < 32; bit++) {
		m.magic = MESSAGE_MAGIC ^ 1u << bit;
		heard &= tell(fd, &m, sizeof(m));
	}
	return heard;
}

static bool bad_records(int fd, uint32_t other)
{
	static const uint64_t top = UINT64_MAX << 12;
	char name[RECORD_NAME_SIZE + 1];
	bool heard = true;

	heard &= tell_record(fd, 0x8000001, 0xf0000000, 0x1000, "unaligned");
	heard &= tell_record(fd, 0x8000000, 0xf0000800, 0x1000, "unaligned");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0x1001, "unaligned");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0, "empty");
	heard &= tell_record(fd, top, top, 0x2000, "wraps");
	heard &= tell_record(fd, 0x8000000, top, 0x1000, "beyond");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, top, "huge");
	heard &= tell_record(fd, 0x8000000, 0x1000, 0x1000, "in guest RAM");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0x1000, "");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0x1000, "two\nlines");
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0x1000, "\x1b[2J");
	memset(name, 'A', sizeof(name));
	heard &= tell_record(fd, 0x8000000, 0xf0000000, 0x1000, name);
	/* a name may look like a path, it is a value; and a domid is in no message */
	snprintf(name, sizeof(name), "../../%u/physmap", other);
	return heard && tell_record(fd, 0x9000000, 0x9000000, 0x1000, name);
}

static bool in_disorder(int fd)
{
	static const enum message_type order[] = {
		MESSAGE_WITHDRAW, MESSAGE_CLEAR, MESSAGE_BARRIER, MESSAGE_WITHDRAW,
		MESSAGE_CLEAR, MESSAGE_CLEAR, MESSAGE_BARRIER, MESSAGE_BARRIER,
	};
	struct message m = fine;
	bool heard = true;

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		m.type = order[i];
		m.number = UINT64_MAX - i;
		m.rec.phys_offset = 0x123456789abcdef + i;
		heard &= tell(fd, &m, sizeof(m));
	}
	return heard;
}

bool attack_nonsense(int fd, uint32_t other)
{
	return other_sizes(fd) && other_types(fd) && bad_records(fd, other) && in_disorder(fd);
}

bool attack_descriptors(int fd)
{
	union {
		char space[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = (void *)&fine, .iov_len = sizeof(fine) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	bool heard = true;
	int fds[DESCRIPTORS];

	for (int i = 0; i < DESCRIPTORS; i++)
		fds[i] = i % 2 ? fd : STDERR_FILENO;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(cmsg), fds, sizeof(fds));
	for (int i = 0; i < 100; i++) {
		/* an empty message can bring them, too */
		iov.iov_len = i % 3 ? sizeof(fine) : (size_t)i % 2;
		heard &= send_all(fd, &msg);
	}
	return heard;
}

bool attack_flood(int fd)
{
	struct message m = fine;
	bool heard = true;

	for (int i = 0; i < 20000 && heard; i++) {
		m.type = i % 16 == 7 ? MESSAGE_BARRIER : MESSAGE_PUBLISH;
		m.number = 1000 + i;
		m.rec.phys_offset = (0x10000 + i % 400) * UINT64_C(0x1000);
		m.rec.start_addr = m.rec.phys_offset + i % 7 * 0x1000;
		m.rec.size = 0x1000;
		heard = tell(fd, &m, sizeof(m));
	}
	m.type = MESSAGE_CLEAR;
	return heard && tell(fd, &m, sizeof(m));
}

bool attack_ask(int fd, uint64_t home, uint64_t place, uint64_t number)
{
	const struct message barrier = {
		.magic = MESSAGE_MAGIC,
		.type = MESSAGE_BARRIER,
		.number = number,
	};
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct message m;

	if (!tell_record(fd, home << 12, place << 12, 0x1000, "vga.vram") ||
	    !tell(fd, &barrier, sizeof(barrier)))
		return false;
	while (poll(&pfd, 1, PATIENCE_MS) == 1)
		if (recv(fd, &m, sizeof(m), 0) == sizeof(m) && m.type == MESSAGE_DONE &&
		    m.number == number)
			return true;
	return false;
}
