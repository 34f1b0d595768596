/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstore's transactions: a view of the tree, what was touched in it, and what
 * was changed.  Every node that is read or written, and the nearest one above a
 * node that isn't there yet, must be as it was when the transaction ends.
 */
#ifndef SELFTESTS_MODEL_TRANSACTION_H
#define SELFTESTS_MODEL_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

enum change_kind {
	CHANGE_WRITE,
	CHANGE_MKDIR,
	CHANGE_REMOVE,
};

struct change {
	enum change_kind kind;
	char path[TREE_PATH];
	char value[TREE_VALUE];
	size_t len;
};

struct touched {
	char path[TREE_PATH];
	uint64_t generation;
};

#define TRANSACTION_STEPS	64

struct transaction {
	uint32_t id;
	struct tree *view;
	unsigned int nr_touched;
	struct touched touched[2 * TRANSACTION_STEPS];
	unsigned int nr_changes;
	struct change change[TRANSACTION_STEPS];
	struct transaction *next;
};

struct transactions {
	struct transaction *first;
	unsigned int nr;
	uint32_t last_id;
};

int transaction_start(struct transactions *all, uint32_t *id);
struct transaction *transaction_find(const struct transactions *all, uint32_t id);
void transaction_forget(struct transactions *all, struct transaction *txn);
void transaction_close(struct transactions *all);

/* These two also without a transaction: NULL. */
int transaction_touch(struct transaction *txn, const char *path);
int transaction_change(struct transaction *txn, enum change_kind kind, const char *path,
		       const void *value, size_t len);

int transaction_commit(struct transaction *txn);

#endif
