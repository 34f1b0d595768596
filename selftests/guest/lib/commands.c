// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The list of commands, and the two that are about the guest itself.
 */
#include <stddef.h>
#include "commands.h"
#include "guest.h"
#include "judge.h"
#include "serve.h"
#include "series.h"
#include "text.h"
#include "vga.h"

static bool run_help(int n, char **arg)
{
	char names[256] = "";
	size_t used = 0;

	(void)n;
	(void)arg;
	for (const struct command *c = commands; c->name; c++)
		used += print(names + used, sizeof(names) - used, " %s",
			      c->name);
	reply("ok help%s", names);
	return true;
}

static bool run_status(int n, char **arg)
{
	uint32_t at;
	const char *why = blamed(&at);
	const char *access = "off";

	(void)n;
	(void)arg;
	if (!vga) {
		reply("ok status program=%s vga=none verdict=%s",
		      program_name, verdict());
		return true;
	}
	if (vga_decode())
		access = vga_is_direct() ? "direct" : "trapped";
	reply("ok status program=%s vga=%02x.%x at=%x size=%x decode=%c "
	      "access=%s salt=%x moves=%u left=%u verdict=%s%s%s",
	      program_name, vga->function >> 3, vga->function & 7, vga_at(),
	      vga->size, vga_decode() ? '1' : '0', access, vga->salt,
	      vga->moves, series_left(), verdict(), *why ? " why=" : "", why);
	return true;
}

const struct command commands[] = {
	{ "status", "", 0, 0, false, run_status },
	{ "help", "", 0, 0, false, run_help },
	{ "check", "", 0, 0, true, run_check },
	{ "mark", " SALT(1..ffe)", 1, 1, true, run_mark },
	{ "bar", " ADDR", 1, 1, true, run_bar },
	{ "decode", " 0|1", 1, 1, true, run_decode },
	{ "size", "", 0, 0, true, run_size },
	{ "vga", " NUMBER [PAGES]", 1, 2, true, run_vga },
	{ "rom", " ADDR", 1, 1, true, run_rom },
	{ "movebars", " MOVES ADDR ADDR...", 3, 9, true, run_movebars },
	{ "moving", " MOVES [ADDR ADDR...]", 1, 9, true, run_moving },
	{ "stop", "", 0, 0, true, run_stop },
	{ "wait", "", 0, 0, true, run_wait },
	{ "time", " WRITES", 1, 1, true, run_time },
	{ "read", " ADDR", 1, 1, false, run_read },
	{ "write", " ADDR VALUE", 2, 2, false, run_write },
	{ "fill", " ADDR PAGES VALUE", 3, 3, false, run_fill },
	{ "probe", " ADDR PAGES", 2, 2, false, run_probe },
	{ "pci", "", 0, 0, false, run_pci },
	{ "reset", "", 0, 0, false, run_reset },
	{ "devbar", " [BUS:]DEV.FN REG ADDR", 3, 3, false, run_devbar },
	{ "diskmark", " FIRST SECTORS SALT", 3, 3, false, run_diskmark },
	{ "diskcheck", " FIRST SECTORS SALT", 3, 3, false, run_diskcheck },
	{ "diskwork", " FIRST SECTORS SALT", 3, 3, false, run_diskwork },
	{ "diskstop", "", 0, 0, false, run_diskstop },
	{ NULL, NULL, 0, 0, false, NULL },
};
