// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libxenstore and the xenstored behind it: relative paths, permissions of a
 * stubdomain, quotas, and what becomes of a connection that is dead.  What a
 * transaction is, is transaction.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "internal.h"
#include "transaction.h"
#include "tree.h"
#include "watch.h"

#define PAYLOAD_MAX	4096

struct xs_handle {
	bool dead;
	struct watches watches;
	struct transactions transactions;
};

struct fakexen_quota fakexen_quota = { 1000, 10, 2048 };

static bool dead;

void fakexen_store_dead(bool now)
{
	dead = now;
}

static bool privileged(void)
{
	return !machine.config.own_domid;
}

/* A handle that was open when xenstored died stays dead. */
static int alive(struct xs_handle *h)
{
	h->dead |= dead;
	return h->dead ? -EBADF : 0;
}

static int absolute(const char *path, char full[TREE_PATH])
{
	int n = *path == '/' ? snprintf(full, TREE_PATH, "%s", path) :
		snprintf(full, TREE_PATH, "/local/domain/%u/%s", machine.config.own_domid, path);

	if (n >= TREE_PATH || strstr(full, "//") || (n > 1 && full[n - 1] == '/') ||
	    strspn(full, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789-/_@") != (size_t)n)
		return -EINVAL;
	return 0;
}

/* Who may touch a node may learn that there is none; others learn nothing. */
static int permitted(struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	if (!node)
		node = tree_parent(tree, path);
	return privileged() || node->owner == machine.config.own_domid ? 0 : -EACCES;
}

/* The beginning of every request. */
static int request(struct xs_handle *h, xs_transaction_t t, const char *path,
		   char full[TREE_PATH], struct transaction **txn, struct tree **tree)
{
	const struct fakexen_fault *fault = call_fault();
	int rc = fault ? -fault->error : alive(h);

	if (!rc)
		rc = absolute(path, full);
	if (rc)
		return rc;
	*txn = NULL;
	*tree = tree_shared();
	if (t != XBT_NULL) {
		*txn = transaction_find(&h->transactions, t);
		if (!*txn)
			return -ENOENT;
		*tree = (*txn)->view;
		rc = transaction_touch(*txn, full);
	}
	return rc ? rc : permitted(*tree, full);
}

FAKE(struct xs_handle *, xs_open, (unsigned long flags))
{
	FAKE_CALL(xs_open);
	FAKE_MAY_FAIL(NULL);
	(void)flags;
	if (dead) {
		errno = ECONNREFUSED;
		return NULL;
	}
	return calloc(1, sizeof(struct xs_handle));
}

FAKE(void, xs_close, (struct xs_handle *h))
{
	FAKE_CALL(xs_close);
	if (!h)
		return;
	watch_close(&h->watches);
	transaction_close(&h->transactions);
	free(h);
}

FAKE(void *, xs_read,
     (struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len))
{
	FAKE_CALL(xs_read);
	char full[TREE_PATH], *value;
	struct transaction *txn;
	struct tree_node *node;
	struct tree *tree;
	int rc = request(h, t, path, full, &txn, &tree);

	node = rc ? NULL : tree_find(tree, full);
	if (!node) {
		errno = rc ? -rc : ENOENT;
		return NULL;
	}
	value = malloc(node->len + 1);
	if (!value)
		return NULL;
	memcpy(value, node->value, node->len);
	value[node->len] = '\0';
	if (len)
		*len = node->len;
	return value;
}

static int write_quota(struct tree *tree, const char *path, size_t len)
{
	if (len > PAYLOAD_MAX || len > TREE_VALUE)
		return -E2BIG;
	if (privileged())
		return 0;
	if (len + strlen(path) > fakexen_quota.node_size)
		return -ENOSPC;
	if (!tree_find(tree, path) &&
	    tree_owned(tree, machine.config.own_domid) >= fakexen_quota.nodes)
		return -ENOSPC;
	return 0;
}

static int change(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
		  size_t len, enum change_kind kind)
{
	char full[TREE_PATH];
	struct transaction *txn;
	struct tree *tree;
	int rc = request(h, t, path, full, &txn, &tree);

	if (rc)
		return rc;
	if (kind == CHANGE_REMOVE && !tree_find(tree, full)) {
		/* as xenstored: what isn't there is removed, if it could be there */
		char above[TREE_PATH];

		strcpy(above, full);
		*strrchr(above, '/') = '\0';
		return !*above || tree_find(tree, above) ? 0 : -ENOENT;
	}
	if (kind == CHANGE_MKDIR && tree_find(tree, full))
		return 0;
	if (kind != CHANGE_REMOVE)
		rc = write_quota(tree, full, len);
	if (rc)
		return rc;
	return transaction_change(txn, kind, full, data, len);
}

static bool succeeded(int rc)
{
	if (rc)
		errno = -rc;
	return !rc;
}

FAKE(bool, xs_write,
     (struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
      unsigned int len))
{
	FAKE_CALL(xs_write);
	return succeeded(change(h, t, path, data, len, CHANGE_WRITE));
}

FAKE(bool, xs_mkdir, (struct xs_handle *h, xs_transaction_t t, const char *path))
{
	FAKE_CALL(xs_mkdir);
	return succeeded(change(h, t, path, NULL, 0, CHANGE_MKDIR));
}

FAKE(bool, xs_rm, (struct xs_handle *h, xs_transaction_t t, const char *path))
{
	FAKE_CALL(xs_rm);
	return succeeded(change(h, t, path, NULL, 0, CHANGE_REMOVE));
}

/* Everybody here may do everything: only whether there is such a node matters. */
FAKE(bool, xs_set_permissions,
     (struct xs_handle *h, xs_transaction_t t, const char *path, struct xs_permissions *perms,
      unsigned int num_perms))
{
	FAKE_CALL(xs_set_permissions);
	char full[TREE_PATH];
	struct transaction *txn;
	struct tree *tree;
	int rc = request(h, t, path, full, &txn, &tree);

	if (!rc && !num_perms)
		rc = -EINVAL;
	(void)perms;
	return succeeded(rc || tree_find(tree, full) ? rc : -ENOENT);
}

/* One allocation, as libxenstore's: the pointers, then the names. */
static char **list_children(const struct tree *tree, const char *path, unsigned int *num)
{
	size_t size = sizeof(char *);
	char **list, *text;

	*num = 0;
	for (unsigned int i = 0; i < tree->nr; i++) {
		const char *name = tree_child(tree->node[i].path, path);

		size += name ? sizeof(char *) + strlen(name) + 1 : 0;
		*num += name != NULL;
	}
	list = malloc(size);
	if (!list)
		return NULL;
	text = (char *)(list + *num);
	*num = 0;
	for (unsigned int i = 0; i < tree->nr; i++) {
		const char *name = tree_child(tree->node[i].path, path);

		if (!name)
			continue;
		list[(*num)++] = strcpy(text, name);
		text += strlen(name) + 1;
	}
	return list;
}

FAKE(char **, xs_directory,
     (struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num))
{
	FAKE_CALL(xs_directory);
	char full[TREE_PATH];
	struct transaction *txn;
	struct tree *tree;
	int rc = request(h, t, path, full, &txn, &tree);

	if (rc || !tree_find(tree, full)) {
		errno = rc ? -rc : ENOENT;
		return NULL;
	}
	return list_children(tree, full, num);
}

FAKE(xs_transaction_t, xs_transaction_start, (struct xs_handle *h))
{
	FAKE_CALL(xs_transaction_start);
	FAKE_MAY_FAIL(XBT_NULL);
	xs_transaction_t id = XBT_NULL;
	int rc = alive(h);

	if (!rc && !privileged() && h->transactions.nr >= fakexen_quota.transactions)
		rc = -ENOSPC;
	if (!rc)
		rc = transaction_start(&h->transactions, &id);
	if (rc)
		errno = -rc;
	return id;
}

/* However it ends, it is over. */
FAKE(bool, xs_transaction_end, (struct xs_handle *h, xs_transaction_t t, bool abort))
{
	FAKE_CALL(xs_transaction_end);
	const struct fakexen_fault *fault = call_fault();
	struct transaction *txn = transaction_find(&h->transactions, t);
	int rc = alive(h);

	if (!rc && !txn)
		rc = -ENOENT;
	if (!rc && fault)
		rc = -fault->error;
	if (!rc && !abort)
		rc = transaction_commit(txn);
	transaction_forget(&h->transactions, txn);
	return succeeded(rc);
}

FAKE(bool, xs_watch, (struct xs_handle *h, const char *path, const char *token))
{
	FAKE_CALL(xs_watch);
	FAKE_MAY_FAIL(false);
	char full[TREE_PATH];
	int rc = alive(h);

	if (!rc)
		rc = absolute(path, full);
	return succeeded(rc ? rc : watch_add(&h->watches, full, path, token));
}

FAKE(bool, xs_unwatch, (struct xs_handle *h, const char *path, const char *token))
{
	FAKE_CALL(xs_unwatch);
	return succeeded(watch_del(&h->watches, path, token));
}

FAKE(int, xs_fileno, (struct xs_handle *h))
{
	return watch_fd(&h->watches);
}

FAKE(char **, xs_check_watch, (struct xs_handle *h))
{
	FAKE_CALL(xs_check_watch);
	char **event = watch_take(&h->watches);

	if (!event)
		errno = EAGAIN;
	return event;
}

/* There is no socket: whoever looks for one finds none. */
FAKE(const char *, xs_daemon_socket, (void))
{
	return "/nonexistent";
}

FAKE(char *, xs_get_domain_path, (struct xs_handle *h, unsigned int domid))
{
	FAKE_CALL(xs_get_domain_path);
	char *path = NULL;

	if (!succeeded(alive(h)) || asprintf(&path, "/local/domain/%u", domid) < 0)
		return NULL;
	return path;
}
