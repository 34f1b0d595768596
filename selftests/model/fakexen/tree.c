// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenstore's nodes: a flat list, since there are few.  A node's generation
 * changes with its value and with its list of children, as xenstored's do.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "tree.h"

static struct tree *shared;

static struct tree *map_shared(void)
{
	const char *file = getenv("FAKEXEN_STORE");
	int fd = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *map;

	if (fd >= 0 && ftruncate(fd, sizeof(struct tree)))
		abort();
	map = mmap(NULL, sizeof(struct tree), PROT_READ | PROT_WRITE,
		   fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		abort();
	if (fd >= 0)
		close(fd);
	return map;
}

struct tree *tree_shared(void)
{
	if (!shared)
		shared = map_shared();
	return shared;
}

void tree_reset(void)
{
	struct tree *tree = tree_shared();
	char path[TREE_PATH];

	/* a file is somebody else's to empty */
	if (getenv("FAKEXEN_STORE") && tree->nr)
		return;
	tree->nr = 0;
	tree->generation = 0;
	tree_write(tree, "/", NULL, 0, 0);
	/* what a toolstack tells each domain */
	snprintf(path, sizeof(path), "/local/domain/%u/domid", machine.config.own_domid);
	tree_write(tree, path, path + strlen("/local/domain/"),
		   strcspn(path + strlen("/local/domain/"), "/"), 0);
}

static size_t size_of(unsigned int nr)
{
	return offsetof(struct tree, node) + nr * sizeof(struct tree_node);
}

struct tree *tree_copy(const struct tree *tree)
{
	struct tree *copy = malloc(sizeof(*copy));

	if (copy)
		memcpy(copy, tree, size_of(tree->nr));
	return copy;
}

struct tree_node *tree_find(struct tree *tree, const char *path)
{
	for (unsigned int i = 0; i < tree->nr; i++)
		if (!strcmp(tree->node[i].path, path))
			return &tree->node[i];
	return NULL;
}

uint64_t tree_generation(struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	return node ? node->generation : 0;
}

/* Cut the last part off; false at the root. */
static bool cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (!path[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

struct tree_node *tree_parent(struct tree *tree, const char *path)
{
	char above[TREE_PATH];
	struct tree_node *node = NULL;

	strcpy(above, path);
	while (!node && cut(above))
		node = tree_find(tree, above);
	return node;
}

static void touch(struct tree *tree, struct tree_node *node)
{
	node->generation = ++tree->generation;
}

static struct tree_node *add(struct tree *tree, const char *path, uint32_t owner)
{
	char above[TREE_PATH];
	struct tree_node *node, *parent;

	strcpy(above, path);
	if (cut(above)) {
		parent = tree_find(tree, above);
		if (!parent)
			parent = add(tree, above, owner);
		if (!parent)
			return NULL;
		touch(tree, parent);
	}
	if (tree->nr == TREE_NODES)
		return NULL;
	node = &tree->node[tree->nr++];
	*node = (struct tree_node){ .owner = owner };
	strcpy(node->path, path);
	return node;
}

struct tree_node *tree_write(struct tree *tree, const char *path, const char *value,
			     size_t len, uint32_t owner)
{
	struct tree_node *node = tree_find(tree, path);

	if (!node)
		node = add(tree, path, owner);
	if (!node)
		return NULL;
	touch(tree, node);
	node->len = len;
	if (len)
		memcpy(node->value, value, len);
	return node;
}

bool tree_is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	return !above[1] || (!strncmp(path, above, len) && (!path[len] || path[len] == '/'));
}

const char *tree_child(const char *path, const char *above)
{
	const char *name = path + (above[1] ? strlen(above) : 0) + 1;

	if (!strcmp(path, above) || !tree_is_below(path, above) || strchr(name, '/'))
		return NULL;
	return name;
}

void tree_remove(struct tree *tree, const char *path)
{
	struct tree_node *parent = tree_parent(tree, path);
	unsigned int kept = 0;

	if (parent)
		touch(tree, parent);
	for (unsigned int i = 0; i < tree->nr; i++) {
		if (tree_is_below(tree->node[i].path, path))
			continue;
		if (kept != i)
			tree->node[kept] = tree->node[i];
		kept++;
	}
	tree->nr = kept;
}

unsigned int tree_owned(const struct tree *tree, uint32_t owner)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < tree->nr; i++)
		found += tree->node[i].owner == owner;
	return found;
}
