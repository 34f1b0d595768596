// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands that move the selected display device's BAR.
 */
#include "commands.h"
#include "judge.h"
#include "pci.h"
#include "serve.h"
#include "series.h"
#include "text.h"
#include "vga.h"

bool run_bar(int n, char **arg)
{
	uint32_t at;

	(void)n;
	if (!parse_hex(arg[0], &at) || at % PAGE_SIZE)
		return false;
	vga_move(at);
	if (vga_at() == at)
		reply("ok bar at=%x", at);
	else	/* not a multiple of its size: the device rounded it down */
		reply("fail bar at=%x", vga_at());
	return true;
}

bool run_decode(int n, char **arg)
{
	bool on = arg[0][0] == '1';

	(void)n;
	if (!same(arg[0], "0") && !same(arg[0], "1"))
		return false;
	vga_set_decode(on);
	if (vga_decode() == on)
		reply("ok decode on=%s at=%x", arg[0], vga_at());
	else
		reply("fail decode on=%c", on ? '0' : '1');
	return true;
}

bool run_size(int n, char **arg)
{
	uint32_t was = vga_at();
	uint32_t size = pci_bar_size(vga->function, PCI_BAR0);

	(void)n;
	(void)arg;
	reply("%s size size=%x at=%x",
	      size == vga->size && vga_at() == was ? "ok" : "fail",
	      size, vga_at());
	return true;
}

bool run_vga(int n, char **arg)
{
	uint32_t number, pages = 0;

	if (!parse_count(arg[0], &number) ||
	    (n == 2 && (!parse_count(arg[1], &pages) || !pages)))
		return false;
	if (!vga_select(number)) {
		reply("fail vga why=no such display");
		return true;
	}
	series_stop();
	if (pages > vga->size / PAGE_SIZE)
		pages = vga->size / PAGE_SIZE;
	if (pages)
		vga->pages = pages;
	reply("ok vga device=%02x.%x at=%x size=%x pages=%u",
	      vga->function >> 3, vga->function & 7, vga_at(), vga->size,
	      vga->pages);
	return true;
}

/* A ROM that is switched on is in front of nothing but its own address. */
bool run_rom(int n, char **arg)
{
	uint32_t at;

	(void)n;
	if (!parse_hex(arg[0], &at) || at % PAGE_SIZE)
		return false;
	reply("%s rom at=%x", pci_rom_place(vga->function, at) ? "ok" : "fail",
	      at);
	return true;
}

/* "MOVES ADDR..."; false also where the places are not two different ones. */
static bool start_series(int n, char **arg)
{
	uint32_t place[SERIES_PLACES];
	uint32_t moves;

	if (!parse_count(arg[0], &moves) || !moves || n == 2)
		return false;
	for (int i = 1; i < n; i++)
		if (!parse_hex(arg[i], &place[i - 1]) ||
		    place[i - 1] % vga->size ||
		    (i > 1 && place[i - 1] == place[i - 2]))
			return false;
	return series_start(moves, place, n - 1);
}

static void reply_series(const char *command)
{
	uint32_t at;
	const char *why = blamed(&at);

	if (*why)
		reply("fail %s moves=%u at=%x where=%x why=%s",
		      command, series_done(), vga_at(), at, why);
	else
		reply("ok %s moves=%u at=%x", command, series_done(), vga_at());
}

bool run_movebars(int n, char **arg)
{
	if (!start_series(n, arg))
		return false;
	series_finish();
	reply_series("movebars");
	return true;
}

bool run_moving(int n, char **arg)
{
	if (!start_series(n, arg))
		return false;
	reply("ok moving at=%x", vga_at());
	return true;
}

bool run_stop(int n, char **arg)
{
	(void)n;
	(void)arg;
	series_stop();
	reply_series("stop");
	return true;
}

bool run_wait(int n, char **arg)
{
	(void)n;
	(void)arg;
	series_finish();
	reply_series("wait");
	return true;
}
