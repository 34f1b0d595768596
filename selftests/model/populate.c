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
	EXPECT_EQ(bar, walk_place(VGA->home));
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

/* ---- 4 MiB: two large extents ---- */

#define LARGE_NR	1024
#define LARGE_HOME	0x400
#define LARGE_A		UINT64_C(0xf1000)
#define LARGE_AT_A	"f1000000 400000"

static const char plain[] = "xc_domain_populate_physmap";
static const char exact[] = "xc_domain_populate_physmap_exact";

static void boot_large(const char *remembered)
{
	guest_boot_as(&(struct guest){
		.home = LARGE_HOME, .nr = LARGE_NR, .remembered = remembered,
	});
}

static void expect_nothing_at(uint64_t gfn)
{
	for (uint64_t i = 0; i < LARGE_NR; i++)
		ASSERT_EQ(FAKEXEN_EMPTY, fakexen_type_at(gfn + i))
			TH_LOG("frame %#jx", (uintmax_t)(gfn + i));
}

TEST(large_extents)
{
	boot_large(NULL);
	EXPECT_EQ(1, fakexen_calls(plain));
	/* the ROM's */
	EXPECT_EQ(1, fakexen_calls(exact));
	EXPECT_TRUE(walk(0));
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, LARGE_A));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

FIXTURE(few) { };
FIXTURE_SETUP(few) { }
FIXTURE_TEARDOWN(few) { fakexen_fail(NULL); }
FIXTURE_VARIANT(few) { unsigned long after, plain, exact; };
FIXTURE_VARIANT_ADD(few, none) { 0, 1, 3 };
FIXTURE_VARIANT_ADD(few, one) { 1, 2, 1 };

TEST_F(few, large_extents)
{
	const struct fakexen_fault fault = {
		.name = plain, .nth = 1, .times = 1, .error = ENOMEM, .after = variant->after,
	};

	guest_fault = &fault;
	boot_large(NULL);
	guest_fault = NULL;
	EXPECT_EQ(variant->plain, fakexen_calls(plain));
	EXPECT_EQ(variant->exact, fakexen_calls(exact));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Xen looks at the frames, and marks them in the same call. */
TEST(claimed)
{
	boot_large(LARGE_AT_A);
	EXPECT_EQ(LARGE_A, walk_place(LARGE_HOME));
	EXPECT_EQ(2, fakexen_calls(plain));
	EXPECT_EQ(0, fakexen_calls("xencall2"));
	for (uint64_t i = 0; i < LARGE_NR; i++)
		ASSERT_EQ(FAKEXEN_RAM_RW, fakexen_type_at(LARGE_A + i));
	lives_on(LARGE_A);
}

/* The domain builder's pages are in the second extent. */
TEST(claimed_in_vain)
{
	boot_large("fec00000 400000");
	EXPECT_EQ(LARGE_HOME, walk_place(LARGE_HOME));
	for (uint64_t i = 0xfec00; i < 0xfeff8; i++)
		ASSERT_EQ(FAKEXEN_EMPTY, fakexen_type_at(i));
	EXPECT_TRUE(walk(0));
	lives_on(LARGE_A);
}

/* Who may not claim looks. */
TEST(claims_are_refused)
{
	const struct fakexen_fault fault = {
		.name = plain, .nth = 1, .times = 1, .error = EPERM,
	};

	guest_fault = &fault;
	boot_large(LARGE_AT_A);
	guest_fault = NULL;
	fakexen_fail(NULL);
	EXPECT_EQ(LARGE_A, walk_place(LARGE_HOME));
	EXPECT_NE(0, fakexen_calls("xencall2"));
	lives_on(LARGE_A);
}

/* A guest that runs could touch what is marked. */
TEST(running_guests_are_not_touched)
{
	guest_boot_as(&(struct guest){ .remembered = LARGE_AT_A });
	guest_resume();
	EXPECT_EQ(0, dm_add_block(&dm, LARGE_HOME, LARGE_NR));
	walk_add_at(LARGE_HOME, LARGE_A, LARGE_NR);
	EXPECT_NE(0, fakexen_calls("xencall2"));
	EXPECT_EQ(1, fakexen_calls(plain));
	EXPECT_TRUE(walk(0));
	dm_end(&dm);
}

/* Memory for one large extent, and for some pages of the next. */
TEST(memory_runs_out_over_marks)
{
	guest_boot_as(&(struct guest){
		.remembered = "f1000000 600000", .memory = RAM + 8 + VRAM + ROM_NR + 512 + 30,
	});
	EXPECT_EQ(-1, dm_add_block(&dm, LARGE_HOME, LARGE_NR + 512));
	expect_nothing_at(LARGE_A);
	expect_nothing_at(LARGE_A + 512);
	EXPECT_EQ(0, fakexen_lost());
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
