// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest for the tests, and what a toolstack does to it.
 */
#include <stdio.h>
#include <string.h>

#include "guest.h"
#include "ksft_harness.h"
#include "records_of.h"
#include "seam.h"

struct dm dm;

const struct fakexen_fault *guest_fault;

static struct guest guest;
static uint32_t domid;

/* So that a record of this domain may be written, as libxl sees to. */
static void make_directory(void)
{
	char path[64], value[16];

	snprintf(path, sizeof(path), "/local/domain/%u/device-model/%u", records_home, domid);
	fakexen_store_write(path, "");
	fakexen_store_own(path, records_home);
	if (records_home) {
		snprintf(path, sizeof(path), "/local/domain/%u/domid", records_home);
		snprintf(value, sizeof(value), "%u", records_home);
		fakexen_store_write(path, value);
		fakexen_store_own(path, records_home);
	}
	snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
	fakexen_store_write(path, "the guest");
}

void guest_boot_as(const struct guest *wanted)
{
	guest = *wanted;
	guest.home = wanted->home ? wanted->home : HOME;
	guest.nr = wanted->nr ? wanted->nr : VRAM;
	domid = 1;
	records_home = guest.stubdom;
	fakexen_reset(&(struct fakexen_config){
		.domid = domid,
		.own_domid = guest.stubdom,
		.release = guest.release,
		.pool = guest.pool,
		.memory = guest.memory,
	});
	seam_forget_log();
	make_directory();
	if (guest.remembered)
		fakexen_store_write("/local/domain/0/xenphysmap/the_guest", guest.remembered);
	ASSERT_EQ(0, fakexen_populate(0, RAM));
	ASSERT_EQ(0, fakexen_populate(0xfeff8, 8));
	walk_start();
	dm_start(&dm, domid, guest.age, guest.stock, false);
	if (guest_fault)
		fakexen_fail(guest_fault);
	ASSERT_EQ(0, dm_add_block(&dm, guest.home, guest.nr));
	walk_add_at(guest.home, seam_place(guest.home), guest.nr);
	if (guest.no_rom)
		return;
	ASSERT_EQ(0, dm_add_block(&dm, guest.home + guest.nr, ROM_NR));
	walk_add(guest.home + guest.nr, ROM_NR);
}

void guest_boot(void)
{
	guest_boot_as(&(struct guest){ .release = FAKEXEN_4_17 });
}

void guest_save(void)
{
	EXPECT_EQ(0, dm_stop(&dm));
}

void guest_rebuild(bool with_records, bool stock)
{
	uint32_t next = domid + 1;

	dm_end(&dm);
	fakexen_rebuild(next);
	records_carry(domid, with_records ? next : UINT16_MAX);
	domid = next;
	make_directory();
	dm_start(&dm, domid, guest.age, stock, true);
}

static void add_blocks(void)
{
	dm_add_block(&dm, guest.home, guest.nr);
	if (!guest.no_rom)
		dm_add_block(&dm, guest.home + guest.nr, ROM_NR);
}

void guest_restore(bool with_records, bool stock)
{
	guest_rebuild(with_records, stock);
	add_blocks();
}

void guest_replace(void)
{
	seam_forget_engine();
	seam_forget_log();
	dm_start(&dm, domid, guest.age, guest.stock, true);
	add_blocks();
}

void guest_migrate(bool with_records)
{
	guest_save();
	guest_restore(with_records, guest.stock);
}

void guest_resume(void)
{
	EXPECT_EQ(0, dm_continue(&dm));
}

/* What the device model writes, the guest reads. */
static bool same_page(const struct dm_block *b, uint64_t bar, uint64_t i)
{
	const char words[] = "seen by both";
	char seen[sizeof(words)] = "";

	memcpy(b->map + 4096 * i + 256, words, sizeof(words));
	if (!fakexen_guest_read(bar + i, 256, seen, sizeof(seen)) || strcmp(seen, words))
		return false;
	memset(b->map + 4096 * i + 256, 0, sizeof(words));
	return true;
}

bool guest_sees(const struct dm_block *b, uint64_t bar)
{
	return same_page(b, bar, 0) && same_page(b, bar, b->nr - 1);
}
