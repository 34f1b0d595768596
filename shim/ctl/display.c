// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sections of QEMU's migration format, as docs/devel/migration.rst of QEMU has
 * them: type, number, name with its length before it, instance, version, data;
 * numbers are big-endian.  A PCI device's data begins with a version and its
 * configuration space, if it is no PCIe device.
 */
#include <errno.h>
#include <string.h>

#include "display.h"

#define SECTION_FULL	4

/* Of the configuration space. */
#define CONFIG_SIZE	256
#define COMMAND		0x04
#define COMMAND_MEMORY	0x02
#define CLASS		0x0a
#define CLASS_VGA	0x0300
#define BAR0		0x10
#define BAR_IO		0x01
#define BAR_64		0x04

static uint32_t le16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/* "0000:00:03.0/vga" and the like. */
static bool is_card(const char *name, size_t len)
{
	static const char *const cards[] = { "/vga", "/cirrus_vga" };

	for (size_t i = 0; i < sizeof(cards) / sizeof(*cards); i++) {
		size_t n = strlen(cards[i]);

		if (len > n && !memcmp(name + len - n, cards[i], n))
			return true;
	}
	return false;
}

/* The configuration space of the section that begins here, or NULL. */
static const uint8_t *card_at(const uint8_t *p, size_t left)
{
	const size_t before = 1 + 4 + 1, between = 4 + 4 + 4;
	const uint8_t *config;
	size_t name;

	if (left < before || p[0] != SECTION_FULL)
		return NULL;
	name = p[before - 1];
	if (left < before + name + between + CONFIG_SIZE || !is_card((const char *)p + before, name))
		return NULL;
	config = p + before + name + between;
	return le16(config + CLASS) == CLASS_VGA && !(config[BAR0] & BAR_IO) ? config : NULL;
}

int display_find(struct display *display, const uint8_t *state, size_t len)
{
	unsigned int found = 0;

	for (size_t i = 0; i < len; i++) {
		const uint8_t *config = card_at(state + i, len - i);

		if (!config)
			continue;
		found++;
		display->bar = le32(config + BAR0) & ~0xfU;
		if (config[BAR0] & BAR_64)
			display->bar |= (uint64_t)le32(config + BAR0 + 4) << 32;
		display->decode = config[COMMAND] & COMMAND_MEMORY;
	}
	return found == 1 ? 0 : found ? -ENOTUNIQ : -ENOENT;
}
