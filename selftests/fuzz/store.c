// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Anything in xenstore where records should be, read by store.c: what is loaded
 * could be true and is just what is there; what isn't loaded is gone then; and
 * what is withdrawn and published again is as it was.
 */
#include "fuzz.h"
#include "gfn.h"
#include "ksft_harness.h"
#include "model/fakexen/fakexen.h"
#include "model/fakexen/tree.h"
#include "nodes.h"
#include "records.h"

#define PHYSMAP	"/local/domain/0/device-model/1/physmap"

static struct record rec[RECORDS_MAX];

/* Nobody listens to a million lines. */
void log_line(int level, const char *format, ...);
void log_line(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

static void expect_node(const struct record *r, const char *node, const char *value)
{
	char path[TREE_PATH], key[RECORD_HEX_SIZE], seen[TREE_VALUE + 1];

	record_hex(r->phys_offset, key);
	snprintf(path, sizeof(path), "%s/%s/%s", PHYSMAP, key, node);
	ASSERT_TRUE(fakexen_store_read(path, seen, sizeof(seen)))
		TH_LOG("no %s", path);
	ASSERT_STREQ(value, seen);
}

static void expect_there(const struct record *r)
{
	char text[RECORD_HEX_SIZE];

	ASSERT_EQ(0, record_check(r));
	record_hex(r->start_addr, text);
	expect_node(r, "start_addr", text);
	record_hex(r->size, text);
	expect_node(r, "size", text);
	expect_node(r, "name", r->name);
}

/* As many records in xenstore as there are in @rec. */
static unsigned int directories(void)
{
	struct tree *tree = tree_shared();
	unsigned int nr = 0;

	for (unsigned int i = 0; i < tree->nr; i++)
		nr += tree_child(tree->node[i].path, PHYSMAP) != NULL;
	return nr;
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct records *store;
	int nr;

	fakexen_reset(&(struct fakexen_config){ .domid = 1 });
	fakexen_store_write("/local/domain/0/device-model/1", "");
	nodes_put(PHYSMAP, data, size);
	ASSERT_EQ(0, store_open(1, &store));
	nr = store->load(store, rec);
	EXPECT_LE(0, nr);
	EXPECT_EQ(nr, directories());
	for (int i = 0; i < nr; i++)
		expect_there(&rec[i]);
	for (int i = 0; i < nr; i++)
		EXPECT_EQ(0, store->withdraw(store, rec[i].phys_offset));
	EXPECT_EQ(0, directories());
	for (int i = 0; i < nr; i++)
		EXPECT_EQ(0, store->publish(store, &rec[i]));
	for (int i = 0; i < nr; i++)
		expect_there(&rec[i]);
	EXPECT_EQ(nr, store->load(store, rec));
	store->close(store);
}
