/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstore's nodes.  Absolute paths only; who may do what, transactions and
 * watches are libxenstore.c's.  With FAKEXEN_STORE=<file> in the environment
 * several processes have the same nodes.
 */
#ifndef SELFTESTS_MODEL_TREE_H
#define SELFTESTS_MODEL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_NODES	1200
#define TREE_PATH	192
#define TREE_VALUE	256

struct tree_node {
	char path[TREE_PATH];
	char value[TREE_VALUE];
	size_t len;
	uint64_t generation;
	uint32_t owner;
};

struct tree {
	uint64_t generation;
	unsigned int nr;
	struct tree_node node[TREE_NODES];
};

/* What all see. */
struct tree *tree_shared(void);
void tree_reset(void);

/* A private copy, to be freed; NULL where there is no memory. */
struct tree *tree_copy(const struct tree *tree);

struct tree_node *tree_find(struct tree *tree, const char *path);

/* 0 for a path that isn't there. */
uint64_t tree_generation(struct tree *tree, const char *path);

/* The longest part of a path that exists, without the path itself. */
struct tree_node *tree_parent(struct tree *tree, const char *path);

/* Missing parents come into being; @value may be NULL. */
struct tree_node *tree_write(struct tree *tree, const char *path, const char *value,
			     size_t len, uint32_t owner);
void tree_remove(struct tree *tree, const char *path);

/* Is @path @above itself or below it? */
bool tree_is_below(const char *path, const char *above);

/* The name of a child if @path is an immediate one of @above, or NULL. */
const char *tree_child(const char *path, const char *above);

unsigned int tree_owned(const struct tree *tree, uint32_t owner);

#endif
