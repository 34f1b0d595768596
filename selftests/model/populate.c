// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Video RAM that gets its pages where the guest had its BAR when it last
 * booted: right guesses, wrong ones, and those that must not be taken.
 */
#include <errno.h>
#include <string.h>

#include "guest.h"
#include "ksft_harness.h"
#include "seam.h"

#define AT_A	"f1000000 40000"
#define MEMORY	"/local/domain/0/xenphysmap/the_guest"

static void boot(const char *remembered)
{
	guest_boot_as(&(struct guest){ .remembered = remembered });
}

static unsigned long moves(void)
{
	return fakexen_calls("xendevicemodel_relocate_memory");
}

/* As every guest: BAR here, BAR there, saved, restored. */
static void lives_on(uint64_t bar)
{
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, bar));
	EXPECT_EQ(bar, walk_place(HOME));
	EXPECT_TRUE(guest_sees(VGA, bar));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, bar, BAR_B));
	EXPECT_TRUE(walk(0));
	guest_migrate(true);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	EXPECT_TRUE(guest_sees(VGA, BAR_B));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

static void remembers(const char *expected)
{
	char value[64] = "";

	EXPECT_EQ(expected != NULL, fakexen_store_read(MEMORY, value, sizeof(value)));
	EXPECT_STREQ(expected ? expected : "", value);
}

TEST(first_boot)
{
	boot(NULL);
	EXPECT_EQ(HOME, walk_place(HOME));
	remembers(NULL);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	remembers(AT_A);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_C));
	remembers(AT_A);
	dm_end(&dm);
}

TEST(right)
{
	boot(AT_A);
	EXPECT_EQ(BAR_A, walk_place(HOME));
	EXPECT_FALSE(VGA->dummy);
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(0, moves());
	remembers(AT_A);
	lives_on(BAR_A);
}

TEST(wrong)
{
	boot("e0000000 40000");
	EXPECT_EQ(BAR_B, walk_place(HOME));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_EQ(1, moves());
	remembers(AT_A);
	lives_on(BAR_A);
}

/* Nothing of these is a reason to lose a page, or to say anything. */
FIXTURE(useless) { };
FIXTURE_SETUP(useless) { }
FIXTURE_TEARDOWN(useless) { }
FIXTURE_VARIANT(useless) { const char *memory; };
#define USELESS(id, memory) FIXTURE_VARIANT_ADD(useless, id) { memory }
USELESS(in_ram, "40000 40000");
USELESS(partly_in_special_pages, "fefd0000 40000");
USELESS(at_home, "100000 40000");
USELESS(of_another_size, "f1000000 80000");
USELESS(unaligned, "f1000800 40000");
USELESS(beyond_the_tables, "1000000000000 40000");
USELESS(wraps, "fffffffffffff000 40000");
USELESS(nonsense, "f1000000");
USELESS(empty, "");

TEST_F(useless, memory)
{
	boot(variant->memory);
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(walk(0));
	lives_on(BAR_A);
}

/* The guest is saved before its firmware has done anything. */
TEST(saved_before_it_has_a_bar)
{
	boot(AT_A);
	guest_save();
	EXPECT_EQ(HOME, walk_place(HOME));
	guest_restore(true, false);
	guest_resume();
	EXPECT_TRUE(walk(0));
	lives_on(BAR_C);
}

/* This time it is another device's BAR, of the same size. */
TEST(taken_by_another_device)
{
	boot(AT_A);
	dm_map_io(&dm, BAR_A, VRAM);
	dm_map_io(&dm, BAR_C, 1);
	EXPECT_EQ(HOME, walk_place(HOME));
	EXPECT_TRUE(walk(0));
	lives_on(BAR_B + VRAM);
}

TEST(taken_by_another_device_for_a_while)
{
	boot(AT_A);
	dm_map_io(&dm, BAR_A, VRAM);
	dm_unmap_io(&dm, BAR_A, VRAM);
	EXPECT_TRUE(walk(0));
	lives_on(BAR_A);
}

/* It is there when the block comes. */
TEST(taken_before_the_block_is_there)
{
	const uint64_t half = VRAM / 2;

	/* not of the size of the first one, so that this is for the second */
	boot("f1000000 20000");
	EXPECT_EQ(HOME, walk_place(HOME));
	dm_map_io(&dm, BAR_A + half - 1, 1);
	EXPECT_EQ(0, dm_add_block(&dm, 0x300, half));
	walk_add(0x300, half);
	EXPECT_EQ(0x300, walk_place(0x300));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* No page at the place, or not all of them: none stays there. */
FIXTURE(refused) { };
FIXTURE_SETUP(refused) { }
FIXTURE_TEARDOWN(refused) { fakexen_fail(NULL); }
FIXTURE_VARIANT(refused) { unsigned long after; };
FIXTURE_VARIANT_ADD(refused, at_once) { 0 };
FIXTURE_VARIANT_ADD(refused, half_way) { 30 };
FIXTURE_VARIANT_ADD(refused, at_the_last) { VRAM - 1 };

TEST_F(refused, pages)
{
	const struct fakexen_fault fault = {
		.name = "xc_domain_populate_physmap_exact", .nth = 1, .times = 1,
		.error = EBUSY, .after = variant->after,
	};

	guest_fault = &fault;
	boot(AT_A);
	guest_fault = NULL;
	EXPECT_EQ(HOME, walk_place(HOME));
	for (uint64_t i = 0; i < VRAM; i++)
		EXPECT_EQ(FAKEXEN_NO_PAGE, fakexen_page_at(BAR_A + i));
	EXPECT_TRUE(walk(0));
	lives_on(BAR_A);
}

/* 4 MiB: two extents, both at home and in place. */
TEST(large_extents)
{
	guest_boot_as(&(struct guest){ .home = 0x200, .nr = 1024 });
	EXPECT_EQ(3, fakexen_calls("xc_domain_populate_physmap_exact"));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0xf1000));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST(no_large_extents)
{
	const struct fakexen_fault fault = {
		.name = "xc_domain_populate_physmap_exact", .nth = 1, .times = 1, .error = ENOMEM,
	};

	guest_fault = &fault;
	guest_boot_as(&(struct guest){ .home = 0x200, .nr = 1024 });
	guest_fault = NULL;
	fakexen_fail(NULL);
	/* one that failed, two for its frames and the rest, one for the ROM */
	EXPECT_EQ(4, fakexen_calls("xc_domain_populate_physmap_exact"));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
