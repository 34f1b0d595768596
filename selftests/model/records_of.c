// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The records of a domain, as libxl handles them.
 */
#include <stdio.h>
#include <string.h>

#include "fakexen/fakexen.h"
#include "records_of.h"

uint32_t records_home;

struct search {
	char dir[64];
	struct record *rec;
	unsigned int nr;
	unsigned int incomplete;
};

static void physmap_dir(uint32_t domid, char dir[64])
{
	snprintf(dir, 64, "/local/domain/%u/device-model/%u/physmap", records_home, domid);
}

static bool read_node(const char *dir, const char *node, char value[64])
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return fakexen_store_read(path, value, 64);
}

static bool read_number(const char *dir, const char *node, uint64_t *value)
{
	char text[64];

	return read_node(dir, node, text) && !record_unhex(text, strlen(text), value);
}

static void collect(const char *path, const char *value, void *arg)
{
	struct search *s = arg;
	size_t len = strlen(s->dir);
	const char *key = path + len + 1;
	struct record *rec = &s->rec[s->nr];
	char name[64];

	(void)value;
	if (strncmp(path, s->dir, len) || path[len] != '/' || strchr(key, '/'))
		return;
	memset(rec, 0, sizeof(*rec));
	if (record_unhex(key, strlen(key), &rec->phys_offset) ||
	    !read_number(path, "start_addr", &rec->start_addr) ||
	    !read_number(path, "size", &rec->size) || !read_node(path, "name", name) ||
	    record_set_name(rec, name, strlen(name)))
		s->incomplete++;
	else if (s->nr < RECORDS_OF_MAX - 1)
		s->nr++;
}

unsigned int records_of(uint32_t domid, struct record *recs, unsigned int *incomplete)
{
	struct search s = { .rec = recs };

	physmap_dir(domid, s.dir);
	fakexen_store_for_each(collect, &s);
	*incomplete = s.incomplete;
	return s.nr;
}

void records_put(uint32_t domid, const char *key, const char *start, const char *size,
		 const char *name)
{
	const char *const node[] = { "start_addr", "size", "name" };
	const char *const value[] = { start, size, name };
	char dir[64], path[128];

	physmap_dir(domid, dir);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", dir, key, node[i]);
		if (value[i])
			fakexen_store_write(path, value[i]);
	}
}

void records_carry(uint32_t from, uint32_t to)
{
	struct record rec[RECORDS_OF_MAX];
	unsigned int incomplete, nr = records_of(from, rec, &incomplete);
	char dir[64];

	physmap_dir(from, dir);
	*strrchr(dir, '/') = '\0';
	fakexen_store_remove(dir);
	for (unsigned int i = 0; i < nr; i++) {
		char key[RECORD_HEX_SIZE], start[RECORD_HEX_SIZE], size[RECORD_HEX_SIZE];

		record_hex(rec[i].phys_offset, key);
		record_hex(rec[i].start_addr, start);
		record_hex(rec[i].size, size);
		records_put(to, key, start, size, rec[i].name);
	}
}
