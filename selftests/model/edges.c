// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What happens seldom: ways to move that Xen hasn't, options that nobody meant,
 * the oldest map call, a table without room, handles that go early.
 */
#include <sys/mman.h>

#include "guest.h"
#include "ksft_harness.h"
#include "next.h"
#include "records_of.h"
#include "relay.h"
#include "seam.h"

static void fail_always(const char *name, int error)
{
	const struct fakexen_fault fault = {
		.name = name, .nth = 1, .times = FAKEXEN_FOREVER, .error = error,
	};

	fakexen_fail(&fault);
}

/* Xen before 4.11 has no such dm_op. */
TEST(no_dm_op)
{
	guest_boot();
	fail_always("xendevicemodel_relocate_memory", EOPNOTSUPP);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(seam_logged("moving frames by dm_op isn't possible here"));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	fakexen_fail(NULL);
	dm_end(&dm);
}

TEST(no_way_at_all)
{
	setenv("XENPHYSMAP_RELOCATE", "page", 1);
	guest_boot();
	fail_always("xc_domain_add_to_physmap", ENOSYS);
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(ENOSYS, errno);
	fakexen_fail(NULL);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(HOME, walk_place(HOME));
	dm_end(&dm);
}

TEST(options_that_are_none)
{
	setenv("XENPHYSMAP_LOG", "loud", 1);
	setenv("XENPHYSMAP_RELOCATE", "carrier-pigeon", 1);
	setenv("XENPHYSMAP_VRAM_AT", "f1000800", 1);
	guest_boot();
	EXPECT_TRUE(seam_logged("XENPHYSMAP_LOG=loud is ignored"));
	EXPECT_TRUE(seam_logged("XENPHYSMAP_RELOCATE=carrier-pigeon is ignored"));
	EXPECT_TRUE(seam_logged("XENPHYSMAP_VRAM_AT=f1000800 is ignored"));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(an_option_that_is_one)
{
	setenv("XENPHYSMAP_LOG", "debug", 1);
	guest_boot();
	EXPECT_FALSE(seam_logged("is ignored"));
	dm_end(&dm);
}

/* No engine for who isn't let be a device model; why, is found out for it. */
TEST(not_let_be_a_device_model)
{
	ioservid_t id;

	fakexen_reset(NULL);
	seam_forget_engine();
	fail_always("xendevicemodel_create_ioreq_server", EPERM);
	dm.dmod = xendevicemodel_open(NULL, 0);
	EXPECT_EQ(-1, xendevicemodel_create_ioreq_server(dm.dmod, 1, 2, &id));
	EXPECT_EQ(EPERM, errno);
	EXPECT_NULL(seam_engine());
	fakexen_fail(NULL);
	xendevicemodel_close(dm.dmod);
}

/* QEMU <= 2.8 has this one. */
TEST(oldest_map)
{
	const xen_pfn_t gfn = HOME;
	char seen[6] = "";
	int err;
	char *map;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	map = xenforeignmemory_map(dm.fmem, 1, PROT_READ | PROT_WRITE, 1, &gfn, &err);
	ASSERT_NOT_NULL(map);
	EXPECT_EQ(0, err);
	strcpy(map, "pixel");
	EXPECT_TRUE(fakexen_guest_read(BAR_A, 0, seen, sizeof(seen)));
	EXPECT_STREQ("pixel", seen);
	xenforeignmemory_unmap(dm.fmem, map, 1);
	dm_end(&dm);
}

/* Without a handle to look through, nothing is moved. */
TEST(map_handle_closed)
{
	guest_boot();
	xenforeignmemory_close(dm.fmem);
	xc_interface_close(dm.xch);
	EXPECT_EQ(-1, xendevicemodel_relocate_memory(dm.dmod, 1, VRAM, HOME, BAR_A));
	EXPECT_EQ(EBADF, errno);
	dm.fmem = xenforeignmemory_open(NULL, 0);
	dm.xch = xc_interface_open(NULL, NULL, 0);
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Two blocks want the same frames: the second isn't looked after, and says so. */
TEST(populated_twice)
{
	xen_pfn_t gfn = HOME;

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, xc_domain_populate_physmap_exact(dm.xch, 1, 1, 0, 0, &gfn));
	EXPECT_TRUE(seam_logged("are populated and not looked after"));
	dm_end(&dm);
}

/* Extents that don't follow each other are no block. */
TEST(scattered_extents)
{
	xen_pfn_t gfn[2] = { 0x900, 0x902 };
	size_t blocks;

	guest_boot();
	blocks = seam_engine()->blocks.nr;
	EXPECT_EQ(0, xc_domain_populate_physmap_exact(dm.xch, 1, 2, 0, 0, gfn));
	EXPECT_EQ(blocks, seam_engine()->blocks.nr);
	dm_end(&dm);
}

/* Two places where lost video RAM could be: neither is taken. */
TEST(rescue_in_doubt)
{
	guest_boot_as(&(struct guest){ .stock = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	ASSERT_EQ(0, fakexen_populate(BAR_C, VRAM));
	guest_save();
	guest_restore(false, false);
	EXPECT_EQ(-1, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_TRUE(seam_logged("neither is taken"));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

/* Said once, and the guest has its video RAM all the same. */
TEST(no_publisher)
{
	setenv("XENPHYSMAP_PUBLISHER", "/nowhere", 1);
	guest_boot();
	EXPECT_TRUE(seam_logged("no publisher (No such file or directory)"));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(WALK_RECORDS));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	dm_end(&dm);
}

/* It has to be told everything again: what it was told may be lost. */
TEST(publisher_replaced)
{
	guest_boot();
	relay_fail(&(struct relay_fault){ .nth = 1, .times = 1, .error = ECONNRESET });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	/* at the barrier itself */
	dm_continue(&dm);
	relay_fail(&(struct relay_fault){ .nth = 1, .times = 1, .error = ECONNRESET });
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(publisher_replaced_while_a_piece_goes)
{
	const struct fakexen_fault fault = {
		.name = "xendevicemodel_relocate_memory", .nth = 1, .times = 2,
		.error = ENOMEM, .after = 20,
	};

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_fail(&fault);
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	fakexen_fail(NULL);
	EXPECT_EQ(NOWHERE, walk_place(HOME));
	/* the whole is published, and then one piece is to go */
	relay_fail(&(struct relay_fault){ .nth = 2, .times = 1, .error = ECONNRESET });
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(WALK_PINS));
	EXPECT_EQ(BAR_B, walk_place(HOME));
	dm_end(&dm);
}

/* Two pieces were published, the third wasn't: nobody may forget the second. */
TEST(socket_full_between_two_pieces)
{
	const struct fakexen_fault fault = {
		.name = "xendevicemodel_relocate_memory", .nth = 1, .times = 2,
		.error = ENOMEM, .after = 20, .later = 7,
	};

	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	fakexen_fail(&fault);
	relay_fail(&(struct relay_fault){ .nth = 3, .times = FAKEXEN_FOREVER, .error = EAGAIN });
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	fakexen_fail(NULL);
	EXPECT_EQ(NOWHERE, walk_place(HOME));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_C));
	EXPECT_EQ(BAR_C, walk_place(HOME));
	relay_fail(NULL);
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(WALK_PINS));
	dm_end(&dm);
}

/* There is room once the barrier has waited for it: that isn't too late. */
TEST(socket_full_at_the_barrier)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	dm_unmap_bar(&dm, VGA, BAR_B);
	/* its way home, once more at the end of that, and again before the question */
	relay_fail(&(struct relay_fault){ .nth = 1, .times = 2, .error = EAGAIN });
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_LT(3, relay_said());
	EXPECT_TRUE(walk(0));
	EXPECT_FALSE(seam_logged("carry no records"));
	dm_end(&dm);
}

/* What an earlier guest has left must go, whichever message is lost with whom. */
TEST(earlier_records_go_all_the_same)
{
	static const struct relay_fault faults[] = {
		{ 1, 1, EAGAIN, 0 }, { 1, 2, EAGAIN, 0 }, { 2, 1, EAGAIN, 0 },
		{ 1, 1, ECONNRESET, 0 }, { 2, 1, ECONNRESET, 0 }, { 2, 1, ECONNRESET, 2 },
		{ 3, 1, ECONNRESET, 2 }, { 3, 1, ECONNRESET, 1 },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		guest_boot();
		dm_end(&dm);
		records_put(1, "900000", "900000", "1000", "earlier");
		dm_start(&dm, 1, DM_7_2, false, false);
		relay_fail(&faults[i]);
		EXPECT_EQ(0, dm_add_block(&dm, 0x200, 32));
		walk_add(0x200, 32);
		dm_map_io(&dm, 0xc0000, 1);
		dm_map_io(&dm, 0xc0010, 1);
		dm_map_io(&dm, 0xc0020, 1);
		relay_fail(NULL);
		EXPECT_TRUE(walk_record_is(1, 0x200, 0x200, 32, "ram@200000"));
		EXPECT_TRUE(walk_record_is(1, 0x900, NOWHERE, 0, ""))
			TH_LOG("fault %zu", i);
		dm_end(&dm);
	}
}

/* So must a record that turned out to be wrong. */
TEST(wrong_record_goes_all_the_same)
{
	static const struct relay_fault faults[] = {
		{ 1, 1, EAGAIN, 0 }, { 1, 1, ECONNRESET, 0 }, { 2, 1, ECONNRESET, 2 },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		guest_boot();
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
		guest_save();
		guest_rebuild(true, false);
		records_put(2, "200000", "d0000000", "40000", "lies");
		records_put(2, "110000", "e0000000", "1000", "overlaps");
		relay_fail(&faults[i]);
		dm_add_block(&dm, HOME, VRAM);
		dm_add_block(&dm, ROM, ROM_NR);
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
		guest_resume();
		relay_fail(NULL);
		EXPECT_TRUE(walk(0))
			TH_LOG("fault %zu", i);
		dm_end(&dm);
	}
}

TEST(record_that_cannot_be_withdrawn)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_save();
	records_put(2, "200000", "d0000000", "40000", "lies");
	fail_always("xs_rm", EACCES);
	guest_restore(true, false);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	guest_resume();
	EXPECT_TRUE(seam_logged("record of lies can't be withdrawn"));
	fakexen_fail(NULL);
	EXPECT_TRUE(guest_sees(VGA, BAR_A));
	dm_end(&dm);
}

/* Where a block steps aside to, something is already; and again. */
static void evict(void)
{
	dm_unmap_bar(&dm, VGA, BAR_A);
	dm_map_io(&dm, HOME + 1, 1);
	dm_map_io(&dm, BAR_A + 1, 1);
}

TEST(shelter_taken)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_map_io(&dm, BAR_A + VRAM, 1);
	ASSERT_EQ(0, fakexen_populate(BAR_A + 2 * VRAM + 5, 1));
	evict();
	EXPECT_EQ(BAR_A + 3 * VRAM, walk_place(HOME));
	dm_end(&dm);
}

TEST(no_shelter)
{
	guest_boot();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	for (int i = 1; i <= 1024; i++)
		ASSERT_EQ(0, fakexen_populate(BAR_A + i * VRAM, 1));
	evict();
	EXPECT_TRUE(seam_logged("a block is in the way"));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(0, fakexen_lost());
	dm_end(&dm);
}

/* Two failures at once: what has arrived goes back unseen. */
TEST(cannot_see_how_far_it_got)
{
	const struct fakexen_fault blind = {
		.name = "xenforeignmemory_map2", .nth = 2, .times = FAKEXEN_FOREVER,
		.error = ENOMEM,
	};

	guest_boot_as(&(struct guest){ .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	ASSERT_EQ(0, next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, BAR_A + 20, 0x50000));
	fakexen_fail(&blind);
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_EQ(EINVAL, errno);
	fakexen_fail(NULL);
	ASSERT_EQ(0, next_xendevicemodel_relocate_memory(dm.dmod, 1, 1, 0x50000, BAR_A + 20));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_FALSE(seam_logged("can't see how many"));
	dm_unmap_bar(&dm, VGA, BAR_B);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	dm_end(&dm);
}

TEST(page_of_nobody)
{
	guest_boot_as(&(struct guest){ .age = DM_2_10 });
	EXPECT_EQ(0, xc_domain_add_to_physmap(dm.xch, 1, XENMAPSPACE_gmfn, 5, BAR_B));
	EXPECT_EQ(FAKEXEN_NO_PAGE, fakexen_page_at(5));
	EXPECT_NE(FAKEXEN_NO_PAGE, fakexen_page_at(BAR_B));
	dm_end(&dm);
}

/* It looks at guest RAM, and then populates: no restore, and no record is true. */
TEST(afresh_after_a_look)
{
	const xen_pfn_t apart[2] = { 1, 3 };
	int err[2];
	void *map;

	guest_boot();
	dm_end(&dm);
	records_put(1, "900000", "900000", "1000", "earlier");
	dm_start(&dm, 1, DM_7_2, false, false);
	map = xenforeignmemory_map2(dm.fmem, 1, NULL, PROT_READ, 0, 2, apart, err);
	ASSERT_NOT_NULL(map);
	xenforeignmemory_unmap(dm.fmem, map, 2);
	EXPECT_NOT_NULL(blocks_at_home(&seam_engine()->blocks, 0x900));
	ASSERT_EQ(0, dm_add_block(&dm, 0x300, 16));
	EXPECT_NULL(blocks_at_home(&seam_engine()->blocks, 0x900));
	EXPECT_TRUE(walk_record_is(1, 0x900, NOWHERE, 0, ""));
	dm_end(&dm);
}

/* Beside a block, and taken for one of its frames by who looks at 256 KiB at once. */
TEST(page_beside_a_block)
{
	const uint64_t gfn = ROM + ROM_NR + 1;

	guest_boot();
	EXPECT_EQ(0, fakexen_populate(gfn, 1));
	EXPECT_EQ(0, xc_domain_add_to_physmap(dm.xch, 1, XENMAPSPACE_gmfn, gfn, gfn + 2));
	EXPECT_NE(FAKEXEN_NO_PAGE, fakexen_page_at(gfn + 2));
	dm_end(&dm);
}

/* 256 MiB need a hypercall of our own; where that can't be, all is dirty. */
TEST(large_tracking_refused)
{
	static unsigned long bits[65536 / 64];
	struct fakexen_fault second = {
		.name = "xencall_alloc_buffer", .nth = 2, .times = 1, .error = ENOMEM,
	};

	guest_boot_as(&(struct guest){ .nr = 65536, .no_rom = true });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	fail_always("xencall_open", EACCES);
	EXPECT_EQ(-1, dm_track(&dm, 0x80000, 65536, bits));
	EXPECT_EQ(ENODATA, errno);
	fakexen_fail(&second);
	EXPECT_EQ(-1, dm_track(&dm, 0x80000, 65536, bits));
	EXPECT_EQ(ENOMEM, errno);
	fakexen_fail(NULL);
	EXPECT_EQ(0, dm_track(&dm, 0x80000, 65536, bits));
	dm_end(&dm);
}

/*
 * Who may make no hypercalls, or has no multicall, asks by mapping: what is in the
 * way is found all the same, and it isn't tried a second time.
 */
FIXTURE(can_not_ask) { };
FIXTURE_VARIANT(can_not_ask) { const char *call; int error; unsigned long tries; };
FIXTURE_VARIANT_ADD(can_not_ask, restricted) { "xendevicemodel_modified_memory", EPERM, 0 };
FIXTURE_VARIANT_ADD(can_not_ask, no_device) { "xencall_open", ENOENT, 1 };
FIXTURE_VARIANT_ADD(can_not_ask, no_memory) { "xencall_alloc_buffer", ENOMEM, 1 };
FIXTURE_VARIANT_ADD(can_not_ask, no_multicall) { "xencall2", ENOSYS, 1 };
FIXTURE_SETUP(can_not_ask)
{
	guest_boot();
	EXPECT_EQ(0, fakexen_populate(BAR_B + 5, 1));
}
FIXTURE_TEARDOWN(can_not_ask) { dm_end(&dm); }

TEST_F(can_not_ask, maps_instead)
{
	unsigned long maps = fakexen_calls("xenforeignmemory_map2");

	fail_always(variant->call, variant->error);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_LT(maps, fakexen_calls("xenforeignmemory_map2"));
	EXPECT_EQ(variant->tries, fakexen_calls("xencall_open"));
	dm_move_bar(&dm, VGA, BAR_A, BAR_B);
	EXPECT_TRUE(seam_logged("another page is at"));
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_EQ(variant->tries, fakexen_calls("xencall_open"));
	EXPECT_NE(FAKEXEN_NO_PAGE, fakexen_page_at(BAR_B + 5));
	fakexen_fail(NULL);
}

/* Above all that was ever there one question is enough, below it isn't. */
TEST(above_the_highest_frame)
{
	const uint64_t high = UINT64_C(0x200000), higher = UINT64_C(0x400000);
	unsigned long asked;

	guest_boot_as(&(struct guest){ .nr = 2048, .no_rom = true });
	asked = fakexen_calls("xencall2");
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, higher));
	EXPECT_EQ(asked + 1, fakexen_calls("xencall2"));
	EXPECT_EQ(0, fakexen_populate(high + 2047, 1));
	asked = fakexen_calls("xencall2");
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, higher, high));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(asked + 1 + 4, fakexen_calls("xencall2"));
	EXPECT_EQ(higher, walk_place(HOME));
	/* a range that begins below the maximum, and ends above it */
	EXPECT_EQ(0, fakexen_populate(higher + 4095, 1));
	asked = fakexen_calls("xencall2");
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, high, higher + 2560));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(asked + 1 + 3, fakexen_calls("xencall2"));
	EXPECT_EQ(higher, walk_place(HOME));
	fakexen_destroy();
	EXPECT_EQ(-1, dm_move_bar(&dm, VGA, higher + 2560, 2 * higher));
	EXPECT_EQ(ESRCH, errno);
	dm_end(&dm);
}

TEST_HARNESS_MAIN
