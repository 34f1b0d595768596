/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The display devices of this guest, and the one that is meant now. Found by
 * class, so that neither slot nor model matter; video memory is BAR 0.
 */
#ifndef GUEST_VGA_H
#define GUEST_VGA_H

#include <stdbool.h>
#include <stdint.h>

struct vga {
	uint32_t function;	/* as in pci.h */
	uint32_t size;		/* of the BAR, bytes */
	uint32_t pages;		/* to mark and check: the BAR's, or fewer */
	uint32_t salt;		/* of the marks; 0 before the first ones */
	uint32_t moves;
};

/* The one that is meant; NULL if the guest has none. */
extern struct vga *vga;

void vga_start(void);
bool vga_select(uint32_t number);

uint32_t vga_at(void);
bool vga_decode(void);
void vga_set_decode(bool on);
void vga_move(uint32_t at);

/* Does the processor reach the memory at the BAR without a trap? */
bool vga_is_direct(void);

/*
 * Places for the BAR, below 4 GiB, disjoint, aligned as it has to be: 0 is A,
 * 1 is B, the others follow downwards from B. 16 MiB or less: f1000000,
 * e0000000, df000000 ... Where they are RAM depends on the guest's memory.
 */
uint32_t vga_place(uint32_t number);

#endif
