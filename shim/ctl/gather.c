// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The guest goes on running, and may move a block meanwhile: what was gathered
 * counts only if the records and the BARs are the same afterwards.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"
#include "deadline.h"
#include "frames.h"
#include "gather.h"
#include "gfn.h"

#define VIDEO_RAM	"vga.vram"
#define PATIENCE_MS	10000

/* How often a guest may move or draw something while it is looked at. */
#define TRIES		5

/* Pages of a block whose contents are compared. */
#define SAMPLES		16

struct gathering {
	struct guest *guest;
	struct frames frames;
	struct qmp qmp;
	struct card cards[CARDS_MAX];
	int nr_cards;
};

/* Is there a mapping of Xen's at this address of QEMU's? */
static enum memory memory_at(pid_t pid, uint64_t address)
{
	enum memory memory = MEMORY_UNKNOWN;
	char path[32], *line = NULL;
	uint64_t start, end;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && memory == MEMORY_UNKNOWN && getline(&line, &size, maps) > 0)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 &&
		    address >= start && address < end)
			memory = strstr(line, "/privcmd") ? MEMORY_GUEST : MEMORY_OWN;
	free(line);
	if (maps)
		fclose(maps);
	return memory;
}

/*
 * One page: the guest's view before and after QEMU's, since the guest draws.
 * Return: whether that could be compared.
 */
static bool sample(struct gathering *g, uint64_t gfn, bool *unequal)
{
	uint32_t before[CARD_WORDS], seen[CARD_WORDS], after[CARD_WORDS];

	for (int i = 0; i < TRIES; i++) {
		if (frames_read(&g->frames, gfn, before, sizeof(before)) ||
		    card_read(&g->qmp, gfn, seen, now_ms() + PATIENCE_MS) ||
		    frames_read(&g->frames, gfn, after, sizeof(after)))
			return false;
		*unequal = memcmp(before, seen, sizeof(seen));
		if (!*unequal || !memcmp(before, after, sizeof(after)))
			return true;
	}
	return false;
}

/* Behind a BAR that has all of its pages. */
static void compare_memory(struct gathering *g, struct facts *facts)
{
	uint64_t address, step = facts->nr / SAMPLES;
	bool unequal;

	if (!card_memory(&g->qmp, facts->bar, &address, now_ms() + PATIENCE_MS))
		facts->memory = memory_at(g->guest->pid, address);
	if (facts->memory == MEMORY_UNKNOWN)
		return;
	for (unsigned int i = 0; i < SAMPLES; i++) {
		if (!sample(g, facts->bar + i * step + (i ? step - 1 : 0), &unequal))
			continue;
		facts->compared++;
		facts->unequal += unequal;
	}
}

static bool is_elsewhere(const struct guest *guest, const struct facts *facts, uint64_t gfn)
{
	for (unsigned int i = 0; i < guest->nr_blocks; i++)
		if (guest->block[i].home != facts->home &&
		    frames_within(gfn, guest->block[i].place, guest->block[i].nr))
			return true;
	return false;
}

/* A placed block's home is empty, but for other blocks that are placed there. */
static int64_t count_home(struct gathering *g, const struct facts *facts)
{
	int64_t count = 0;

	for (uint64_t i = 0; i < facts->nr; i++) {
		uint64_t gfn = facts->home + i;
		int has;

		if (frames_within(gfn, facts->place, facts->nr) ||
		    is_elsewhere(g->guest, facts, gfn))
			continue;
		has = frames_has(&g->frames, gfn);
		if (has < 0)
			return has;
		count += has;
	}
	return count;
}

static int look_at_frames(struct gathering *g, struct facts *facts)
{
	int64_t count = frames_count(&g->frames, facts->place, facts->nr);

	if (count >= 0) {
		facts->at_place = count;
		count = facts->home != GFN_NONE && facts->home != facts->place ?
			count_home(g, facts) : 0;
		facts->at_home = count;
	}
	return count < 0 ? (int)count : 0;
}

/* The card whose BAR is at @place; else the first, if it's the only one. */
static const struct card *card_at(const struct gathering *g, uint64_t place)
{
	for (int i = 0; i < g->nr_cards; i++)
		if (g->cards[i].bar == place)
			return &g->cards[i];
	return g->nr_cards == 1 ? &g->cards[0] : NULL;
}

static int gather_block(struct gathering *g, const struct guest_block *b, struct facts *facts)
{
	const struct card *card = strcmp(b->name, VIDEO_RAM) ? NULL : card_at(g, b->place);
	int rc;

	*facts = (struct facts){ .home = b->home, .place = b->place, .nr = b->nr };
	rc = look_at_frames(g, facts);
	if (rc || !card || b->split)
		return rc;
	facts->has_bar = true;
	facts->bar = card->bar;
	if (card->bar == b->place && facts->at_place == b->nr)
		compare_memory(g, facts);
	return 0;
}

/* Video RAM of which nobody has told: what is at its BAR. */
static int gather_card(struct gathering *g, const struct card *card, struct facts *facts)
{
	uint64_t configured = g->guest->video >> PAGE_SHIFT;
	int rc;

	*facts = (struct facts){
		.home = GFN_NONE,
		.place = card->bar,
		.nr = configured && configured < card->nr ? configured : card->nr,
		.at_place = COMPARE_UNKNOWN,
		.at_home = COMPARE_UNKNOWN,
		.has_bar = true,
		.bar = card->bar,
	};
	rc = card->bar == GFN_NONE ? 0 : look_at_frames(g, facts);
	if (!rc && facts->at_place == facts->nr)
		compare_memory(g, facts);
	return rc;
}

static struct finding *add(struct findings *to, const char *name)
{
	struct finding *more = reallocarray(to->finding, to->nr + 1, sizeof(*more));

	if (!more)
		return NULL;
	to->finding = more;
	more += to->nr++;
	memset(more, 0, sizeof(*more));
	snprintf(more->name, sizeof(more->name), "%s", name);
	return more;
}

/* Has a record of video RAM been believed to be this card's? */
static bool is_recorded(const struct gathering *g, const struct card *card)
{
	for (unsigned int i = 0; i < g->guest->nr_blocks; i++)
		if (!strcmp(g->guest->block[i].name, VIDEO_RAM) &&
		    (card_at(g, g->guest->block[i].place) == card || g->guest->block[i].split))
			return true;
	return false;
}

static int gather_all(struct gathering *g, struct findings *to)
{
	struct finding *finding;
	int rc = 0;

	to->nr = 0;
	for (unsigned int i = 0; i < g->guest->nr_blocks && !rc; i++) {
		finding = add(to, g->guest->block[i].name);
		rc = finding ? gather_block(g, &g->guest->block[i], &finding->facts) : -ENOMEM;
	}
	for (int i = 0; i < g->nr_cards && !rc; i++) {
		if (is_recorded(g, &g->cards[i]))
			continue;
		finding = add(to, VIDEO_RAM);
		rc = finding ? gather_card(g, &g->cards[i], &finding->facts) : -ENOMEM;
	}
	for (unsigned int i = 0; i < to->nr; i++)
		to->finding[i].differences = compare_facts(&to->finding[i].facts);
	return rc;
}

static int ask_cards(struct gathering *g)
{
	int nr = g->qmp.fd < 0 ? 0 : card_find(&g->qmp, g->cards, now_ms() + PATIENCE_MS);

	if (nr >= 0)
		g->nr_cards = nr;
	return nr < 0 ? nr : 0;
}

/* Are records and BARs as they were? */
static bool stands_still(struct gathering *g, const struct findings *found)
{
	struct card before[CARDS_MAX];
	int nr = g->nr_cards;
	unsigned int blocks = g->guest->nr_blocks;

	memcpy(before, g->cards, sizeof(before));
	if (ask_cards(g) || guest_records(g->guest) || nr != g->nr_cards ||
	    blocks != g->guest->nr_blocks)
		return false;
	for (int i = 0; i < nr; i++)
		if (before[i].bar != g->cards[i].bar)
			return false;
	for (unsigned int i = 0; i < blocks; i++)
		if (found->finding[i].facts.home != g->guest->block[i].home ||
		    found->finding[i].facts.place != g->guest->block[i].place)
			return false;
	return true;
}

static int connect_qemu(struct gathering *g, struct toolstack *ts, struct findings *to)
{
	struct domain dom;
	char path[64];
	int rc;

	if (!g->guest->pid) {
		snprintf(to->why, sizeof(to->why), "its QEMU is in domain %u", g->guest->model);
		return 0;
	}
	rc = domain_open(&dom, ts->domid);
	if (!rc)
		rc = toolstack_lock(ts, &dom, now_ms() + PATIENCE_MS);
	if (dom.xch)
		domain_close(&dom);
	toolstack_monitor(ts, path);
	if (!rc)
		rc = qmp_connect(&g->qmp, path, now_ms() + PATIENCE_MS);
	if (!rc)
		rc = ask_cards(g);
	if (rc)
		snprintf(to->why, sizeof(to->why), "its QEMU can't be asked: %s", strerror(-rc));
	to->asked = !rc;
	return rc;
}

int gather(struct findings *to, struct guest *guest, struct toolstack *ts)
{
	struct gathering g = { .guest = guest, .qmp.fd = -1 };
	int rc;

	*to = (struct findings){ .finding = NULL };
	rc = frames_open(&g.frames, guest->domid);
	if (!rc) {
		connect_qemu(&g, ts, to);
		rc = -EAGAIN;
		for (int i = 0; i < TRIES && rc == -EAGAIN; i++) {
			rc = gather_all(&g, to);
			if (!rc && !stands_still(&g, to))
				rc = -EAGAIN;
		}
	}
	qmp_close(&g.qmp);
	toolstack_unlock(ts);
	frames_close(&g.frames);
	return rc;
}

void gather_release(struct findings *findings)
{
	free(findings->finding);
}
