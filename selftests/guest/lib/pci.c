// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * PCI configuration space: the registers every device has, and memory BARs.
 * Knows no device in particular.
 */
#include "cpu.h"
#include "pci.h"

#define ADDRESS		0xcf8
#define DATA		0xcfc
#define COMMAND		0x04
#define COMMAND_MEMORY	0x2
#define HEADER		0x0c
#define MULTIFUNCTION	0x00800000
#define BAR_IS_PORTS	0x1
#define BAR_TYPE	0x6
#define BAR_64BIT	0x4
#define BAR_FLAGS	0xf
#define ROM		0x30
#define ROM_ENABLE	0x1

/*
 * Where an access goes is in a register of its own, which is zero after a restore:
 * Xen doesn't save it, nor does QEMU for the machine that libxl asks for.  A save
 * between the halves of an access so makes it one to nothing, and the guest, which
 * can't know, has to ask and do it again.
 */
static uint32_t address(uint32_t function, uint32_t reg)
{
	return 0x80000000 | function << 8 | (reg & 0xfc);
}

uint32_t pci_read(uint32_t function, uint32_t reg)
{
	uint32_t value;

	do {
		outl(address(function, reg), ADDRESS);
		value = inl(DATA);
	} while (inl(ADDRESS) != address(function, reg));
	return value;
}

void pci_write(uint32_t function, uint32_t reg, uint32_t value)
{
	do {
		outl(address(function, reg), ADDRESS);
		outl(value, DATA);
	} while (inl(ADDRESS) != address(function, reg));
}

static bool there(uint32_t function)
{
	return (pci_read(function, PCI_ID) & 0xffff) != 0xffff;
}

/*
 * A device has a function 0, and if that isn't one of several may answer for all eight
 * by it.  Asking for those that aren't there takes longer than all else of a boot.
 */
uint32_t pci_next(uint32_t from)
{
	for (uint32_t f = from; f < PCI_FUNCTIONS; f++) {
		bool first = !(f % 8);

		if (first ? !there(f) : !(pci_read(f & ~7u, HEADER) & MULTIFUNCTION))
			f |= 7;
		else if (first || there(f))
			return f;
	}
	return PCI_FUNCTIONS;
}

bool pci_decode(uint32_t function)
{
	return pci_read(function, COMMAND) & COMMAND_MEMORY;
}

/* The upper half is status bits that a written 1 clears: write zeroes. */
void pci_set_decode(uint32_t function, bool on)
{
	uint32_t now = pci_read(function, COMMAND) & 0xffff;

	if (on)
		now |= COMMAND_MEMORY;
	else
		now &= ~COMMAND_MEMORY;
	pci_write(function, COMMAND, now);
}

bool pci_bar_is_memory(uint32_t function, uint32_t reg)
{
	return !(pci_read(function, reg) & BAR_IS_PORTS);
}

uint32_t pci_bar(uint32_t function, uint32_t reg)
{
	return pci_read(function, reg) & ~BAR_FLAGS;
}

uint32_t pci_bar_size(uint32_t function, uint32_t reg)
{
	bool decode = pci_decode(function);
	uint32_t was = pci_read(function, reg);
	uint32_t mask;

	pci_set_decode(function, false);
	pci_write(function, reg, 0xffffffff);
	mask = pci_read(function, reg) & ~BAR_FLAGS;
	pci_write(function, reg, was);
	pci_set_decode(function, decode);
	return -mask;
}

void pci_bar_place(uint32_t function, uint32_t reg, uint32_t at)
{
	pci_set_decode(function, false);
	if ((pci_read(function, reg) & BAR_TYPE) == BAR_64BIT)
		pci_write(function, reg + 4, 0);
	pci_write(function, reg, at);
	pci_set_decode(function, true);
}

bool pci_rom_place(uint32_t function, uint32_t at)
{
	uint32_t value = at ? at | ROM_ENABLE : 0;

	pci_write(function, ROM, value);
	return pci_read(function, ROM) == value;
}
