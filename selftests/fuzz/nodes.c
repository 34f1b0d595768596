// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See nodes.h.
 */
#include <stdio.h>
#include <string.h>

#include "model/fakexen/tree.h"
#include "nodes.h"

#define NODES_MAX	200

static size_t name_length(const uint8_t *data, size_t size)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_@";
	size_t len = 0;

	while (len < size && data[len] && strchr(allowed, data[len]))
		len++;
	return len;
}

static void put_line(const char *dir, const uint8_t *data, size_t size)
{
	size_t key = name_length(data, size), node, value;
	char path[TREE_PATH];

	if (!key || key > 40 || key == size || data[key] != ' ')
		return;
	node = name_length(data + key + 1, size - key - 1);
	value = key + node + 2;
	if (!node || node > 40 || value > size || data[value - 1] != ' ' ||
	    size - value > TREE_VALUE)
		return;
	snprintf(path, sizeof(path), "%s/%.*s/%.*s", dir, (int)key, data, (int)node,
		 data + key + 1);
	tree_write(tree_shared(), path, (const char *)data + value, size - value, 0);
}

void nodes_put(const char *dir, const uint8_t *data, size_t size)
{
	for (int i = 0; size && i < NODES_MAX; i++) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;

		put_line(dir, data, len);
		data += len + !!end;
		size -= len + !!end;
	}
}
