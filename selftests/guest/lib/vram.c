// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Marks in memory, wherever it is. All accesses are 4 bytes, aligned and
 * volatile: each one is exactly one access of the guest's.
 */
#include "cpu.h"
#include "interrupt.h"
#include "vram.h"

/* The ends of a page, and both sides of its middle. */
static const uint32_t offsets[] = { 0x000, 0x7fc, 0x800, 0xffc };
#define WORDS		(sizeof(offsets) / sizeof(offsets[0]))

#define TIMED_OFFSET	0x124	/* holds no mark */
#define HOLE		0xffffffffu

/*
 * A trapped access is two switches to another domain: half a million cycles
 * and more where Xen is emulated, tens of thousands where it is not. A direct
 * one costs hundreds at most. Reading the time may trap as well, so it is done
 * once for many accesses and taken off; the best of some tries is not spoilt
 * by an interrupt.
 */
#define DIRECT_CYCLES	5000u
#define DIRECT_READS	16u
#define DIRECT_TRIES	4

static volatile uint32_t *word_at(uint32_t at, uint32_t page, uint32_t offset)
{
	return (volatile uint32_t *)(at + page * PAGE_SIZE + offset);
}

static uint32_t mark(uint32_t salt, uint32_t word, uint32_t page)
{
	return salt << 20 | word << 18 | page;
}

uint32_t vram_mark(uint32_t at, uint32_t pages, uint32_t salt, uint32_t end)
{
	uint32_t page;

	for (page = 0; page < pages && !past(end); page++)
		for (uint32_t i = 0; i < WORDS; i++)
			*word_at(at, page, offsets[i]) = mark(salt, i, page);
	return page;
}

uint32_t vram_fill(uint32_t at, uint32_t pages, uint32_t value, uint32_t end)
{
	uint32_t page;

	for (page = 0; page < pages && !past(end); page++)
		for (uint32_t i = 0; i < WORDS; i++)
			*word_at(at, page, offsets[i]) = value;
	return page;
}

static void note(struct findings *f, uint32_t page, uint32_t offset,
		 uint32_t found)
{
	if (f->bad++)
		return;
	f->page = page;
	f->offset = offset;
	f->found = found;
}

static void check_page(struct findings *f, uint32_t at, uint32_t page,
		       uint32_t salt)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		uint32_t found = *word_at(at, page, offsets[i]);

		if (found != mark(salt, i, page)) {
			note(f, page, offsets[i], found);
			break;
		}
	}
	f->pages++;
}

static void probe_page(struct findings *f, uint32_t at, uint32_t page)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		uint32_t found = *word_at(at, page, offsets[i]);

		if (found != HOLE) {
			note(f, page, offsets[i], found);
			break;
		}
	}
	f->pages++;
}

/* From @page on to the next one to look at: @pages after the last one. */
static uint32_t after(uint32_t page, uint32_t pages, uint32_t step)
{
	uint32_t last = pages - 1;

	if (page == last)
		return pages;
	return last - page < step ? last : page + step;
}

struct findings vram_check(uint32_t at, uint32_t pages, uint32_t salt,
			   uint32_t step, uint32_t end)
{
	struct findings f = { 0 };

	for (uint32_t p = 0; p < pages && !past(end); p = after(p, pages, step))
		check_page(&f, at, p, salt);
	return f;
}

struct findings vram_probe(uint32_t at, uint32_t pages, uint32_t step,
			   uint32_t end)
{
	struct findings f = { 0 };

	for (uint32_t p = 0; p < pages && !past(end); p = after(p, pages, step))
		probe_page(&f, at, p);
	return f;
}

static uint64_t cost_of_reads(uint32_t at, uint32_t pages, uint32_t reads)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < DIRECT_TRIES; i++) {
		uint64_t start = rdtsc(), cost;

		for (uint32_t n = 0; n < reads; n++)
			(void)*word_at(at, n * pages / DIRECT_READS,
				       TIMED_OFFSET);
		cost = rdtsc() - start;
		if (cost < best)
			best = cost;
	}
	return best;
}

static bool looks_direct(uint32_t at, uint32_t pages)
{
	uint64_t nothing = cost_of_reads(at, pages, 0);

	return cost_of_reads(at, pages, DIRECT_READS) <
	       nothing + DIRECT_READS * DIRECT_CYCLES;
}

/* A busy host can make all tries slow; nothing makes a trapped access fast. */
bool vram_is_direct(uint32_t at, uint32_t pages)
{
	for (uint32_t i = 0; i < DIRECT_TRIES; i++)
		if (looks_direct(at, pages))
			return true;
	return false;
}

uint64_t vram_time(uint32_t at, uint32_t pages, uint32_t *writes, uint32_t end)
{
	uint32_t step = *writes && *writes < pages ? pages / *writes : 1;
	uint32_t page = 0, i;
	uint64_t start = rdtsc();

	for (i = 0; i < *writes && !past(end); i++) {
		*word_at(at, page, TIMED_OFFSET) = i;
		page += step;
		if (page >= pages)
			page -= pages;
	}
	*writes = i;
	return rdtsc() - start;
}
