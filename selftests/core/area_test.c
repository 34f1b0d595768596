// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is a mapping described where there is exactly one, and known again?  Who is
 * told wrongly that one is unchanged leaves out a map that is needed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "area.h"
#include "ksft_harness.h"

#define PAGE	4096
#define SIZE	(8 * PAGE)

FIXTURE(area) {
	char *map;
	struct area area;
};
FIXTURE_SETUP(area)
{
	/* with nothing beside it that it could be merged with */
	self->map = mmap(NULL, SIZE + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->map);
	self->map += PAGE;
	ASSERT_EQ(self->map, mmap(self->map, SIZE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}
FIXTURE_TEARDOWN(area)
{
	munmap(self->map - PAGE, SIZE + 2 * PAGE);
}

TEST_F(area, is_described)
{
	ASSERT_TRUE(area_describe(self->map, SIZE, &self->area));
	EXPECT_EQ((uintptr_t)self->map, self->area.start);
	EXPECT_EQ((uintptr_t)self->map + SIZE, self->area.end);
	EXPECT_EQ(self->area.rest, strstr(self->area.rest, "rw-s "));
	EXPECT_TRUE(area_unchanged(&self->area));
}

TEST_F(area, neither_a_part_nor_more)
{
	EXPECT_FALSE(area_describe(self->map, SIZE - PAGE, &self->area));
	EXPECT_FALSE(area_describe(self->map + PAGE, SIZE - PAGE, &self->area));
	EXPECT_FALSE(area_describe(self->map, SIZE + PAGE, &self->area));
	ASSERT_EQ(0, mprotect(self->map + PAGE, PAGE, PROT_READ));
	EXPECT_FALSE(area_describe(self->map, SIZE, &self->area));
}

TEST_F(area, changed)
{
	ASSERT_TRUE(area_describe(self->map, SIZE, &self->area));
	ASSERT_EQ(0, mprotect(self->map, SIZE, PROT_READ));
	EXPECT_FALSE(area_unchanged(&self->area));
	ASSERT_EQ(0, mprotect(self->map, SIZE, PROT_READ | PROT_WRITE));
	EXPECT_TRUE(area_unchanged(&self->area));
	ASSERT_EQ(0, munmap(self->map + SIZE - PAGE, PAGE));
	EXPECT_FALSE(area_unchanged(&self->area));
}

/* What can't be compared as a whole isn't described at all. */
TEST_F(area, of_a_long_name)
{
	char name[AREA_REST_MAX + 32] = "/tmp/xenphysmap-area-";
	int fd;

	memset(name + strlen(name), 'x', sizeof(name) - strlen(name) - 1);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	ASSERT_LE(0, fd);
	unlink(name);
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	ASSERT_EQ(self->map, mmap(self->map, SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0));
	EXPECT_FALSE(area_describe(self->map, SIZE, &self->area));
	close(fd);
}

/* As in a chroot. */
TEST_F(area, kernel_cannot_be_asked)
{
	struct rlimit limit, none;

	ASSERT_TRUE(area_describe(self->map, SIZE, &self->area));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_FALSE(area_unchanged(&self->area));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_TRUE(area_unchanged(&self->area));
}

TEST_HARNESS_MAIN
