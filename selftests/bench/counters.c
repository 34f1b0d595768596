// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What each thing that a device model does costs in calls: of libxen, of
 * xenstore, and of malloc by the shim, exactly, in their order.  Times depend
 * on the machine, these don't.  A failure here is no mistake by itself; it is
 * a change of what the shim costs, which has to be meant, and is then to be
 * written down here.
 *
 * A call is named without its library; "map2*16" is sixteen in a row.  Records
 * are written in this process, where the publisher would do it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ksft_harness.h"
#include "model/guest.h"
#include "model/seam.h"

#define OTHER	UINT64_C(0xc0000)	/* frames that no block has to do with */

static unsigned long first_call, first_malloc;
static char text[4096];

static void count_from_here(void)
{
	first_call = fakexen_calls(NULL);
	first_malloc = seam_mallocs();
}

static const char *short_name(const char *name)
{
	static const char *const libraries[] = {
		"xendevicemodel_", "xenforeignmemory_", "xc_domain_",
	};

	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++)
		if (!strncmp(name, libraries[i], strlen(libraries[i])))
			return name + strlen(libraries[i]);
	return name;
}

/* The calls since then, as a line of text. */
static const char *calls(void)
{
	unsigned long last = fakexen_calls(NULL), row;
	size_t n = 0;

	text[0] = '\0';
	for (unsigned long i = first_call; i < last; i += row) {
		const char *name = fakexen_call_name(i);

		for (row = 1; i + row < last && fakexen_call_name(i + row) == name; row++)
			;
		n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", short_name(name));
		if (row > 1)
			n += snprintf(text + n, sizeof(text) - n, "*%lu", row);
	}
	return text;
}

static unsigned long mallocs(void)
{
	return seam_mallocs() - first_malloc;
}

#define EXPECT_COST(nr_mallocs, line) do {		\
	unsigned long mallocs_ = mallocs();		\
							\
	EXPECT_STREQ(line, calls());			\
	EXPECT_EQ(nr_mallocs, mallocs_);		\
} while (0)

/*
 * Is the guest being migrated, may we make hypercalls, and what is there: the last
 * in one for each 512 frames.
 */
#define LOOK	"modified_memory*2 xencall_open xencall_alloc_buffer xencall2 xencall_free_buffer " \
		"xencall_close "

/* A record that is there already; its name is looked at, and not written. */
#define RENEWED	"xs_transaction_start xs_read xs_write*2 xs_transaction_end"

static void boot_as(enum dm_age age)
{
	guest_boot_as(&(struct guest){ .release = FAKEXEN_4_17, .age = age });
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
}

FIXTURE(cost) { };
FIXTURE_SETUP(cost) { }
FIXTURE_TEARDOWN(cost) { dm_end(&dm); }

/*
 * Two records, since video RAM gets its name before it is moved; and where the
 * BAR is, for the next boot.
 */
TEST_F(cost, first_place)
{
	guest_boot();
	count_from_here();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_COST(2, "map_io_range_to_ioreq_server "
		    "xs_transaction_start xs_write*3 xs_transaction_end xs_read xs_write "
		    LOOK "set_mem_type relocate_memory modified_memory pin_memory_cacheattr "
		    RENEWED);
}

TEST_F(cost, another_place)
{
	boot_as(DM_7_2);
	count_from_here();
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	EXPECT_COST(1, "unmap_io_range_from_ioreq_server map_io_range_to_ioreq_server "
		    LOOK "set_mem_type relocate_memory modified_memory "
		    "pin_memory_cacheattr*2 " RENEWED);
}

TEST_F(cost, back_again)
{
	boot_as(DM_7_2);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	count_from_here();
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_B, BAR_A));
	EXPECT_COST(0, "unmap_io_range_from_ioreq_server map_io_range_to_ioreq_server "
		    LOOK "set_mem_type relocate_memory modified_memory "
		    "pin_memory_cacheattr*2 " RENEWED);
}

/* Where its BAR was: Xen looks and marks, then populates, 2 MiB at a time. */
TEST_F(cost, second_boot)
{
	guest_boot_as(&(struct guest){
		.release = FAKEXEN_4_17, .remembered = "f1000000 400000",
	});
	count_from_here();
	EXPECT_EQ(0, dm_add_block(&dm, 0x400, 1024));
	EXPECT_COST(3, "populate_physmap*2 xs_transaction_start xs_write*3 xs_transaction_end map2");
}

FIXTURE(toggle) { };
FIXTURE_VARIANT(toggle) { enum dm_age age; unsigned long mallocs; };
FIXTURE_SETUP(toggle) { boot_as(variant->age); }
FIXTURE_TEARDOWN(toggle) { dm_end(&dm); }
FIXTURE_VARIANT_ADD(toggle, qemu_7_2) { DM_7_2, 0 };
FIXTURE_VARIANT_ADD(toggle, qemu_11) { DM_11_1, 1 };

/* QEMU 11 asks for the whole block to be moved home and back. */
TEST_F(toggle, off_and_on)
{
	count_from_here();
	dm_unmap_bar(&dm, VGA, BAR_A);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_A));
	EXPECT_COST(variant->mallocs,
		    "unmap_io_range_from_ioreq_server map_io_range_to_ioreq_server");
}

/* ... and here for two moves, where one will do. */
TEST_F(toggle, off_and_elsewhere)
{
	count_from_here();
	dm_unmap_bar(&dm, VGA, BAR_A);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	EXPECT_COST(1, "unmap_io_range_from_ioreq_server map_io_range_to_ioreq_server "
		    LOOK "set_mem_type relocate_memory modified_memory "
		    "pin_memory_cacheattr*2 " RENEWED);
}

TEST_F(cost, save)
{
	boot_as(DM_7_2);
	count_from_here();
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_COST(0, "modified_memory set_ioreq_server_state");
}

TEST_F(cost, restore)
{
	boot_as(DM_7_2);
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, BAR_A, BAR_B));
	guest_save();
	count_from_here();
	guest_restore(true, false);
	EXPECT_COST(9, "xs_close close close xc_interface_close xc_interface_open open "
		    "open create_ioreq_server set_ioreq_server_state xs_open "
		    "xs_directory xs_read*6 map2*2");
	count_from_here();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_B));
	guest_resume();
	EXPECT_COST(1, "map_io_range_to_ioreq_server pin_memory_cacheattr "
		    "set_ioreq_server_state");
}

static unsigned long calls_of(const char *name)
{
	unsigned long n = 0;

	for (unsigned long i = first_call; i < fakexen_calls(NULL); i++)
		n += !strcmp(short_name(fakexen_call_name(i)), name);
	return n;
}

/* 512 MiB: looks at 512 frames, tables of 512, steps that Xen can count. */
TEST_F(cost, large)
{
	guest_boot_as(&(struct guest){ .release = FAKEXEN_4_17, .nr = 131072, .home = 0x1000 });
	count_from_here();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	EXPECT_EQ(256, calls_of("xencall2"));
	EXPECT_EQ(256, calls_of("set_mem_type"));
	EXPECT_EQ(3, calls_of("relocate_memory"));
	EXPECT_EQ(2, mallocs());
	count_from_here();
	EXPECT_EQ(0, dm_move_bar(&dm, VGA, 0x80000, 0x200000));
	EXPECT_EQ(1, calls_of("xencall2"));
	EXPECT_EQ(3, calls_of("relocate_memory"));
}

/* A restricted device model asks by mapping, 1,024 frames at once. */
TEST_F(cost, restricted)
{
	const struct fakexen_fault restriction = {
		.name = "xendevicemodel_modified_memory", .nth = 1, .times = FAKEXEN_FOREVER,
		.error = EPERM,
	};

	guest_boot_as(&(struct guest){ .release = FAKEXEN_4_17, .nr = 131072, .home = 0x1000 });
	fakexen_fail(&restriction);
	count_from_here();
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, 0x80000));
	fakexen_fail(NULL);
	EXPECT_EQ(0, calls_of("xencall2"));
	EXPECT_EQ(128, calls_of("map2"));
}

/* Calls that are about no block: the call itself, and nothing else. */
TEST_F(cost, other_frames)
{
	unsigned long bits[4];
	xen_pfn_t ram[16];
	int err[16];
	void *map;

	boot_as(DM_7_2);
	for (int i = 0; i < 16; i++)
		ram[i] = i;
	dm_map_io(&dm, OTHER, 16);
	dm_unmap_io(&dm, OTHER, 16);
	count_from_here();
	dm_track(&dm, OTHER, 64, bits);
	dm_modified(&dm, 0, 1);
	map = xenforeignmemory_map2(dm.fmem, dm.domid, NULL, 1, 0, 16, ram, err);
	dm_map_io(&dm, OTHER, 16);
	dm_unmap_io(&dm, OTHER, 16);
	EXPECT_COST(0, "track_dirty_vram modified_memory map2 "
		    "map_io_range_to_ioreq_server unmap_io_range_from_ioreq_server");
	xenforeignmemory_unmap(dm.fmem, map, 16);
}

TEST_HARNESS_MAIN
