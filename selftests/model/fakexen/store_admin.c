// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenstore as the test sees it: another client, in dom0, that nothing ails.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "tree.h"
#include "watch.h"

bool fakexen_store_write(const char *path, const char *value)
{
	bool written;

	if (!machine.started)
		fakexen_reset(NULL);
	written = tree_write(tree_shared(), path, value, strlen(value), 0);
	watch_fire(path);
	return written;
}

bool fakexen_store_read(const char *path, char *value, size_t size)
{
	const struct tree_node *node = tree_find(tree_shared(), path);

	if (!node || node->len >= size)
		return false;
	memcpy(value, node->value, node->len);
	value[node->len] = '\0';
	return true;
}

void fakexen_store_remove(const char *path)
{
	if (!tree_find(tree_shared(), path))
		return;
	tree_remove(tree_shared(), path);
	watch_fire(path);
}

void fakexen_store_own(const char *path, uint32_t domid)
{
	struct tree *tree = tree_shared();

	for (unsigned int i = 0; i < tree->nr; i++)
		if (tree_is_below(tree->node[i].path, path))
			tree->node[i].owner = domid;
}

void fakexen_store_for_each(void (*fn)(const char *path, const char *value, void *arg),
			    void *arg)
{
	const struct tree *tree = tree_shared();

	for (unsigned int i = 0; i < tree->nr; i++) {
		char value[TREE_VALUE + 1] = "";

		memcpy(value, tree->node[i].value, tree->node[i].len);
		fn(tree->node[i].path, value, arg);
	}
}
