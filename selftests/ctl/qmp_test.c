// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a monitor understood, and is nobody believed or waited for who only
 * pretends to be one?  The peer's words are in the socket before they are asked
 * for.  A failure here is a guest that stays paused for as long as somebody
 * pleases.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deadline.h"
#include "ksft_harness.h"
#include "qmp.h"

#define GREETING	"{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define OK		"{\"return\": {}}\r\n"
#define EVENT(status)	"{\"timestamp\": {}, \"event\": \"MIGRATION\", " \
			"\"data\": {\"status\": \"" status "\"}}\r\n"

static int64_t soon(void)
{
	return now_ms() + 200;
}

/* A connection to a peer that says this; its other end, or -1: it is gone. */
static int open_to(struct qmp *qmp, const char *words, bool gone, int *peer)
{
	int fds[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	ASSERT_EQ((ssize_t)strlen(words), write(fds[1], words, strlen(words)));
	if (gone)
		close(fds[1]);
	*peer = gone ? -1 : fds[1];
	return qmp_open(qmp, fds[0], soon());
}

static int call(struct qmp *qmp, struct json_object **answer)
{
	return qmp_call(qmp, "query", NULL, -1, answer, soon());
}

TEST(understood)
{
	struct json_object *answer;
	struct qmp qmp;
	char sent[200];
	int peer;

	ASSERT_EQ(0, open_to(&qmp, GREETING OK EVENT("active")
			     "{\"return\": {\"status\": \"running\"}}"
			     "{\"error\": {\"class\": \"E\", \"desc\": \"no way\"}}", false, &peer));
	ASSERT_EQ(0, call(&qmp, &answer));
	EXPECT_STREQ("running", qmp_string(answer, "status"));
	EXPECT_STREQ("", qmp_string(answer, "other"));
	EXPECT_STREQ("", qmp_string(NULL, "status"));
	EXPECT_STREQ("active", qmp.migration);
	json_object_put(answer);
	EXPECT_EQ(-EREMOTEIO, call(&qmp, &answer));
	EXPECT_NULL(answer);
	EXPECT_STREQ("no way", qmp.error);
	EXPECT_LT(0, read(peer, sent, sizeof(sent)));
	EXPECT_NOT_NULL(strstr(sent, "qmp_capabilities"));
	EXPECT_EQ(-ETIMEDOUT, call(&qmp, NULL));
	close(peer);
	EXPECT_EQ(-EPIPE, call(&qmp, NULL));
	qmp_close(&qmp);
	EXPECT_EQ(-EPIPE, call(&qmp, NULL));
	qmp_close(&qmp);
}

TEST(migration)
{
	struct qmp qmp;
	int peer;

	ASSERT_EQ(0, open_to(&qmp, GREETING OK EVENT("setup") EVENT("active")
			     EVENT("completed"), false, &peer));
	EXPECT_EQ(0, qmp_await_migration(&qmp, soon()));
	qmp_close(&qmp);
	ASSERT_EQ(0, open_to(&qmp, GREETING OK EVENT("failed"), false, &peer));
	EXPECT_EQ(-ECANCELED, qmp_await_migration(&qmp, soon()));
	qmp_close(&qmp);
	ASSERT_EQ(0, open_to(&qmp, GREETING OK EVENT("active"), false, &peer));
	close(peer);
	EXPECT_EQ(-EPIPE, qmp_await_migration(&qmp, soon()));
	qmp_close(&qmp);
}

FIXTURE(pretender) { };
FIXTURE_SETUP(pretender) { }
FIXTURE_TEARDOWN(pretender) { }
FIXTURE_VARIANT(pretender) { const char *words; bool gone; int rc; };
FIXTURE_VARIANT_ADD(pretender, silent) { "", false, -ETIMEDOUT };
FIXTURE_VARIANT_ADD(pretender, gone) { "", true, -EPIPE };
FIXTURE_VARIANT_ADD(pretender, half) { "{\"QMP\": ", false, -ETIMEDOUT };
FIXTURE_VARIANT_ADD(pretender, half_and_gone) { "{\"QMP\": ", true, -EPIPE };
FIXTURE_VARIANT_ADD(pretender, no_json) { "SSH-2.0-OpenSSH\r\n", false, -EPROTO };
FIXTURE_VARIANT_ADD(pretender, no_object) { "[1, 2]", false, -EPROTO };
FIXTURE_VARIANT_ADD(pretender, other_json) { "{\"hello\": 1}", false, -EPROTO };
FIXTURE_VARIANT_ADD(pretender, greeting_only) { GREETING, false, -ETIMEDOUT };
FIXTURE_VARIANT_ADD(pretender, refuses) { GREETING "{\"error\": {}}", false, -EREMOTEIO };

TEST_F(pretender, is_seen_through)
{
	struct qmp qmp;
	int peer;

	EXPECT_EQ(variant->rc, open_to(&qmp, variant->words, variant->gone, &peer));
	EXPECT_EQ(-1, qmp.fd);
}

/* A message without end, and one without a bottom. */
TEST(endless)
{
	static char words[3 << 20];
	struct qmp qmp;
	int fds[2];
	pid_t pid;

	memset(words, 'x', sizeof(words));
	memcpy(words, "{\"QMP\": \"", 9);
	for (int nested = 0; nested < 2; nested++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
		pid = fork();
		if (!pid)
			_exit(write(fds[1], words, sizeof(words)) < 0);
		close(fds[1]);
		EXPECT_EQ(-EPROTO, qmp_open(&qmp, fds[0], now_ms() + 10000));
		memset(words, '[', sizeof(words));
	}
}

TEST_HARNESS_MAIN
