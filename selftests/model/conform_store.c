// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What conform.c is for Xen, for xenstore: bare libxenstore calls of two
 * clients and what xenstored answers, asked of the model and of a real one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "ksft.h"

#define BASE	"/tool/xenphysmap-conform"

enum op { READ, WRITE, MKDIR, REMOVE, COUNT, START, END, NEXT_GROUP, LAST };

struct row {
	enum op op;
	int client;
	bool inside;		/* the client's transaction */
	const char *path;
	const char *value;	/* to write, or that is read; "abort" */
	int error;
};

#define read_is(c, p, v)	{ READ, c, false, p, v, 0 },
#define read_fails(c, p, e)	{ READ, c, false, p, NULL, e },
#define read_in(c, p, v)	{ READ, c, true, p, v, 0 },
#define read_in_fails(c, p, e)	{ READ, c, true, p, NULL, e },
#define put(c, p, v)		{ WRITE, c, false, p, v, 0 },
#define put_fails(c, p, e)	{ WRITE, c, false, p, "", e },
#define put_in(c, p, v)		{ WRITE, c, true, p, v, 0 },
#define put_in_fails(c, p, e)	{ WRITE, c, true, p, "", e },
#define make(c, p)		{ MKDIR, c, false, p, NULL, 0 },
#define drop(c, p)		{ REMOVE, c, false, p, NULL, 0 },
#define drop_fails(c, p, e)	{ REMOVE, c, false, p, NULL, e },
#define drop_in(c, p)		{ REMOVE, c, true, p, NULL, 0 },
#define count(c, p, n)		{ COUNT, c, false, p, #n, 0 },
#define count_fails(c, p, e)	{ COUNT, c, false, p, NULL, e },
#define count_in(c, p, n)	{ COUNT, c, true, p, #n, 0 },
#define start(c)		{ START, c, false, NULL, NULL, 0 },
#define end(c)			{ END, c, true, NULL, NULL, 0 },
#define end_fails(c, e)		{ END, c, true, NULL, NULL, e },
#define give_up(c)		{ END, c, true, NULL, "abort", 0 },
#define GROUP(name)		{ NEXT_GROUP, 0, false, #name, NULL, 0 },

static const struct row rows[] = {
GROUP(nodes)
	read_fails(0, BASE "/a", ENOENT)
	put(0, BASE "/a/b/c", "1")
	read_is(1, BASE "/a/b/c", "1")
	read_is(1, BASE "/a/b", "")
	count(1, BASE "/a", 1)
	count(1, BASE "/a/b/c", 0)
	count_fails(1, BASE "/b", ENOENT)
	put(1, BASE "/a/b/c", "22")
	read_is(0, BASE "/a/b/c", "22")
	put(1, BASE "/a/b/c", "")
	read_is(0, BASE "/a/b/c", "")
	put(0, BASE "/a/b/d", "4")
	count(1, BASE "/a/b", 2)
	make(0, BASE "/a/b/d")
	read_is(1, BASE "/a/b/d", "4")
	make(0, BASE "/a/b/e")
	read_is(1, BASE "/a/b/e", "")
	drop(0, BASE "/a")
	read_fails(0, BASE "/a/b/d", ENOENT)
	count(0, BASE, 0)
GROUP(removing_what_is_not_there)
	drop(0, BASE "/a")
	drop_fails(0, BASE "/a/b", ENOENT)
GROUP(paths)
	put_fails(0, BASE "/a//b", EINVAL)
	put_fails(0, BASE "/a/", EINVAL)
	put_fails(0, BASE "/a b", EINVAL)
	put_fails(0, BASE "/a.b", EINVAL)
	put(0, BASE "/a-b_c@d", "1")
	put(0, "xenphysmap-conform", "here")
	read_is(0, "/local/domain/0/xenphysmap-conform", "here")
	drop(0, "xenphysmap-conform")
GROUP(transaction)
	put(0, BASE "/a", "1")
	start(0)
	put_in(0, BASE "/a", "2")
	put_in(0, BASE "/b", "3")
	read_in(0, BASE "/a", "2")
	count_in(0, BASE, 2)
	read_is(1, BASE "/a", "1")
	read_fails(1, BASE "/b", ENOENT)
	end(0)
	read_is(1, BASE "/a", "2")
	read_is(1, BASE "/b", "3")
GROUP(transaction_given_up)
	start(0)
	put_in(0, BASE "/a", "2")
	give_up(0)
	read_fails(0, BASE "/a", ENOENT)
GROUP(transaction_over)
	start(0)
	give_up(0)
	put_in_fails(0, BASE "/a", ENOENT)
	end_fails(0, ENOENT)
GROUP(removing_in_a_transaction)
	put(0, BASE "/a/b", "1")
	start(0)
	drop_in(0, BASE "/a")
	read_in_fails(0, BASE "/a/b", ENOENT)
	read_is(1, BASE "/a/b", "1")
	end(0)
	read_fails(1, BASE "/a/b", ENOENT)
GROUP(read_meanwhile_written)
	put(0, BASE "/a", "1")
	start(0)
	read_in(0, BASE "/a", "1")
	put_in(0, BASE "/b", "1")
	put(1, BASE "/a", "2")
	end_fails(0, EAGAIN)
	read_fails(0, BASE "/b", ENOENT)
GROUP(written_meanwhile_written)
	put(0, BASE "/a", "1")
	start(0)
	put_in(0, BASE "/a", "2")
	put(1, BASE "/a", "3")
	end_fails(0, EAGAIN)
	read_is(0, BASE "/a", "3")
GROUP(created_meanwhile_created)
	start(0)
	put_in(0, BASE "/a", "2")
	put(1, BASE "/a", "3")
	end_fails(0, EAGAIN)
	read_is(0, BASE "/a", "3")
GROUP(created_meanwhile_a_sibling)
	start(0)
	put_in(0, BASE "/a", "2")
	put(1, BASE "/b", "3")
	end_fails(0, EAGAIN)
	read_fails(0, BASE "/a", ENOENT)
GROUP(changed_meanwhile_a_sibling_too)
	put(0, BASE "/a", "1")
	put(0, BASE "/b", "1")
	start(0)
	put_in(0, BASE "/a", "2")
	put(1, BASE "/b", "3")
	end(0)
	read_is(0, BASE "/a", "2")
	read_is(0, BASE "/b", "3")
GROUP(missed_meanwhile_created)
	start(0)
	read_in_fails(0, BASE "/a", ENOENT)
	put(1, BASE "/a", "1")
	end_fails(0, EAGAIN)
GROUP(two_transactions)
	put(0, BASE "/a", "1")
	put(0, BASE "/b", "1")
	start(0)
	start(1)
	put_in(0, BASE "/a", "2")
	put_in(1, BASE "/b", "3")
	end(0)
	end(1)
	read_is(0, BASE "/a", "2")
	read_is(0, BASE "/b", "3")
	{ LAST, 0, false, NULL, NULL, 0 }
};

static struct {
	struct xs_handle *xs;
	xs_transaction_t t;
} client[2];

static bool do_read(const struct row *r, xs_transaction_t t)
{
	unsigned int len;
	char *value = xs_read(client[r->client].xs, t, r->path, &len);
	bool same = value && r->value && len == strlen(r->value) && !strcmp(value, r->value);

	if (value && !same)
		errno = 0;
	free(value);
	return same;
}

static bool do_count(const struct row *r, xs_transaction_t t)
{
	unsigned int nr;
	char **names = xs_directory(client[r->client].xs, t, r->path, &nr);
	bool same = names && r->value && nr == strtoul(r->value, NULL, 10);

	if (names && !same)
		errno = 0;
	free(names);
	return same;
}

static bool do_row(const struct row *r)
{
	struct xs_handle *xs = client[r->client].xs;
	xs_transaction_t t = r->inside ? client[r->client].t : XBT_NULL;

	switch (r->op) {
	case READ:
		return do_read(r, t);
	case COUNT:
		return do_count(r, t);
	case WRITE:
		return xs_write(xs, t, r->path, r->value, strlen(r->value));
	case MKDIR:
		return xs_mkdir(xs, t, r->path);
	case REMOVE:
		return xs_rm(xs, t, r->path);
	case START:
		client[r->client].t = xs_transaction_start(xs);
		return client[r->client].t != XBT_NULL;
	default:
		return xs_transaction_end(xs, t, r->value);
	}
}

static bool do_group(const struct row *r)
{
	bool good = true;

	for (; r->op != NEXT_GROUP && r->op != LAST; r++) {
		bool done;

		errno = 0;
		done = do_row(r);
		if (r->error ? !done && errno == r->error : done)
			continue;
		ksft_print_msg("%d %s: expected %s (%s), seen %s", r->op,
			       r->path ? r->path : "", strerror(r->error),
			       r->value ? r->value : "", strerror(errno));
		good = false;
	}
	return good;
}

int main(void)
{
	unsigned int groups = 0;

	for (int i = 0; i < 2; i++) {
		client[i].xs = xs_open(0);
		if (!client[i].xs)
			ksft_exit_skip("no xenstore here");
	}
	ksft_print_header();
	for (const struct row *r = rows; r->op != LAST; r++)
		groups += r->op == NEXT_GROUP;
	ksft_set_plan(groups);
	for (const struct row *r = rows; r->op != LAST; r++) {
		if (r->op != NEXT_GROUP)
			continue;
		xs_mkdir(client[0].xs, XBT_NULL, BASE);
		ksft_test_result(do_group(r + 1) ? KSFT_PASS : KSFT_FAIL, r->path, NULL);
		xs_rm(client[0].xs, XBT_NULL, BASE);
	}
	xs_close(client[0].xs);
	xs_close(client[1].xs);
	return ksft_finished();
}
