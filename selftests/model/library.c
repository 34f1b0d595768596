// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The shim by its own names, as a device model that is linked with it calls it:
 * what it refuses, what it tells, and that it does what the preload does.  And
 * the command, which shows what is in xenstore and changes nothing there.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fakexen/fakexen.h"
#include "ksft_harness.h"
#include "xenphysmap.h"

#define RAM	0x100
#define HOME	0x100
#define NR	64
#define BAR	0xf1000
#define PHYSMAP	"/local/domain/0/device-model/1/physmap"

FIXTURE(library) {
	struct xenphysmap_handles handles;
	struct xenphysmap *pm;
};
FIXTURE_SETUP(library)
{
	fakexen_reset(&(struct fakexen_config){ .domid = 1 });
	fakexen_store_write("/local/domain/0/device-model/1", "");
	ASSERT_EQ(0, fakexen_populate(0, RAM + NR));
	self->handles = (struct xenphysmap_handles){
		.size = sizeof(self->handles),
		.dmod = xendevicemodel_open(NULL, 0),
		.fmem = xenforeignmemory_open(NULL, 0),
	};
	self->pm = xenphysmap_open(1, &self->handles, 0);
	ASSERT_NOT_NULL(self->pm);
}
FIXTURE_TEARDOWN(library)
{
	xenphysmap_close(self->pm);
	xendevicemodel_close(self->handles.dmod);
	xenforeignmemory_close(self->handles.fmem);
}

TEST_F(library, opens_only_what_is_whole)
{
	struct xenphysmap_handles wrong = self->handles;

	xenphysmap_close(NULL);
	EXPECT_NULL(xenphysmap_open(1, NULL, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NULL(xenphysmap_open(1, &wrong, 1U << 31));
	EXPECT_EQ(EINVAL, errno);
	wrong.size--;
	EXPECT_NULL(xenphysmap_open(1, &wrong, 0));
	EXPECT_EQ(EINVAL, errno);
	wrong = self->handles;
	wrong.dmod = NULL;
	EXPECT_NULL(xenphysmap_open(1, &wrong, 0));
	EXPECT_EQ(EINVAL, errno);
	wrong = self->handles;
	wrong.publisher = "/nonexistent";
	EXPECT_NULL(xenphysmap_open(1, &wrong, 0));
	EXPECT_EQ(ENOENT, errno);
}

static int first(const struct xenphysmap_block *block, void *arg)
{
	*(struct xenphysmap_block *)arg = *block;
	return 7;
}

static int first_record(const struct xenphysmap_record *record, void *arg)
{
	*(struct xenphysmap_record *)arg = *record;
	return 8;
}

TEST_F(library, moves_a_block)
{
	struct xenphysmap_record record;
	struct xenphysmap_block block;
	const xen_pfn_t gfn = HOME + 3;
	unsigned long bits[1];
	char *page;
	int err;

	EXPECT_EQ(0, xenphysmap_for_each(self->pm, first, &block));
	EXPECT_EQ(-1, xenphysmap_add(self->pm, HOME, NR, "odd\nname"));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, xenphysmap_add(self->pm, HOME, NR, "vga.vram"));
	xenphysmap_region_add(self->pm, BAR, BAR + NR - 1);
	EXPECT_EQ(0, xenphysmap_relocate(self->pm, HOME, BAR, NR));
	EXPECT_EQ(0, xenphysmap_pin(self->pm, BAR, BAR + NR - 1, 6));
	xenphysmap_running(self->pm);
	EXPECT_EQ(7, xenphysmap_for_each(self->pm, first, &block));
	EXPECT_EQ(sizeof(block), block.size);
	EXPECT_EQ(HOME, block.home);
	EXPECT_EQ(BAR, block.place);
	EXPECT_EQ(BAR, block.bar);
	EXPECT_EQ(NR, block.nr);
	EXPECT_STREQ("vga.vram", block.name);
	page = xenphysmap_map(self->pm, NULL, PROT_READ | PROT_WRITE, 0, 1, &gfn, &err);
	ASSERT_NOT_NULL(page);
	EXPECT_EQ(0, err);
	*page = 'x';
	EXPECT_TRUE(fakexen_guest_read(BAR + 3, 0, &err, 1));
	EXPECT_EQ('x', *(char *)&err);
	munmap(page, 4096);
	EXPECT_EQ(0, xenphysmap_track(self->pm, BAR, NR, bits));
	EXPECT_EQ(0, xenphysmap_modified(self->pm, HOME, 1));
	/* guest RAM is no block */
	EXPECT_EQ(0, xenphysmap_modified(self->pm, HOME - 1, 1));
	EXPECT_EQ(0, xenphysmap_barrier(self->pm));
	EXPECT_EQ(8, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ((uint64_t)BAR << 12, record.start_addr);
	EXPECT_EQ((uint64_t)HOME << 12, record.phys_offset);
	EXPECT_EQ((uint64_t)NR << 12, record.length);
	/* decode off, by a call alone */
	EXPECT_EQ(0, xenphysmap_relocate(self->pm, BAR, HOME, NR));
	xenphysmap_region_del(self->pm, BAR, BAR + NR - 1);
	EXPECT_EQ(0, xenphysmap_barrier(self->pm));
	EXPECT_EQ(7, xenphysmap_for_each(self->pm, first, &block));
	EXPECT_EQ(HOME, block.place);
}

TEST_F(library, refuses)
{
	EXPECT_EQ(0, xenphysmap_add(self->pm, HOME, NR, "vga.vram"));
	EXPECT_EQ(-1, xenphysmap_relocate(self->pm, HOME, BAR, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, xenphysmap_relocate(self->pm, HOME, BAR, NR / 2));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, xenphysmap_relocate(self->pm, HOME, UINT64_C(1) << 36, NR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, xenphysmap_relocate(self->pm, HOME, 0, NR));
	EXPECT_EQ(EBUSY, errno);
	/* a region that isn't one is logged and forgotten */
	xenphysmap_region_add(self->pm, BAR, BAR - 1);
	xenphysmap_region_del(self->pm, BAR, BAR - 1);
	EXPECT_EQ(0, fakexen_lost());
}

/* What a record says, and no map has confirmed, doesn't stand against a call. */
TEST_F(library, believes_its_device_model)
{
	struct xenphysmap_record record;
	const xen_pfn_t gfn = 1;
	int err;

	fakexen_store_write(PHYSMAP "/100000/start_addr", "100000");
	fakexen_store_write(PHYSMAP "/100000/size", "20000");
	fakexen_store_write(PHYSMAP "/100000/name", "half");
	munmap(xenphysmap_map(self->pm, NULL, PROT_READ, 0, 1, &gfn, &err), 4096);
	EXPECT_EQ(0, xenphysmap_relocate(self->pm, HOME, BAR, NR));
	EXPECT_EQ(8, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ((uint64_t)BAR << 12, record.start_addr);
	EXPECT_EQ((uint64_t)NR << 12, record.length);
}

TEST_F(library, keeps_what_it_only_looks_at)
{
	struct xenphysmap_record record;
	char value[16];

	fakexen_store_write(PHYSMAP "/100000/start_addr", "nonsense");
	EXPECT_EQ(0, xenphysmap_records(1, first_record, &record));
	EXPECT_TRUE(fakexen_store_read(PHYSMAP "/100000/start_addr", value, sizeof(value)));
	fakexen_store_dead(true);
	EXPECT_EQ(-1, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ(ECONNREFUSED, errno);
	fakexen_store_dead(false);
}

/* Its domain is libxl's to say; what libxl says and can't be is as good as nothing. */
TEST_F(library, looks_where_the_device_model_runs)
{
	static const char image[] = "/local/domain/1/image/device-model-domid";
	struct xenphysmap_record record;

	EXPECT_EQ(0, xenphysmap_add(self->pm, HOME, NR, "vga.vram"));
	EXPECT_EQ(0, xenphysmap_barrier(self->pm));
	fakexen_store_write("/local/domain/5/device-model/1/physmap/100000/start_addr", "100000");
	fakexen_store_write("/local/domain/5/device-model/1/physmap/100000/size", "20000");
	fakexen_store_write("/local/domain/5/device-model/1/physmap/100000/name", "other");
	EXPECT_EQ(8, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ((uint64_t)NR << 12, record.length);
	fakexen_store_write(image, "5");
	EXPECT_EQ(8, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ(0x20000, record.length);
	fakexen_store_write(image, "99999");
	EXPECT_EQ(8, xenphysmap_records(1, first_record, &record));
	EXPECT_EQ((uint64_t)NR << 12, record.length);
}

/* ---- the command ---- */

static int command(const char *arguments, char *said, size_t size)
{
	const char *top = getenv("objtree");
	char line[1024];
	FILE *pipe;
	size_t len;

	if (!top)
		SKIP("objtree= is set by the runner");
	/* no sanitizer in there, and no complaints about ours */
	snprintf(line, sizeof(line), "LD_PRELOAD=%s/selftests/model/fakexen.so "
		 "exec %s/xenphysmap %s 2>&1", top, top, arguments);
	pipe = popen(line, "r");
	ASSERT_NOT_NULL(pipe);
	len = fread(said, 1, size - 1, pipe);
	said[len] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

TEST(command_shows_records)
{
	char said[2048], file[] = "/tmp/xenstore.XXXXXX";
	int fd = mkstemp(file);

	ASSERT_LE(0, fd);
	close(fd);
	setenv("FAKEXEN_STORE", file, 1);
	fakexen_reset(&(struct fakexen_config){ .domid = 1 });
	fakexen_store_write(PHYSMAP "/100000/start_addr", "f1000000");
	fakexen_store_write(PHYSMAP "/100000/size", "40000");
	fakexen_store_write(PHYSMAP "/100000/name", "vga.vram");
	fakexen_store_write(PHYSMAP "/140000/name", "half");
	fakexen_store_write("/local/domain/1/name", "guest");
	EXPECT_EQ(0, command("list guest", said, sizeof(said)));
	EXPECT_NOT_NULL(strstr(said, "vga.vram          256     100000   f1000000  placed"))
		TH_LOG("%s", said);
	EXPECT_NOT_NULL(strstr(said, "record 140000 is malformed"));
	EXPECT_TRUE(fakexen_store_read(PHYSMAP "/140000/name", said, sizeof(said)));
	/* of a stubdomain, which may not look there */
	setenv("FAKEXEN_OWN_DOMID", "9", 1);
	EXPECT_EQ(1, command("list 1", said, sizeof(said)));
	EXPECT_NOT_NULL(strstr(said, "1: Permission denied")) TH_LOG("%s", said);
	unlink(file);
}

TEST(command_knows_its_limits)
{
	static const struct {
		int status;
		const char *arguments, *words;
	} row[] = {
		{ 0, "--help", "usage:" }, { 0, "--version", "xenphysmap " },
		{ 2, "", "usage:" }, { 2, "frobnicate", "usage:" },
		{ 2, "list --frobnicate", "usage:" }, { 2, "--frobnicate", "--frobnicate" },
		{ 1, "list 1x", "1x: no such domain" }, { 1, "list ''", ": no such domain" },
		{ 1, "list 65536", "65536: no such domain" }, { 0, "list", "" },
	};
	char said[1024];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		EXPECT_EQ(row[i].status, command(row[i].arguments, said, sizeof(said)))
			TH_LOG("xenphysmap %s", row[i].arguments);
		EXPECT_NOT_NULL(strstr(said, row[i].words))
			TH_LOG("xenphysmap %s: %s", row[i].arguments, said);
	}
}

TEST_HARNESS_MAIN
