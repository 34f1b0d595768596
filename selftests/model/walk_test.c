// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * walk() sees what it is there to see: each invariant broken by hand, in the
 * p2m, in xenstore, in the pins and in a page.
 */
#include "guest.h"
#include "ksft_harness.h"
#include "next.h"
#include "records_of.h"

#define RECORD	"/local/domain/0/device-model/1/physmap/100000"

FIXTURE(broken) { };
FIXTURE_SETUP(broken)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
}

/* The failures that walk() has just noted were those that were wanted. */
FIXTURE_TEARDOWN(broken)
{
	bool failed = ksft_harness.shared->failed, seen = !walk(0);

	ksft_harness.shared->failed = failed;
	EXPECT_TRUE(seen);
	dm_end(&dm);
}

TEST_F(broken, page_elsewhere)
{
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A + 5, BAR_B);
}

TEST_F(broken, pages_exchanged)
{
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A, BAR_B);
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A + 1, BAR_A);
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_B, BAR_A + 1);
}

TEST_F(broken, page_freed)
{
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A + 5, BAR_A + 6);
}

TEST_F(broken, page_of_the_guest_freed)
{
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A, 7);
}

TEST_F(broken, page_of_the_guest_moved)
{
	next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, 7, BAR_B);
}

TEST_F(broken, page_dropped)
{
	next_xendevicemodel_set_mem_type(dm.dmod, 1, HVMMEM_mmio_dm, BAR_A, 1);
}

TEST_F(broken, page_in_a_frame_that_was_left)
{
	fakexen_populate(HOME + 3, 1);
}

TEST_F(broken, page_written_over)
{
	fakexen_guest_write(BAR_A, 0, "scribble", 8);
}

TEST_F(broken, record_missing)
{
	fakexen_store_remove(RECORD);
}

TEST_F(broken, record_without_a_name)
{
	fakexen_store_remove(RECORD "/name");
}

TEST_F(broken, record_of_another_place)
{
	fakexen_store_write(RECORD "/start_addr", "e0000000");
}

TEST_F(broken, record_of_another_size)
{
	fakexen_store_write(RECORD "/size", "80000");
}

TEST_F(broken, record_of_nothing)
{
	records_put(1, "900000", "900000", "1000", "ram@900000");
}

TEST_F(broken, pin_missing)
{
	next_xendevicemodel_pin_memory_cacheattr(dm.dmod, 1, BAR_A, BAR_A + VRAM - 1,
						 XEN_DOMCTL_DELETE_MEM_CACHEATTR);
}

TEST_F(broken, pin_left_behind)
{
	next_xendevicemodel_pin_memory_cacheattr(dm.dmod, 1, BAR_B, BAR_B + VRAM - 1, 6);
}

TEST_HARNESS_MAIN
