// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The display devices: VGA (class 0300), and those without the legacy ports
 * (0380, a second adapter).
 */
#include <stddef.h>
#include "pci.h"
#include "vga.h"
#include "vram.h"

#define CLASS_VGA	0x0300
#define CLASS_OTHER	0x0380
#define MAX_DEVICES	4

#define HIGHEST_A	0xf1000000u
#define HIGHEST_B	0xe0000000u
#define CEILING		0xfc000000u	/* Xen's own frames and the APICs */

struct vga *vga;

static struct vga devices[MAX_DEVICES];
static uint32_t count;

static bool is_display(uint32_t function)
{
	uint32_t class = pci_read(function, PCI_CLASS) >> 16;

	return (class == CLASS_VGA || class == CLASS_OTHER) &&
	       pci_bar_is_memory(function, PCI_BAR0);
}

static void add(uint32_t function)
{
	uint32_t size = pci_bar_size(function, PCI_BAR0);
	uint32_t pages = size / PAGE_SIZE;

	if (!pages || count == MAX_DEVICES)
		return;
	if (pages > VRAM_MAX_PAGES)
		pages = VRAM_MAX_PAGES;
	devices[count++] = (struct vga){
		.function = function, .size = size, .pages = pages,
	};
}

void vga_start(void)
{
	for (uint32_t f = pci_next(0); f < PCI_FUNCTIONS; f = pci_next(f + 1))
		if (is_display(f))
			add(f);
	vga_select(0);
}

bool vga_select(uint32_t number)
{
	if (number >= count)
		return false;
	vga = &devices[number];
	return true;
}

uint32_t vga_at(void)
{
	return pci_bar(vga->function, PCI_BAR0);
}

bool vga_decode(void)
{
	return pci_decode(vga->function);
}

void vga_set_decode(bool on)
{
	pci_set_decode(vga->function, on);
}

void vga_move(uint32_t at)
{
	pci_bar_place(vga->function, PCI_BAR0, at);
	vga->moves++;
}

bool vga_is_direct(void)
{
	return vram_is_direct(vga_at(), vga->pages);
}

static uint32_t below(uint32_t limit, uint32_t ceiling)
{
	uint32_t at = ceiling - vga->size;

	return (at < limit ? at : limit) & -vga->size;
}

uint32_t vga_place(uint32_t number)
{
	uint32_t a = below(HIGHEST_A, CEILING);

	if (!number)
		return a;
	return below(HIGHEST_B, a) - (number - 1) * vga->size;
}
