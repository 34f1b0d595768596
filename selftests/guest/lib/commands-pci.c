// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands for PCI devices other than the display.
 */
#include <stddef.h>
#include "commands.h"
#include "cpu.h"
#include "pci.h"
#include "serve.h"
#include "text.h"

#define LISTED 12

#define RESET_PORT	0xcf9
#define RESET_NOW	0x06

/* One line for all of them: "slot.function=vendor:device/class" each. */
bool run_pci(int n, char **arg)
{
	char list[LISTED * 24] = "";
	size_t used = 0;

	(void)n;
	(void)arg;
	for (uint32_t f = pci_next(0); f < PCI_FUNCTIONS; f = pci_next(f + 1)) {
		uint32_t id = pci_read(f, PCI_ID);
		uint32_t class = pci_read(f, PCI_CLASS) >> 16;

		used += print(list + used, sizeof(list) - used,
			      " %02x.%x=%04x:%04x/%04x", f >> 3, f & 7,
			      id & 0xffff, id >> 16, class);
	}
	reply("ok pci%s", list);
	return true;
}

/* As an operating system reboots: by the chipset, after the answer. */
bool run_reset(int n, char **arg)
{
	(void)n;
	(void)arg;
	reply("ok reset");
	outb(RESET_NOW, RESET_PORT);
	return true;
}

/* "D.F", or as lspci has it, "0:D.F". */
static bool parse_function(char *word, uint32_t *function)
{
	uint32_t device, number;
	char *dot = NULL;

	if (word[0] == '0' && word[1] == ':')
		word += 2;
	else if (word[0] == '0' && word[1] == '0' && word[2] == ':')
		word += 3;
	for (char *c = word; *c; c++)
		if (*c == '.')
			dot = c;
	if (!dot)
		return false;
	*dot = 0;
	if (!parse_hex(word, &device) || device > 31 ||
	    !parse_hex(dot + 1, &number) || number > 7)
		return false;
	*function = device << 3 | number;
	return true;
}

bool run_devbar(int n, char **arg)
{
	uint32_t function, reg, at;

	(void)n;
	if (!parse_function(arg[0], &function) ||
	    !parse_hex(arg[1], &reg) || reg % 4 || reg < 0x10 || reg > 0x24 ||
	    !parse_hex(arg[2], &at) || at % 16)
		return false;
	if (pci_next(function) != function) {
		reply("fail devbar why=no device");
		return true;
	}
	if (!pci_bar_is_memory(function, reg) ||
	    !pci_bar_size(function, reg)) {
		reply("fail devbar why=not a memory bar");
		return true;
	}
	pci_bar_place(function, reg, at);
	if (pci_bar(function, reg) == at)
		reply("ok devbar at=%x size=%x", at,
		      pci_bar_size(function, reg));
	else
		reply("fail devbar at=%x", pci_bar(function, reg));
	return true;
}
