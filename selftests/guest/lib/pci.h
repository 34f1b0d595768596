/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI configuration space by ports 0xcf8/0xcfc, bus 0 only: the machine libxl
 * starts has no bridges, and 256 buses cost seconds on an emulated machine.
 * A function is named by one number, device << 3 | function.
 */
#ifndef GUEST_PCI_H
#define GUEST_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_FUNCTIONS	256
#define PCI_ID		0x00
#define PCI_CLASS	0x08
#define PCI_BAR0	0x10

uint32_t pci_read(uint32_t function, uint32_t reg);
void pci_write(uint32_t function, uint32_t reg, uint32_t value);

/* The next function that is there, @from included; PCI_FUNCTIONS if none. */
uint32_t pci_next(uint32_t from);

bool pci_decode(uint32_t function);
void pci_set_decode(uint32_t function, bool on);

/* Memory BARs. Sizing and placing switch decoding off meanwhile. */
bool pci_bar_is_memory(uint32_t function, uint32_t reg);
uint32_t pci_bar(uint32_t function, uint32_t reg);
uint32_t pci_bar_size(uint32_t function, uint32_t reg);
void pci_bar_place(uint32_t function, uint32_t reg, uint32_t at);

/* The option ROM: at an address, or off at 0. False if it didn't go there. */
bool pci_rom_place(uint32_t function, uint32_t at);

#endif
