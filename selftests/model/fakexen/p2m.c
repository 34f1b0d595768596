// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The p2m: four levels of tables of 512 entries, each a page of the domain's
 * pool, taken when a frame below is first set and never given back.  A large
 * page needs no table of the last level until one of its frames is set.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define ENTRIES		512
#define LEVELS		4
#define WIDTH		9

struct leaf {
	bool large;
	struct p2m_entry entry[ENTRIES];
};

struct table {
	void *next[ENTRIES];
};

static struct table root;
static uint64_t maximum;	/* the highest frame that was ever set */
static bool bounded;
static uint64_t left;

static void release(struct table *t, int level)
{
	for (int i = 0; i < ENTRIES; i++) {
		if (t->next[i] && level > 2)
			release(t->next[i], level - 1);
		free(t->next[i]);
		t->next[i] = NULL;
	}
}

void p2m_reset(uint64_t pool)
{
	release(&root, LEVELS);
	maximum = 0;
	fakexen_pool_set(pool);
}

void fakexen_pool_set(uint64_t pages)
{
	bounded = pages;
	left = pages;
}

uint64_t fakexen_pool_left(void)
{
	return bounded ? left : UINT64_MAX;
}

uint64_t p2m_maximum(void)
{
	return maximum;
}

static bool take_from_pool(void)
{
	if (!bounded)
		return true;
	if (!left)
		return false;
	left--;
	return true;
}

static void **slot(struct table *t, uint64_t gfn, int level)
{
	return &t->next[gfn >> (WIDTH * (level - 1)) & (ENTRIES - 1)];
}

/* The slot that the leaf of a frame is in; tables above it as needed. */
static int leaf_slot(uint64_t gfn, bool allocate, void ***found)
{
	struct table *t = &root;

	*found = NULL;
	if (gfn >> (WIDTH * LEVELS))
		return -ENOENT;
	for (int level = LEVELS; level > 2; level--) {
		void **s = slot(t, gfn, level);

		if (!*s && !allocate)
			return 0;
		if (!*s) {
			if (!take_from_pool())
				return -ENOMEM;
			*s = calloc(1, sizeof(struct table));
			if (!*s)
				abort();
		}
		t = *s;
	}
	*found = slot(t, gfn, 2);
	return 0;
}

struct p2m_entry p2m_get(uint64_t gfn)
{
	void **s;

	if (leaf_slot(gfn, false, &s) || !s || !*s)
		return (struct p2m_entry){ .page = FAKEXEN_NO_PAGE };
	return ((struct leaf *)*s)->entry[gfn & (ENTRIES - 1)];
}

int p2m_set(uint64_t gfn, uint64_t page, enum fakexen_type type)
{
	struct leaf *leaf;
	void **s;
	int rc = leaf_slot(gfn, true, &s);

	if (rc)
		return rc;
	leaf = *s;
	if (!leaf || leaf->large) {
		if (!take_from_pool())
			return -ENOMEM;
		if (!leaf)
			leaf = *s = calloc(1, sizeof(*leaf));
		if (!leaf)
			abort();
		leaf->large = false;
	}
	leaf->entry[gfn & (ENTRIES - 1)] = (struct p2m_entry){ .page = page, .type = type };
	if (type != FAKEXEN_EMPTY && gfn > maximum)
		maximum = gfn;
	return 0;
}

/* @first_page may be FAKEXEN_NO_PAGE: then none of them has one. */
int p2m_set_large(uint64_t gfn, uint64_t first_page, enum fakexen_type type)
{
	struct leaf *leaf;
	void **s;
	int rc = leaf_slot(gfn, true, &s);

	if (rc)
		return rc;
	leaf = *s;
	if (leaf && !leaf->large && bounded)
		left++;
	if (!leaf)
		leaf = *s = calloc(1, sizeof(*leaf));
	if (!leaf)
		abort();
	leaf->large = true;
	for (int i = 0; i < ENTRIES; i++)
		leaf->entry[i] = (struct p2m_entry){ first_page ? first_page + i : first_page, type };
	if (type != FAKEXEN_EMPTY && gfn + ENTRIES - 1 > maximum)
		maximum = gfn + ENTRIES - 1;
	return 0;
}

uint64_t fakexen_page_at(uint64_t gfn)
{
	return p2m_get(gfn).page;
}

enum fakexen_type fakexen_type_at(uint64_t gfn)
{
	return p2m_get(gfn).type;
}

struct visit {
	void (*fn)(uint64_t gfn, uint64_t page, void *arg);
	void *arg;
};

static void visit_leaf(const struct leaf *leaf, uint64_t gfn, const struct visit *v)
{
	for (int i = 0; i < ENTRIES; i++)
		if (leaf->entry[i].page)
			v->fn(gfn + i, leaf->entry[i].page, v->arg);
}

static void visit_table(const struct table *t, int level, uint64_t gfn, const struct visit *v)
{
	for (uint64_t i = 0; i < ENTRIES; i++) {
		uint64_t at = gfn + (i << (WIDTH * (level - 1)));

		if (!t->next[i])
			continue;
		if (level > 2)
			visit_table(t->next[i], level - 1, at, v);
		else
			visit_leaf(t->next[i], at, v);
	}
}

void fakexen_for_each_frame(void (*fn)(uint64_t gfn, uint64_t page, void *arg), void *arg)
{
	const struct visit v = { fn, arg };

	visit_table(&root, LEVELS, 0, &v);
}
