// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * look [-t] CHANGES PHYSMAP LOG: reads all records below PHYSMAP, the directory
 * and every node, over and over, as libxl does at a save; with -t, each time in
 * a transaction.  The device model's LOG names every place that the video RAM
 * has been at, so that each record can be judged: it has to be whole, and must
 * not name a place that was left before the one in the record before it.
 *
 * Says "enough" when the record has changed so many times.  Ends with the first
 * record that is wrong (1), or at SIGTERM with one more look, which has to see
 * the last place (0).  Must not trust what it reads.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xenstore.h>

#define VIDEO_RAM	"vga.vram"

/* One record, as text: a node that isn't there is NULL. */
struct texts {
	char *start_addr;
	char *size;
	char *name;
};

/* The places of the video RAM, and when it was seen to have come there (ms). */
static struct {
	uint64_t *gfn;
	int64_t *since;
	size_t nr;
} history;

static struct {
	unsigned int looks, records, changes, conflicts;
	size_t last;		/* of history: what was seen last */
	size_t lag;		/* moves that a record was behind, at most */
	int64_t age;		/* ms for which one wasn't true any more */
} seen;

static struct xs_handle *xs;
static const char *physmap;
static bool by_transaction;
static volatile sig_atomic_t over;

static void __attribute__((noreturn, format(printf, 1, 2))) wrong(const char *how, ...)
{
	va_list args;

	va_start(args, how);
	printf("look %u: ", seen.looks);
	vprintf(how, args);
	putchar('\n');
	va_end(args);
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void remember(uint64_t gfn)
{
	history.gfn = reallocarray(history.gfn, history.nr + 1, sizeof(*history.gfn));
	history.since = reallocarray(history.since, history.nr + 1, sizeof(*history.since));
	if (!history.gfn || !history.since)
		err(2, "history");
	history.gfn[history.nr] = gfn;
	history.since[history.nr++] = now_ms();
}

/* What the log has become longer by.  Its lines are written whole. */
static void read_log(FILE *log)
{
	static const char what[] = VIDEO_RAM ": ";
	unsigned long long from, to;
	char line[1024], *text;

	while (fgets(line, sizeof(line), log)) {
		text = strstr(line, what);
		if (!text || sscanf(text + strlen(what), "%*u frames moved from 0x%llx to 0x%llx",
				    &from, &to) != 2)
			continue;
		if (!history.nr)
			remember(from);
		remember(to);
	}
	clearerr(log);
}

static char *read_node(xs_transaction_t t, const char *key, const char *node)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/%s", physmap, key, node);
	return xs_read(xs, t, path, NULL);
}

static uint64_t number(const char *text, const char *key, const char *node)
{
	char *end;
	uint64_t n = strtoull(text, &end, 16);

	if (!*text || *end || n % 4096)
		wrong("%s of %s is '%s'", node, key, text);
	return n;
}

/* A place may be skipped, never returned to. */
static void judge_place(uint64_t gfn)
{
	size_t i = seen.last;

	while (i < history.nr && history.gfn[i] != gfn)
		i++;
	if (i == history.nr)
		wrong("the record says 0x%llx: not one of the %zu places since 0x%llx, up to 0x%llx",
		      (unsigned long long)gfn, history.nr - seen.last,
		      (unsigned long long)history.gfn[seen.last],
		      (unsigned long long)history.gfn[history.nr - 1]);
	if (i != seen.last)
		seen.changes++;
	seen.last = i;
	if (history.nr - 1 - i > seen.lag)
		seen.lag = history.nr - 1 - i;
	if (i + 1 < history.nr && now_ms() - history.since[i + 1] > seen.age)
		seen.age = now_ms() - history.since[i + 1];
}

static void judge(const char *key, const struct texts *r)
{
	static uint64_t video_size;
	uint64_t start, size;

	if (!r->start_addr || !r->size || !r->name)
		wrong("record %s has no%s%s%s", key, r->start_addr ? "" : " start_addr",
		      r->size ? "" : " size", r->name ? "" : " name");
	start = number(r->start_addr, key, "start_addr");
	size = number(r->size, key, "size");
	seen.records++;
	if (strcmp(r->name, VIDEO_RAM)) {
		if (start != strtoull(key, NULL, 16))
			wrong("%s, which nobody has moved, is at %s", r->name, r->start_addr);
		return;
	}
	if (video_size && size != video_size)
		wrong("the size of %s has become %s", r->name, r->size);
	video_size = size;
	judge_place(start >> 12);
}

static void free_texts(struct texts *r)
{
	free(r->start_addr);
	free(r->size);
	free(r->name);
}

/* All of it, before anything is judged: a transaction that fails never was. */
static bool look(FILE *log)
{
	xs_transaction_t t = by_transaction ? xs_transaction_start(xs) : XBT_NULL;
	unsigned int nr, video = 0;
	struct texts *r;
	char **key = xs_directory(xs, t, physmap, &nr);
	bool valid;

	if (!key)
		err(2, "%s", physmap);	/* or there was no transaction */
	r = calloc(nr + 1, sizeof(*r));
	if (!r)
		err(2, "records");
	for (unsigned int i = 0; i < nr; i++)
		r[i] = (struct texts){
			.start_addr = read_node(t, key[i], "start_addr"),
			.size = read_node(t, key[i], "size"),
			.name = read_node(t, key[i], "name"),
		};
	valid = !by_transaction || xs_transaction_end(xs, t, false);
	if (!valid && errno != EAGAIN)
		err(2, "transaction");
	read_log(log);
	for (unsigned int i = 0; i < nr; i++) {
		if (valid)
			judge(key[i], &r[i]);
		video += valid && !strcmp(r[i].name, VIDEO_RAM);
		free_texts(&r[i]);
	}
	if (valid && video != 1)
		wrong("%u records of %s", video, VIDEO_RAM);
	free(r);
	free(key);
	return valid;
}

static void end(int sig)
{
	(void)sig;
	over = 1;
}

static void look_until_told(FILE *log, unsigned int enough)
{
	while (!over) {
		seen.looks++;
		seen.conflicts += !look(log);
		if (enough && seen.changes >= enough) {
			puts("enough");
			fflush(stdout);
			enough = 0;
		}
	}
	while (!look(log))
		;
	if (seen.last != history.nr - 1)
		wrong("at rest the record is %zu moves behind", history.nr - 1 - seen.last);
}

int main(int argc, char **argv)
{
	FILE *log;

	by_transaction = argc > 1 && !strcmp(argv[1], "-t");
	argv += by_transaction;
	if (argc != 4 + by_transaction)
		errx(2, "usage: look [-t] CHANGES PHYSMAP LOG");
	physmap = argv[2];
	log = fopen(argv[3], "r");
	xs = xs_open(0);
	if (!log || !xs)
		err(2, "%s", log ? "xenstore" : argv[3]);
	signal(SIGTERM, end);
	look_until_told(log, strtoul(argv[1], NULL, 10));
	printf("looks=%u records=%u changes=%u moves=%zu conflicts=%u lag=%zu age_ms=%lld\n",
	       seen.looks, seen.records, seen.changes, history.nr - 1, seen.conflicts, seen.lag,
	       (long long)seen.age);
	return 0;
}
