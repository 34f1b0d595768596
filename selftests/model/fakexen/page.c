// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pages of the machine.  A page is a number that is never given out twice, and
 * an offset in a memory file: whoever maps it keeps seeing that page, wherever
 * its frame goes, and even after Xen has freed it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

static int fd = -1;
static uint64_t *frame;		/* of each page: the M2P */
static uint64_t nr, room;

/* Sparse: only what somebody writes takes memory. */
#define FILE_SIZE	(INT64_C(1) << 40)

void page_reset(void)
{
	if (fd >= 0)
		close(fd);
	fd = memfd_create("guest", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, FILE_SIZE))
		abort();
	nr = 0;
}

uint64_t page_new(void)
{
	if (nr == room) {
		room = room ? 2 * room : 65536;
		frame = realloc(frame, room * sizeof(*frame));
		if (!frame)
			abort();
	}
	frame[nr] = FAKEXEN_NOWHERE;
	return ++nr;
}

uint64_t page_count(void)
{
	return nr;
}

int page_fd(void)
{
	return fd;
}

int64_t page_offset(uint64_t page)
{
	return page * FRAME_SIZE;
}

void page_set_frame(uint64_t page, uint64_t gfn)
{
	frame[page - 1] = gfn;
}

uint64_t fakexen_frame_of(uint64_t page)
{
	return frame[page - 1];
}

void fakexen_page_read(uint64_t page, unsigned int off, void *buf, size_t n)
{
	if (pread(fd, buf, n, page_offset(page) + off) != (ssize_t)n)
		abort();
}

void fakexen_page_write(uint64_t page, unsigned int off, const void *buf, size_t n)
{
	if (pwrite(fd, buf, n, page_offset(page) + off) != (ssize_t)n)
		abort();
}
