// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest that is restored with any records at all.  They may be lies that
 * nobody can see through, so that the device model may have the wrong memory or
 * none; but no page is lost, and none is moved out of guest RAM.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "ksft_harness.h"
#include "model/guest.h"
#include "nodes.h"

static uint64_t pages;

static void count(uint64_t gfn, uint64_t page, void *arg)
{
	(void)gfn;
	(void)page;
	(void)arg;
	pages++;
}

static uint64_t pages_there(void)
{
	pages = 0;
	fakexen_for_each_frame(count, NULL);
	return pages;
}

static void expect_ram_in_place(uint64_t first_page)
{
	EXPECT_EQ(0, fakexen_lost());
	EXPECT_EQ(RAM + 8 + VRAM + ROM_NR, pages_there());
	for (uint64_t gfn = 0; gfn < RAM; gfn++)
		ASSERT_EQ(first_page + gfn, fakexen_page_at(gfn));
}

void fuzz_one(const uint8_t *data, size_t size)
{
	uint64_t first, bar = BAR_B;

	setenv("XENPHYSMAP_BARS", size && data[0] & 2 ? "all" : "vga", 1);
	guest_boot();
	first = fakexen_page_at(0);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	if (size && data[0] & 1) {
		dm_unmap_bar(&dm, VGA, BAR_B);
		bar = NOWHERE;
	}
	guest_save();
	fakexen_store_write("/local/domain/0/device-model/2/physmap", "");
	nodes_put("/local/domain/0/device-model/2/physmap", data, size);
	guest_restore(false, false);
	expect_ram_in_place(first);
	if (bar != NOWHERE)
		dm_map_bar(&dm, VGA, bar);
	expect_ram_in_place(first);
	guest_resume();
	if (bar != NOWHERE)
		dm_unmap_bar(&dm, VGA, bar);
	/* as a block that isn't relocated may be said to have */
	dm_map_io(&dm, BAR_A, 256);
	dm_map_bar(&dm, VGA, BAR_C);
	expect_ram_in_place(first);
	dm_stop(&dm);
	expect_ram_in_place(first);
	dm_end(&dm);
}
