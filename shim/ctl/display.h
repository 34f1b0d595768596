/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The display adapter in a device model's state: where its BAR is.
 */
#ifndef XENPHYSMAP_CTL_DISPLAY_H
#define XENPHYSMAP_CTL_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct display - a VGA card
 * @bar: address of its first BAR, in bytes
 * @decode: it answers there
 */
struct display {
	uint64_t bar;
	bool decode;
};

/**
 * display_find() - Find it.
 * @display: filled in
 * @state: of QEMU, as xen-save-devices-state writes it
 * @len: bytes
 *
 * QEMU describes its state's layout only where it is told to (suppress-vmdesc),
 * which libxl does not.  So this looks for a section that has a VGA card's name
 * and the configuration space of a VGA card right behind it, where both of
 * QEMU's cards have had it since 2009; not for anything inside of the card.
 *
 * Return: 0; -ENOENT: there is none; -ENOTUNIQ: there are several.
 */
int display_find(struct display *display, const uint8_t *state, size_t len);

#endif
