// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See displays.h.
 */
#include <stdlib.h>

#include "displays.h"
#include "ksft_harness.h"

#include <xen/hvm/ioreq.h>

void display_request(uint8_t slot, int dir, int state)
{
	const struct ioreq req = {
		.addr = (uint64_t)slot << 3 << 32 | 4,
		.type = IOREQ_TYPE_PCI_CONFIG,
		.dir = dir,
		.state = state,
	};

	fakexen_request(dm.id, 0, &req);
}

void bar_on(uint8_t slot, uint64_t gfn, uint64_t nr)
{
	display_request(slot, IOREQ_WRITE, STATE_IOREQ_INPROCESS);
	dm_map_io(&dm, gfn, nr);
	display_request(slot, IOREQ_WRITE, STATE_IORESP_READY);
}

void bar_off(uint64_t gfn, uint64_t nr)
{
	dm_unmap_io(&dm, gfn, nr);
}

int vga_on(uint64_t gfn)
{
	int rc;

	display_request(VGA_SLOT, IOREQ_WRITE, STATE_IOREQ_INPROCESS);
	rc = dm_map_bar(&dm, VGA, gfn);
	display_request(VGA_SLOT, IOREQ_WRITE, STATE_IORESP_READY);
	return rc;
}

void display_add(uint64_t home, uint8_t slot)
{
	ASSERT_EQ(0, dm_add_block(&dm, home, NR));
	walk_add(home, NR);
	if (slot)
		ASSERT_EQ(0, dm_add_device(&dm, slot));
}

void boot_with(const char *bars)
{
	setenv("XENPHYSMAP_BARS", bars, 1);
	guest_boot_as(&(struct guest){ .nr = NR, .no_rom = true });
	ASSERT_EQ(0, dm_add_device(&dm, VGA_SLOT));
	display_add(SECOND, SLOT);
}

void boot(void)
{
	boot_with("all");
}

void followed_at(uint64_t bar)
{
	boot();
	EXPECT_EQ(0, vga_on(BAR_A));
	bar_on(SLOT, bar, NR);
	EXPECT_EQ(bar, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
}

void expect_at_home(void)
{
	EXPECT_EQ(SECOND, walk_place(SECOND));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

unsigned long moves(void)
{
	return fakexen_calls("xendevicemodel_relocate_memory");
}

void rebuild(bool stock)
{
	guest_rebuild(true, stock);
	dm_add_block(&dm, HOME, NR);
	dm_add_device(&dm, VGA_SLOT);
	dm_add_block(&dm, SECOND, NR);
	dm_add_device(&dm, SLOT);
}
