/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Marks in memory, wherever it is: every page is given words that say which
 * page and which word of it they are, and under which salt. So a page that is
 * lost, stale, half copied or in another's place is seen, and what was read
 * instead says where it came from:
 *
 *	salt << 20 | word << 18 | page
 *
 * All of these give up at a deadline (a page at a time is slow where every
 * access traps) and then return fewer pages than asked for.
 * Nothing here may know where memory comes from.
 */
#ifndef GUEST_VRAM_H
#define GUEST_VRAM_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE	4096u
#define VRAM_MAX_PAGES	(1u << 18)
#define SALT_MIN	0x001u	/* with 0, page 0 would be marked 0 */
#define SALT_MAX	0xffeu	/* with fff, a mark could look like a hole */

struct findings {
	uint32_t pages;		/* looked at */
	uint32_t bad;		/* pages with a wrong word */
	uint32_t page;		/* the first of them, ... */
	uint32_t offset;	/* ... its first wrong word, ... */
	uint32_t found;		/* ... and what is there */
};

uint32_t vram_mark(uint32_t at, uint32_t pages, uint32_t salt, uint32_t end);
uint32_t vram_fill(uint32_t at, uint32_t pages, uint32_t value, uint32_t end);

/* Every @step-th page, the first and the last one always. */
struct findings vram_check(uint32_t at, uint32_t pages, uint32_t salt,
			   uint32_t step, uint32_t end);

/*
 * Looks at the same pages for marked words that all read ffffffff, which is
 * what a hole reads; the first page that does not is the first bad one.
 */
struct findings vram_probe(uint32_t at, uint32_t pages, uint32_t step,
			   uint32_t end);

/*
 * Is it memory the processor gets at, or does each access trap? Asks some
 * pages from the first to the last.
 */
bool vram_is_direct(uint32_t at, uint32_t pages);

/*
 * Cycles for *@writes writes of 4 bytes spread over the pages, next to the
 * marks; *@writes becomes how many were made.
 */
uint64_t vram_time(uint32_t at, uint32_t pages, uint32_t *writes, uint32_t end);

#endif
