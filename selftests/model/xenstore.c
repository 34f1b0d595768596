// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records while xenstore is slow to agree, full, forbidden or away.  Whatever
 * it does, the guest doesn't notice, and when it is back the records are true.
 */
#include <sys/mman.h>

#include "guest.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

static unsigned int looks, conflicts;

/* What libxl would find, were it to save now. */
static void look(void)
{
	struct record rec[RECORDS_OF_MAX];
	unsigned int incomplete;

	records_of(1, rec, &incomplete);
	EXPECT_EQ(0, incomplete);
	looks++;
}

TEST(complete_at_every_instant)
{
	fakexen_store_changed = look;
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
		EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	}
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_GT(looks, 8);
	dm_end(&dm);
}

/* Somebody writes where we write, just before we are done. */
static void collide(void)
{
	if (conflicts && conflicts--)
		fakexen_store_write("/local/domain/0/device-model/1/physmap/100000/size", "0");
}

TEST(conflicts)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_store_meanwhile = collide;
	conflicts = 50;
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(0, conflicts);
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(conflicts_without_end)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_store_meanwhile = collide;
	conflicts = ~0U;
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_LT(conflicts, ~0U);
	EXPECT_TRUE(walk(WALK_RECORDS));
	fakexen_store_meanwhile = NULL;
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(dead_and_back)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_store_dead(true);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_TRUE(walk(WALK_RECORDS));
	EXPECT_TRUE(seam_logged("can't be published"));
	fakexen_store_dead(false);
	/* any call of the device model's will do */
	dm_map_io(&dm, 0xc0000, 1);
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Why a map failed is for the device model to know, and not that xenstored is away. */
TEST(dead_while_a_map_fails)
{
	const struct fakexen_fault fault = {
		.name = "xenforeignmemory_map2", .nth = 1, .times = 1, .error = EPERM,
	};
	const xen_pfn_t gfn = HOME;
	int err;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_store_dead(true);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	fakexen_fail(&fault);
	EXPECT_NULL(xenforeignmemory_map2(dm.fmem, 1, NULL, PROT_READ, 0, 1, &gfn, &err));
	EXPECT_EQ(EPERM, errno);
	fakexen_fail(NULL);
	fakexen_store_dead(false);
	dm_end(&dm);
}

TEST(dead_at_the_barrier)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	dm_unmap_bar(&dm, VGA, BAR_B);
	fakexen_store_dead(true);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(seam_logged("carry no records"));
	fakexen_store_dead(false);
	EXPECT_EQ(0, dm_continue(&dm));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(dead_from_the_start)
{
	fakexen_store_dead(true);
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(WALK_RECORDS));
	fakexen_store_dead(false);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Its own part of xenstore, where libxl looks when it saves. */
TEST(stubdomain)
{
	char value[64];

	guest_boot_as(&(struct guest){ .stubdom = 2 });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_TRUE(fakexen_store_read("/local/domain/2/device-model/1/physmap/100000/start_addr",
				       value, sizeof(value)));
	EXPECT_STREQ("f1000000", value);
	/* once is enough: what is made below a node has its permissions */
	EXPECT_EQ(1, fakexen_calls("xs_set_permissions"));
	dm_end(&dm);
}

TEST(stubdomain_without_permission)
{
	guest_boot_as(&(struct guest){ .stubdom = 2 });
	fakexen_store_own("/local/domain/2", 0);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_TRUE(walk(WALK_RECORDS));
	EXPECT_TRUE(seam_logged("can't be published: Permission denied"));
	fakexen_store_own("/local/domain/2", 2);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(stubdomain_with_a_quota)
{
	guest_boot_as(&(struct guest){ .stubdom = 2 });
	fakexen_quota.nodes = 0;
	/* changing a record takes no node, a new one does */
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_add_block(&dm, 0x800, 4));
	walk_add(0x800, 4);
	EXPECT_TRUE(walk(WALK_RECORDS));
	EXPECT_TRUE(seam_logged("can't be published: No space left"));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	fakexen_quota.nodes = 1000;
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
