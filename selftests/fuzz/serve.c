// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The publisher, told anything over its socket by a device model that was taken
 * over, with the model's xenstore behind it.  What is in xenstore in the end is
 * what the well-formed messages wished for last, and nothing else.
 */
#include <sys/socket.h>

#include "fuzz.h"
#include "gfn.h"
#include "ksft_harness.h"
#include "message.h"
#include "model/fakexen/fakexen.h"
#include "records.h"
#include "serve.h"

#define MESSAGES_MAX	100	/* fit into a socket */
#define HOMES		8

/* What a device model that spoke well would be known to have wished. */
static struct record wished[HOMES];	/* of no size: no record */

/* Nobody listens to a million lines. */
void log_line(int level, const char *format, ...);
void log_line(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void note(const struct message *m)
{
	struct record *w = &wished[m->rec.phys_offset / 0x100000 % HOMES];

	if (m->type == MESSAGE_PUBLISH && !record_check(&m->rec))
		*w = m->rec;
	else if (m->type == MESSAGE_WITHDRAW)
		w->size = 0;
	else if (m->type == MESSAGE_CLEAR)
		memset(wished, 0, sizeof(wished));
}

/* Mostly what could be said, sometimes not: 5 bytes a message. */
static void say(int fd, struct bytes *b)
{
	struct message m = {
		.magic = MESSAGE_MAGIC,
		.type = bytes_below(b, 9),
		.number = bytes_below(b, 256),
		.rec = {
			.phys_offset = (1 + bytes_below(b, HOMES)) * 0x100000,
			.size = 0x1000,
			.name = "ram@",
		},
	};
	uint64_t odd = bytes_below(b, 64);
	size_t size = sizeof(m);

	m.rec.start_addr = m.rec.phys_offset + bytes_below(b, 256) * 0x1000;
	if (odd == 1)
		m.magic++;
	else if (odd == 2)
		m.rec.name[bytes_below(b, sizeof(m.rec.name))] = bytes_below(b, 256);
	else if (odd == 3)
		m.rec.size = bytes_below(b, UINT64_MAX);
	else if (odd == 4)
		m.rec.start_addr = bytes_below(b, UINT64_MAX);
	else if (odd == 5)
		/* once its sender is gone, an empty one can't be told from the end */
		size = 1 + bytes_below(b, sizeof(m) - 1);
	ASSERT_EQ(size, send(fd, &m, size, MSG_NOSIGNAL | MSG_DONTWAIT));
	if (odd != 1 && odd != 5)
		note(&m);
}

static void expect_wished(struct records *store)
{
	static struct record rec[RECORDS_MAX];
	int nr = store->load(store, rec), wanted = 0;

	for (int i = 0; i < HOMES; i++)
		wanted += wished[i].size != 0;
	ASSERT_EQ(wanted, nr);
	for (int i = 0; i < nr; i++) {
		const struct record *w = &wished[rec[i].phys_offset / 0x100000 % HOMES];

		ASSERT_EQ(w->start_addr, rec[i].start_addr);
		ASSERT_EQ(w->size, rec[i].size);
		ASSERT_STREQ(w->name, rec[i].name);
	}
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	struct records *store;
	struct server *server;
	int fds[2];

	fakexen_reset(&(struct fakexen_config){ .domid = 1 });
	fakexen_store_write("/local/domain/0/device-model/1", "");
	memset(wished, 0, sizeof(wished));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds));
	ASSERT_EQ(0, store_open(1, &store));
	server = server_new(fds[1], store);
	ASSERT_NOT_NULL(server);
	for (int i = 0; b.left && i < MESSAGES_MAX; i++)
		say(fds[0], &b);
	/* all is said, and is still there to be read */
	close(fds[0]);
	ASSERT_EQ(0, serve(server));
	close(fds[1]);
	expect_wished(store);
	store->close(store);
}
