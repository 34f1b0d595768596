// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands that touch memory: the selected device's video memory, or any.
 * Addresses are the guest's own, physical; a guest that writes over itself has
 * been asked to.
 */
#include "commands.h"
#include "cpu.h"
#include "interrupt.h"
#include "judge.h"
#include "serve.h"
#include "text.h"
#include "vga.h"

#define RAM_PAGES 256

/* For comparison: what writes cost at most, where nothing can trap them. */
static uint32_t ram[RAM_PAGES * PAGE_SIZE / 4]
	__attribute__((aligned(PAGE_SIZE)));

bool run_mark(int n, char **arg)
{
	uint32_t salt;

	(void)n;
	if (!parse_hex(arg[0], &salt) || salt < SALT_MIN || salt > SALT_MAX)
		return false;
	if (mark_all(salt))
		reply("ok mark pages=%u salt=%x", vga->pages, salt);
	else
		reply("fail mark why=too slow");
	return true;
}

bool run_check(int n, char **arg)
{
	struct findings f;

	(void)n;
	(void)arg;
	if (!vga->salt) {
		reply("fail check why=no marks");
		return true;
	}
	f = vram_check(vga_at(), vga->pages, vga->salt, 1, deadline(PATIENCE));
	if (f.bad) {
		blame("wrong mark", vga_at() + f.page * PAGE_SIZE + f.offset);
		reply("fail check pages=%u of=%u bad=%u first=%u offset=%x "
		      "found=%x", f.pages, vga->pages, f.bad, f.page,
		      f.offset, f.found);
	} else {
		reply("%s check pages=%u of=%u bad=0",
		      f.pages == vga->pages ? "ok" : "fail", f.pages,
		      vga->pages);
	}
	return true;
}

static uint64_t kilo(uint64_t cycles)
{
	uint32_t rest;

	return divide(cycles, 1000, &rest);
}

bool run_time(int n, char **arg)
{
	uint32_t wanted, writes, plain;
	uint64_t cycles, limit;

	(void)n;
	if (!parse_count(arg[0], &wanted) || !wanted)
		return false;
	writes = wanted;
	cycles = vram_time(vga_at(), vga->pages, &writes, deadline(PATIENCE));
	plain = writes;
	limit = vram_time((uint32_t)ram, RAM_PAGES, &plain, deadline(PATIENCE));
	reply("%s time writes=%u kcycles=%llu ram=%llu access=%s",
	      writes == wanted ? "ok" : "fail", writes, kilo(cycles),
	      kilo(limit), vga_is_direct() ? "direct" : "trapped");
	return true;
}

bool run_read(int n, char **arg)
{
	uint32_t at;

	(void)n;
	if (!parse_hex(arg[0], &at) || at % 4)
		return false;
	reply("ok read value=%08x", *(volatile uint32_t *)at);
	return true;
}

bool run_write(int n, char **arg)
{
	uint32_t at, value;

	(void)n;
	if (!parse_hex(arg[0], &at) || at % 4 || !parse_hex(arg[1], &value))
		return false;
	*(volatile uint32_t *)at = value;
	reply("ok write");
	return true;
}

/* "ADDR PAGES": whole pages, none beyond 4 GiB. */
static bool parse_range(char **arg, uint32_t *at, uint32_t *pages)
{
	return parse_hex(arg[0], at) && *at % PAGE_SIZE == 0 &&
	       parse_count(arg[1], pages) && *pages &&
	       *pages <= (0u - *at) / PAGE_SIZE - !*at;
}

bool run_fill(int n, char **arg)
{
	uint32_t at, pages, value, done;

	(void)n;
	if (!parse_range(arg, &at, &pages) || !parse_hex(arg[2], &value))
		return false;
	done = vram_fill(at, pages, value, deadline(PATIENCE));
	reply("%s fill pages=%u", done == pages ? "ok" : "fail", done);
	return true;
}

/* "ok" means that all pages were looked at, not that they were empty. */
bool run_probe(int n, char **arg)
{
	uint32_t at, pages;
	struct findings f;

	(void)n;
	if (!parse_range(arg, &at, &pages))
		return false;
	f = vram_probe(at, pages, 1, deadline(PATIENCE));
	reply("%s probe pages=%u empty=%u", f.pages == pages ? "ok" : "fail",
	      f.pages, f.pages - f.bad);
	return true;
}
