// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The preload's entry called from many threads at once, under ThreadSanitizer:
 * QEMU's main loop moves BARs while vcpu and I/O threads map, track and dirty.
 * A race is a failure, and so is a page that isn't where it should be in the
 * end.  Xen is the model, which serialises itself, as Xen does.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "ksft_harness.h"
#include "model/dm.h"
#include "model/fakexen/fakexen.h"
#include "records.h"

#define RAM	0x100
#define VRAM	64
#define BAR_A	0xf1000
#define BAR_B	0xe0000

static struct dm dm;
static bool over;	/* the mover is done; the others go on until then */

/* Records are written in this process; the publisher has its own tests. */
int publisher_open(uint32_t domid, const char *path, struct records **records)
{
	(void)path;
	return store_open(domid, records);
}

static bool go_on(void)
{
	return !__atomic_load_n(&over, __ATOMIC_RELAXED);
}

static void *move_bars(void *arg)
{
	uint64_t at = BAR_A;

	for (uint64_t i = ksft_iterations(2000); i--; at = BAR_A + BAR_B - at)
		EXPECT_EQ(0, dm_move_bar(&dm, &dm.block[0], at, BAR_A + BAR_B - at));
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	return arg;
}

/* As the mapcache: video RAM by its home, wherever it is. */
static void *map_home(void *arg)
{
	const xen_pfn_t gfn[4] = { RAM, RAM + 1, RAM + 2, RAM + VRAM - 1 };
	int err[4];

	while (go_on()) {
		void *map = xenforeignmemory_map2(dm.fmem, 1, NULL, PROT_READ, 0, 4, gfn, err);

		EXPECT_NOT_NULL(map);
		for (int i = 0; map && i < 4; i++)
			EXPECT_EQ(0, err[i]);
		if (map)
			xenforeignmemory_unmap(dm.fmem, map, 4);
	}
	return arg;
}

static void *track(void *arg)
{
	unsigned long bits[VRAM / 64];

	while (go_on()) {
		EXPECT_EQ(0, xendevicemodel_track_dirty_vram(dm.dmod, 1, BAR_A, VRAM, bits));
		EXPECT_EQ(0, xendevicemodel_modified_memory(dm.dmod, 1, RAM + 3, 1));
		EXPECT_EQ(0, xendevicemodel_pin_memory_cacheattr(dm.dmod, 1, BAR_A,
								 BAR_A + VRAM - 1, 6));
	}
	return arg;
}

static void *other_devices(void *arg)
{
	while (go_on()) {
		const uint64_t at = UINT64_C(0xfd000) << 12;

		xendevicemodel_map_io_range_to_ioreq_server(dm.dmod, 1, dm.id, 1, at, at + 4095);
		xendevicemodel_unmap_io_range_from_ioreq_server(dm.dmod, 1, dm.id, 1, at,
								at + 4095);
		/* another domain's: passed on, and refused */
		EXPECT_EQ(-1, xendevicemodel_modified_memory(dm.dmod, 7, 1, 1));
	}
	return arg;
}

TEST_TIMEOUT(many_threads, 120)
{
	void *(*const work[])(void *) = { move_bars, map_home, map_home, track, other_devices };
	const int nr = sizeof(work) / sizeof(*work);
	pthread_t thread[nr];
	char word[8] = "";

	setenv("XENPHYSMAP_LOG", "warn", 1);
	fakexen_reset(&(struct fakexen_config){ .domid = 1 });
	fakexen_store_write("/local/domain/0/device-model/1", "");
	ASSERT_EQ(0, fakexen_populate(0, RAM));
	dm_start(&dm, 1, DM_7_2, false, false);
	ASSERT_EQ(0, dm_add_block(&dm, RAM, VRAM));
	ASSERT_EQ(0, dm_map_bar(&dm, &dm.block[0], BAR_A));
	strcpy(dm.block[0].map, "pixels");
	for (int i = 0; i < nr; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, work[i], NULL));
	for (int i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
	EXPECT_TRUE(fakexen_guest_read(BAR_A, 0, word, sizeof(word)));
	EXPECT_STREQ("pixels", word);
	EXPECT_EQ(0, fakexen_lost());
	EXPECT_LT(1000, fakexen_calls(NULL));
	dm_end(&dm);
}

TEST_HARNESS_MAIN
