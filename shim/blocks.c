// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The table of blocks.  Sorted by home, because that is what every call of
 * QEMU's is looked up by; places are searched only when something moves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"

/* Index of the first block whose home ends after @gfn. */
static size_t lower(const struct blocks *table, uint64_t gfn)
{
	size_t lo = 0, hi = table->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct block *b = table->sorted[mid];

		if (b->home + b->nr <= gfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_away(const struct block *b)
{
	return block_place(b) != b->home;
}

static void note_away(struct blocks *table)
{
	table->away_start = GFN_NONE;
	table->away_end = 0;
	for (size_t i = 0; i < table->nr; i++) {
		const struct block *b = table->sorted[i];

		if (!is_away(b))
			continue;
		if (table->away_start == GFN_NONE)
			table->away_start = b->home;
		table->away_end = b->home + b->nr;
	}
}

struct block *blocks_at_home(const struct blocks *table, uint64_t gfn)
{
	size_t i = lower(table, gfn);

	if (i < table->nr && table->sorted[i]->home <= gfn)
		return table->sorted[i];
	return NULL;
}

struct block *blocks_in_place(const struct blocks *table, uint64_t gfn, uint64_t nr,
			      const struct block *except)
{
	if (!known_any(&table->known, gfn, nr))
		return NULL;
	for (size_t i = 0; i < table->nr; i++) {
		struct block *b = table->sorted[i];

		if (b == except)
			continue;
		for (unsigned int r = 0; r < b->nr_runs; r++)
			if (frames_overlap(b->run[r].gfn, b->run[r].nr, gfn, nr))
				return b;
	}
	return NULL;
}

uint64_t blocks_translate(const struct blocks *table, uint64_t gfn)
{
	const struct block *b;

	if (gfn < table->away_start || gfn >= table->away_end)
		return gfn;
	b = blocks_at_home(table, gfn);
	if (!b)
		return gfn;
	for (unsigned int r = 0; r < b->nr_runs; r++)
		if (frames_within(gfn - b->home, b->run[r].off, b->run[r].nr))
			return b->run[r].gfn + (gfn - b->home - b->run[r].off);
	return gfn;
}

void block_rename(struct block *b, const char *name)
{
	b->nr_published = 0;
	if (name) {
		strcpy(b->name, name);
		return;
	}
	memcpy(b->name, "ram@", 4);
	record_hex(b->home << PAGE_SHIFT, b->name + 4);
}

int blocks_add(struct blocks *table, uint64_t home, uint64_t nr, uint64_t place,
	       const char *name, struct block **block)
{
	size_t at = lower(table, home);
	struct block *b, **grown;

	if (!frames_valid(home, nr) || !frames_valid(place, nr) ||
	    (name && strlen(name) >= sizeof(b->name)))
		return -EINVAL;
	if (at < table->nr && table->sorted[at]->home < home + nr)
		return -EEXIST;
	if (blocks_in_place(table, place, nr, NULL))
		return -EBUSY;

	b = calloc(1, sizeof(*b));
	grown = realloc(table->sorted, (table->nr + 1) * sizeof(*grown));
	if (grown)
		table->sorted = grown;
	if (!b || !grown) {
		free(b);
		return -ENOMEM;
	}

	b->home = home;
	b->nr = nr;
	b->run[0] = (struct run){ .off = 0, .gfn = place, .nr = nr };
	b->nr_runs = 1;
	b->bar = GFN_NONE;
	b->pin = GFN_NONE;
	b->pin_type = BLOCK_PIN_WB;
	b->known = &table->known;
	block_rename(b, name);

	memmove(&grown[at + 1], &grown[at], (table->nr - at) * sizeof(*grown));
	grown[at] = b;
	table->nr++;
	known_add(&table->known, home, nr);
	known_add(&table->known, place, nr);
	note_away(table);
	*block = b;
	return 0;
}

/* Append, joining what continues its predecessor in home and in place. */
static void append(struct run *runs, unsigned int *nr, struct run run)
{
	struct run *last = *nr ? &runs[*nr - 1] : NULL;

	if (!run.nr)
		return;
	if (last && last->gfn + last->nr == run.gfn)
		last->nr += run.nr;
	else
		runs[(*nr)++] = run;
}

int blocks_extend(struct blocks *table, struct block *block, uint64_t nr, uint64_t place)
{
	uint64_t end = block->home + block->nr;
	size_t at = lower(table, end);

	if (!frames_valid(end, nr) || !frames_valid(place, nr))
		return -EINVAL;
	if (at < table->nr && table->sorted[at]->home < end + nr)
		return -EEXIST;
	if (blocks_in_place(table, place, nr, NULL))
		return -EBUSY;
	if (block->nr_runs == BLOCK_RUNS_MAX)
		return -E2BIG;
	append(block->run, &block->nr_runs, (struct run){ block->nr, place, nr });
	block->nr += nr;
	known_add(&table->known, end, nr);
	known_add(&table->known, place, nr);
	note_away(table);
	return 0;
}

void blocks_del(struct blocks *table, struct block *block)
{
	size_t at;

	if (!block)
		return;
	at = lower(table, block->home);
	memmove(&table->sorted[at], &table->sorted[at + 1],
		(table->nr - at - 1) * sizeof(*table->sorted));
	table->nr--;
	note_away(table);
	free(block->seen);
	free(block);
}

void blocks_clear(struct blocks *table)
{
	while (table->nr)
		blocks_del(table, table->sorted[table->nr - 1]);
	free(table->sorted);
	table->sorted = NULL;
}

/* The part of @run before frame @off, or from it on. */
static struct run run_head(const struct run *run, uint64_t off)
{
	return (struct run){ run->off, run->gfn, off - run->off };
}

static struct run run_tail(const struct run *run, uint64_t off)
{
	return (struct run){ off, run->gfn + (off - run->off), run->off + run->nr - off };
}

int blocks_put(struct blocks *table, struct block *block, uint64_t off, uint64_t nr,
	       uint64_t gfn)
{
	struct run now[BLOCK_RUNS_MAX + 2];
	unsigned int nr_now = 0;
	bool put = false;

	if (!nr)
		return 0;
	for (unsigned int r = 0; r < block->nr_runs; r++) {
		const struct run *run = &block->run[r];
		uint64_t end = run->off + run->nr;

		append(now, &nr_now, run_head(run, off < run->off ? run->off :
						   off > end ? end : off));
		if (!put && off < end) {
			append(now, &nr_now, (struct run){ off, gfn, nr });
			put = true;
		}
		append(now, &nr_now, run_tail(run, off + nr < run->off ? run->off :
						   off + nr > end ? end : off + nr));
	}
	if (nr_now > BLOCK_RUNS_MAX)
		return -E2BIG;
	memcpy(block->run, now, nr_now * sizeof(*now));
	block->nr_runs = nr_now;
	known_add(&table->known, gfn, nr);
	note_away(table);
	return 0;
}

int block_see(struct block *block, uint64_t bar)
{
	uint64_t *grown;

	if (block_seen(block, bar))
		return 0;
	grown = realloc(block->seen, (block->nr_seen + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[block->nr_seen++] = bar;
	block->seen = grown;
	known_add(block->known, bar, block->nr);
	return 0;
}

void block_unsee(struct block *block, uint64_t bar)
{
	for (size_t i = 0; i < block->nr_seen; i++)
		if (block->seen[i] == bar)
			block->seen[i] = block->seen[--block->nr_seen];
}

bool block_seen(const struct block *block, uint64_t bar)
{
	for (size_t i = 0; i < block->nr_seen; i++)
		if (block->seen[i] == bar)
			return true;
	return false;
}
