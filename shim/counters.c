// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The page of numbers, and how others come to see it.  In a file in memory, whose
 * name is seen in /proc, and which has no other; its descriptor is closed as soon
 * as it is mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "counters.h"
#include "log.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U	/* Linux 6.3; the C library may be older */
#endif

_Static_assert(sizeof(struct counters) == COUNTERS_SIZE, "one page, whatever the compiler");

static struct counters unseen = {
	.magic = COUNTERS_MAGIC,
	.version = COUNTERS_VERSION,
	.nr = COUNTERS_NR,
};
static struct counters *counters = &unseen;

void counters_add(enum counter which, uint64_t n)
{
	struct counters *page = __atomic_load_n(&counters, __ATOMIC_ACQUIRE);

	__atomic_fetch_add(&page->value[which], n, __ATOMIC_RELAXED);
}

static int make_file(void)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(COUNTERS_NAME, flags | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(COUNTERS_NAME, flags) : fd;
}

/* Who makes a file longer than it may be is killed. */
static bool may_be_a_page_long(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur >= COUNTERS_SIZE;
}

/* Sealed: neither this process nor one that reads it can be made to fault on it. */
static int make_page(struct counters **page)
{
	void *map = MAP_FAILED;
	int fd, rc;

	if (prctl(PR_GET_SECCOMP) || !may_be_a_page_long())
		return -EPERM;
	fd = make_file();
	if (fd < 0)
		return -errno;
	if (!ftruncate(fd, COUNTERS_SIZE) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		map = mmap(NULL, COUNTERS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	rc = map == MAP_FAILED ? -errno : 0;
	close(fd);
	*page = map;
	return rc;
}

void counters_show(uint32_t domid)
{
	struct counters *page = __atomic_load_n(&counters, __ATOMIC_ACQUIRE);
	int saved = errno, rc;

	__atomic_store_n(&page->domid, domid, __ATOMIC_RELAXED);
	if (page != &unseen)
		return;
	rc = make_page(&page);
	if (rc) {
		log_debug("counters can't be seen from outside: %s", strerror(-rc));
	} else {
		memcpy(page, &unseen, sizeof(*page));
		__atomic_store_n(&counters, page, __ATOMIC_RELEASE);
	}
	errno = saved;
}
