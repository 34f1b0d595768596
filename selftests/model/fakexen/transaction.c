// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenstore's transactions, as xenstored has them (tools/xenstore): optimistic,
 * EAGAIN for whoever comes second.  Changes without one are applied at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "transaction.h"
#include "watch.h"

void (*fakexen_store_meanwhile)(void);
void (*fakexen_store_changed)(void);

static void changed(const char *path)
{
	watch_fire(path);
	if (fakexen_store_changed)
		fakexen_store_changed();
}

int transaction_start(struct transactions *all, uint32_t *id)
{
	struct transaction *txn = calloc(1, sizeof(*txn));

	if (!txn)
		return -ENOMEM;
	txn->view = tree_copy(tree_shared());
	if (!txn->view) {
		free(txn);
		return -ENOMEM;
	}
	txn->id = ++all->last_id;
	txn->next = all->first;
	all->first = txn;
	all->nr++;
	*id = txn->id;
	return 0;
}

struct transaction *transaction_find(const struct transactions *all, uint32_t id)
{
	struct transaction *txn = all->first;

	while (txn && txn->id != id)
		txn = txn->next;
	return txn;
}

void transaction_forget(struct transactions *all, struct transaction *txn)
{
	for (struct transaction **at = &all->first; txn && *at; at = &(*at)->next) {
		if (*at != txn)
			continue;
		*at = txn->next;
		all->nr--;
		free(txn->view);
		free(txn);
		return;
	}
}

void transaction_close(struct transactions *all)
{
	while (all->first)
		transaction_forget(all, all->first);
}

static int touch(struct transaction *txn, const char *path)
{
	for (unsigned int i = 0; i < txn->nr_touched; i++)
		if (!strcmp(txn->touched[i].path, path))
			return 0;
	if (txn->nr_touched == 2 * TRANSACTION_STEPS)
		return -ENOSPC;
	strcpy(txn->touched[txn->nr_touched].path, path);
	txn->touched[txn->nr_touched++].generation = tree_generation(tree_shared(), path);
	return 0;
}

int transaction_touch(struct transaction *txn, const char *path)
{
	const struct tree_node *parent;
	int rc = touch(txn, path);

	if (rc || tree_find(txn->view, path))
		return rc;
	parent = tree_parent(txn->view, path);
	return tree_find(tree_shared(), parent->path) ? touch(txn, parent->path) : 0;
}

static int apply(struct tree *tree, const struct change *c)
{
	if (c->kind == CHANGE_REMOVE)
		tree_remove(tree, c->path);
	else if (!tree_write(tree, c->path, c->value, c->len, machine.config.own_domid))
		return -ENOSPC;
	return 0;
}

int transaction_change(struct transaction *txn, enum change_kind kind, const char *path,
		       const void *value, size_t len)
{
	struct change own, *c = txn ? &txn->change[txn->nr_changes] : &own;
	int rc;

	if (txn && txn->nr_changes == TRANSACTION_STEPS)
		return -ENOSPC;
	c->kind = kind;
	strcpy(c->path, path);
	c->len = len;
	if (len)
		memcpy(c->value, value, len);
	rc = apply(txn ? txn->view : tree_shared(), c);
	if (txn && !rc)
		txn->nr_changes++;
	if (!txn && !rc)
		changed(path);
	return rc;
}

int transaction_commit(struct transaction *txn)
{
	struct tree *tree = tree_shared();
	int rc = 0;

	if (fakexen_store_meanwhile)
		fakexen_store_meanwhile();
	for (unsigned int i = 0; i < txn->nr_touched; i++)
		if (tree_generation(tree, txn->touched[i].path) != txn->touched[i].generation)
			return -EAGAIN;
	for (unsigned int i = 0; !rc && i < txn->nr_changes; i++)
		rc = apply(tree, &txn->change[i]);
	for (unsigned int i = 0; !rc && i < txn->nr_changes; i++)
		changed(txn->change[i].path);
	return rc;
}
