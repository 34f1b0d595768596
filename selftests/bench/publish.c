// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a publication costs the device model's thread, and how soon others see
 * it, beside what QEMU once did, three writes one after the other, and beside
 * one transaction.  The publisher is the one that ships; the program needs a
 * real xenstored, and leaves nothing behind in it.
 *
 * Prints "sample" lines for report.awk, one pair a round.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xenstore.h>

#include "records.h"

#define DOMID		32000	/* no such domain */
#define PUBLISHER	"/usr/lib/xenphysmap/xenphysmap-publisher"
#define DIRECTORY	"device-model/32000"
#define ROUNDS		15

static const char dir[] = DIRECTORY "/physmap/3000000";

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static void sample(const char *name, const char *who, uint64_t ns)
{
	printf("sample %s us %s %.1f\n", name, who, ns / 1000.0);
}

/* Another value each time, so that what is read is this round's. */
static uint64_t place(int round)
{
	return UINT64_C(0xe0000000) + (uint64_t)round * 0x1000000;
}

/* As QEMU 1.1 to 2.9. */
static uint64_t three_writes(struct xs_handle *xs, int round)
{
	char path[64], value[20];
	uint64_t start = now();

	snprintf(value, sizeof(value), "%" PRIx64, place(round));
	snprintf(path, sizeof(path), "%s/start_addr", dir);
	xs_write(xs, XBT_NULL, path, value, strlen(value));
	snprintf(path, sizeof(path), "%s/size", dir);
	xs_write(xs, XBT_NULL, path, "1000000", 7);
	snprintf(path, sizeof(path), "%s/name", dir);
	if (!xs_write(xs, XBT_NULL, path, "vga.vram", 8))
		err(1, "%s", path);
	return now() - start;
}

static bool is_there(struct xs_handle *xs, int round)
{
	char path[64], want[20], *value;
	bool same;

	snprintf(want, sizeof(want), "%" PRIx64, place(round));
	snprintf(path, sizeof(path), "%s/start_addr", dir);
	value = xs_read(xs, XBT_NULL, path, NULL);
	same = value && !strcmp(value, want);
	free(value);
	return same;
}

/* What is known already would only have xenstored asked in vain, by us. */
static void forget_events(struct xs_handle *xs, int round)
{
	char **event;

	/* all of them are here before an answer to this is */
	is_there(xs, round);
	while ((event = xs_check_watch(xs)))
		free(event);
}

/* From the call until another client of xenstored reads it; *own: the call. */
static uint64_t until_seen(struct xs_handle *xs, struct records *records, int round,
			   uint64_t *own)
{
	const struct record rec = {
		.phys_offset = 0x3000000, .start_addr = place(round), .size = 0x1000000,
		.name = "vga.vram",
	};
	unsigned int nr;
	uint64_t start;

	forget_events(xs, round);
	start = now();
	if (records->publish(records, &rec))
		errx(1, "can't publish");
	*own = now() - start;
	do {
		free(xs_read_watch(xs, &nr));
	} while (!is_there(xs, round));
	return now() - start;
}

int main(void)
{
	struct records *through, *direct;
	struct xs_handle *xs = xs_open(0);
	uint64_t own, seen;

	if (!xs || !xs_mkdir(xs, XBT_NULL, DIRECTORY) ||
	    publisher_open(DOMID, PUBLISHER, &through) || store_open(DOMID, &direct) ||
	    !xs_watch(xs, dir, "bench") || through->barrier(through))
		err(1, "no xenstored, or no " PUBLISHER);
	for (int i = 0; i < ROUNDS; i++) {
		sample("publish_in_thread", "stock", three_writes(xs, 3 * i));
		seen = until_seen(xs, direct, 3 * i + 1, &own);
		sample("publish_visible", "limit", seen);
		seen = until_seen(xs, through, 3 * i + 2, &own);
		sample("publish_in_thread", "shim", own);
		sample("publish_visible", "shim", seen);
	}
	through->barrier(through);
	through->close(through);
	direct->close(direct);
	xs_rm(xs, XBT_NULL, DIRECTORY);
	xs_close(xs);
	return 0;
}
