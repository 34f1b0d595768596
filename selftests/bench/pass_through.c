// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a call costs that is about no block, for having gone through the shim:
 * each is made by its name, and made again of the library below, in turns.  To
 * be run as "bench" does it, with a libxen below that does nothing, so
 * that it is the shim that is measured; must not need a Xen.
 *
 * Prints "sample pass_through_NAME_BLOCKS ns limit|shim VALUE", medians, as many
 * times as there are pairs, and what the shim allocated.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "next.h"

#define DOMID		1
#define PAIRS		7
#define ROUNDS		15
#define CALLS		1000
#define BUCKET		256		/* frames; QEMU maps these */
#define RAM		0x1000		/* of the guest */
#define DEVICE		0xf4000		/* some other device's BAR */
#define HOMES		0x100000	/* blocks begin here, one in each 256 KiB */

/* ---- allocations by whomever, while one counts ---- */

static bool counting;
static unsigned long allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t nr, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	allocations += counting;
	return __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	allocations += counting;
	return __libc_calloc(nr, size);
}

void *realloc(void *p, size_t size)
{
	allocations += counting;
	return __libc_realloc(p, size);
}

/* ---- the calls ---- */

#define MEMBER(type, failure, name, node, params, args)	type (*name) params;
struct calls {
	SYMBOLS_INTERPOSED(MEMBER)
};

static struct calls shim, direct;
static xendevicemodel_handle *dmod = (void *)&shim;
static xenforeignmemory_handle *fmem = (void *)&direct;
static xc_interface *xch = (void *)&counting;
static xen_pfn_t frames[BUCKET];
static int errors[BUCKET];
static unsigned long bitmap[64];

static void track(const struct calls *c)
{
	c->xendevicemodel_track_dirty_vram(dmod, DOMID, DEVICE, 4096, bitmap);
}

static void modified(const struct calls *c)
{
	c->xendevicemodel_modified_memory(dmod, DOMID, RAM, 16);
}

static void pin(const struct calls *c)
{
	c->xendevicemodel_pin_memory_cacheattr(dmod, DOMID, DEVICE, DEVICE + 15, 6);
}

static void map_one(const struct calls *c)
{
	c->xenforeignmemory_map(fmem, DOMID, 3, 1, frames, errors);
}

static void map_bucket(const struct calls *c)
{
	c->xenforeignmemory_map2(fmem, DOMID, NULL, 3, 0, BUCKET, frames, errors);
}

static void add_page(const struct calls *c)
{
	c->xc_domain_add_to_physmap(xch, DOMID, XENMAPSPACE_gmfn, RAM, DEVICE);
}

static void region_comes_and_goes(const struct calls *c)
{
	c->xendevicemodel_map_io_range_to_ioreq_server(dmod, DOMID, 1, 1, UINT64_C(0xf4000000),
						       UINT64_C(0xf4000fff));
	c->xendevicemodel_unmap_io_range_from_ioreq_server(dmod, DOMID, 1, 1,
							   UINT64_C(0xf4000000),
							   UINT64_C(0xf4000fff));
}

static void other_domain(const struct calls *c)
{
	c->xenforeignmemory_map2(fmem, DOMID + 1, NULL, 3, 0, BUCKET, frames, errors);
}

static const struct {
	const char *name;
	void (*call)(const struct calls *c);
	unsigned int calls;
} kinds[] = {
	{ "track", track, 1 },
	{ "modified", modified, 1 },
	{ "pin", pin, 1 },
	{ "map", map_one, 1 },
	{ "map2", map_bucket, 1 },
	{ "foreign", other_domain, 1 },
	{ "add", add_page, 1 },
	{ "region", region_comes_and_goes, 2 },
};

/* ---- the measurement ---- */

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Picoseconds for one. */
static int64_t cost(void (*call)(const struct calls *), const struct calls *c)
{
	int64_t start = now();

	for (int i = 0; i < CALLS; i++)
		call(c);
	return (now() - start) * 1000 / CALLS;
}

static int ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(unsigned int kind, unsigned long blocks)
{
	int64_t d[ROUNDS], s[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		d[i] = cost(kinds[kind].call, &direct) / kinds[kind].calls;
		counting = true;
		s[i] = cost(kinds[kind].call, &shim) / kinds[kind].calls;
		counting = false;
	}
	qsort(d, ROUNDS, sizeof(*d), ascending);
	qsort(s, ROUNDS, sizeof(*s), ascending);
	printf("sample pass_through_%s_%lu ns limit %.2f\n", kinds[kind].name, blocks,
	       d[ROUNDS / 2] / 1000.0);
	printf("sample pass_through_%s_%lu ns shim %.2f\n", kinds[kind].name, blocks,
	       s[ROUNDS / 2] / 1000.0);
}

static void measure_all(unsigned long blocks)
{
	for (int pair = 0; pair < PAIRS; pair++)
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			measure(i, blocks);
}

/* ---- a device model with so many blocks ---- */

static void populate(unsigned long from, unsigned long to)
{
	for (unsigned long i = from; i < to; i++) {
		xen_pfn_t home = HOMES + i * 64;

		if (shim.xc_domain_populate_physmap_exact(xch, DOMID, 1, 0, 0, &home))
			err(1, "block %lu", i);
	}
}

#define FIND_SHIM(type, failure, name, node, params, args)		\
	shim.name = dlsym(RTLD_DEFAULT, #name);
#define FIND_DIRECT(type, failure, name, node, params, args)		\
	direct.name = dlsym(lib, #name);

int main(int argc, char *argv[])
{
	void *lib = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) : NULL;
	ioservid_t id;

	if (!lib)
		errx(1, "nothing is preloaded: run bench");
	SYMBOLS_INTERPOSED(FIND_SHIM)
	SYMBOLS_INTERPOSED(FIND_DIRECT)
	if (shim.xenforeignmemory_map2 == direct.xenforeignmemory_map2)
		errx(1, "the shim isn't there");
	for (int i = 0; i < BUCKET; i++)
		frames[i] = RAM + i;

	shim.xendevicemodel_create_ioreq_server(dmod, DOMID, 2, &id);
	populate(0, 1);
	shim.xendevicemodel_set_ioreq_server_state(dmod, DOMID, id, 1);
	/* the shim looks at the p2m through the first handle that it sees */
	map_one(&shim);
	/* its table of regions gets the size that it will need */
	region_comes_and_goes(&shim);
	measure_all(1);
	populate(1, 10000);
	measure_all(10000);
	printf("sample pass_through_allocations calls shim %lu\n", allocations);
	return 0;
}
