// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Guests, device models and toolstacks of all sorts, in any order, with faults
 * now and then.  Who makes the choices is the caller's business: random_ops.c
 * has a generator, fuzz/engine.c has bytes that a fuzzer found.
 */
#include <inttypes.h>

#include "errors.h"
#include "guest.h"
#include "ksft_harness.h"
#include "lives.h"
#include "relay.h"
#include "seam.h"

/* What the guest has programmed, as the device model knows it. */
struct life {
	struct choices *choices;
	uint64_t nr;
	uint64_t bar;		/* of the video RAM, NOWHERE with decode off */
	uint64_t last_bar;
	uint64_t device;	/* some other device's frames */
	unsigned int tolerated;
	bool faults;
	bool live;		/* a migration is going on */
	char trace[4096];
};

static uint64_t pick(struct life *l, uint64_t nr)
{
	struct choices *c = l->choices;

	if (!c->bytes)
		return ksft_random(&c->seed) % nr;
	if (!c->left)
		return 0;
	c->left--;
	return *c->bytes++ % nr;
}

__attribute__((format(printf, 2, 3)))
static void note(struct life *l, const char *fmt, ...)
{
	size_t used = strlen(l->trace);
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->trace + used, sizeof(l->trace) - used, fmt, args);
	va_end(args);
}

/* Aligned, as BARs are: from a small set, so that addresses come back. */
static uint64_t some_bar(struct life *l)
{
	static const uint64_t bases[] = { BAR_A, BAR_B, BAR_C, HOME + 0x1000, 0x200000 };

	return bases[pick(l, 5)] / 64 * 64 + 64 * pick(l, 4);
}

static void toggle(struct life *l)
{
	if (l->bar != NOWHERE) {
		note(l, "off ");
		dm_unmap_bar(&dm, VGA, l->bar);
		l->bar = NOWHERE;
		return;
	}
	l->bar = pick(l, 3) ? some_bar(l) : l->last_bar;
	l->last_bar = l->bar;
	note(l, "on %" PRIx64 " ", l->bar);
	dm_map_bar(&dm, VGA, l->bar);
}

static void move(struct life *l)
{
	if (l->bar != NOWHERE)
		toggle(l);
	toggle(l);
}

static void other_device(struct life *l)
{
	if (l->device != NOWHERE) {
		note(l, "-dev ");
		dm_unmap_io(&dm, l->device, 2);
		l->device = NOWHERE;
		return;
	}
	l->device = (pick(l, 2) ? some_bar(l) : l->last_bar) + pick(l, l->nr);
	if (l->bar != NOWHERE && l->device + 2 > l->bar && l->device < l->bar + l->nr) {
		l->device = NOWHERE;
		return;
	}
	note(l, "+dev %" PRIx64 " ", l->device);
	dm_map_io(&dm, l->device, 2);
}

static void pause_and_go(struct life *l)
{
	note(l, "stop ");
	dm_stop(&dm);
	EXPECT_TRUE(walk(l->tolerated));
	note(l, "cont ");
	dm_continue(&dm);
}

static void no_more_faults(void)
{
	fakexen_fail(NULL);
	relay_fail(NULL);
}

/* Does the toolstack find the pages where the device's state has them? */
static void migrate(struct life *l)
{
	/* QEMU <= 2.10 was not made to do without, nor is what can't be moved now */
	bool records = pick(l, 4) || dm.age == DM_2_10 || l->live;

	no_more_faults();
	l->tolerated &= WALK_PINS;
	note(l, "save ");
	guest_save();
	if (!l->live)
		EXPECT_EQ(l->bar == NOWHERE ? HOME : l->bar, walk_place(HOME));
	l->live = false;
	guest_restore(records, false);
	note(l, "%s ", records ? "restore" : "restore-without");
	l->tolerated = 0;
	if (l->device != NOWHERE)
		dm_map_io(&dm, l->device, 2);
	if (l->bar != NOWHERE)
		EXPECT_EQ(0, dm_map_bar(&dm, VGA, l->bar));
	guest_resume();
	EXPECT_FALSE(VGA->dummy);
	EXPECT_FALSE(dm.dead);
}

static void look_at_dirty(struct life *l)
{
	static unsigned long bits[1];

	note(l, "track ");
	if (dm_track(&dm, l->last_bar, l->nr, bits) && !l->faults)
		ksft_fail(__FILE__, __LINE__, "dirty bits, seen %s", strerror(errno));
	dm_modified(&dm, HOME + pick(l, l->nr), 1);
}

/* No room for what the publisher is told, or another publisher. */
static void break_message(struct life *l)
{
	const struct relay_fault f = {
		.nth = 1 + pick(l, 3), .times = 1 + pick(l, 3),
		.error = pick(l, 2) ? EAGAIN : ECONNRESET, .behind = pick(l, RELAY_MAX),
	};

	note(l, "break message/%lu/%lu/%d/%u ", f.nth, f.times, f.error, f.behind);
	relay_fail(&f);
	l->tolerated |= WALK_RECORDS;
}

static void break_something(struct life *l)
{
	static const char *const names[] = {
		"xendevicemodel_relocate_memory", "xendevicemodel_pin_memory_cacheattr",
		"xs_write", "xs_transaction_end", "xs_rm", "xs_transaction_start",
		"xendevicemodel_modified_memory",
	};
	const struct errors *e = errors_of(names[pick(l, 7)]);
	struct fakexen_fault f = {
		.name = e->name, .nth = 1 + pick(l, 3), .times = 1 + pick(l, 3),
		.error = e->error[pick(l, 4)], .after = pick(l, l->nr), .later = pick(l, l->nr),
	};

	note(l, "break %s/%lu/%lu/%d/%" PRIu64 "/%" PRIu64 " ", f.name, f.nth, f.times, f.error,
	     f.after, f.later);
	fakexen_fail(&f);
	l->tolerated |= e->excuses;
}

/* Faults are over; the next barrier mends everything. */
static void mend(struct life *l)
{
	no_more_faults();
	l->tolerated &= WALK_PINS;
	pause_and_go(l);
}

static void go_live(struct life *l)
{
	l->live = !l->live;
	note(l, "%s ", l->live ? "live" : "given-up");
	fakexen_log_dirty(l->live);
}

static void step(struct life *l)
{
	switch (pick(l, l->faults ? 10 : 9)) {
	case 0:
	case 1:
		return toggle(l);
	case 2:
	case 3:
		return move(l);
	case 4:
		return other_device(l);
	case 5:
		return pause_and_go(l);
	case 6:
		return look_at_dirty(l);
	case 7:
		return pick(l, 3) ? move(l) : l->faults ? mend(l) : migrate(l);
	case 8:
		return go_live(l);
	default:
		return pick(l, 4) ? break_something(l) : break_message(l);
	}
}

static struct guest some_guest(struct life *l)
{
	return (struct guest){
		.release = (int)pick(l, 4) + FAKEXEN_4_14,
		.age = pick(l, 3),
		.nr = l->nr,
		.no_rom = pick(l, 2),
	};
}

/* At the end the guest gets what it has asked for. */
static void judge(struct life *l)
{
	no_more_faults();
	fakexen_log_dirty(false);
	l->tolerated &= WALK_PINS;
	EXPECT_EQ(0, dm_stop(&dm));
	EXPECT_TRUE(walk(l->tolerated));
	if (l->bar != NOWHERE) {
		EXPECT_EQ(l->bar, walk_place(HOME));
		EXPECT_TRUE(guest_sees(VGA, l->bar));
	}
}

/* A fuzzer's life is over when its bytes are. */
static bool goes_on(const struct life *l)
{
	return !ksft_harness.shared->failed && (!l->choices->bytes || l->choices->left);
}

void life(struct choices *choices, bool faults)
{
	static struct life l;
	struct guest guest;

	l = (struct life){ .choices = choices, .faults = faults };
	l.bar = l.device = NOWHERE;
	l.last_bar = BAR_A;
	/* not as long as the other device's: nothing tells these apart */
	l.nr = 3 + pick(&l, 62);
	guest = some_guest(&l);
	note(&l, "nr=%" PRIu64 " age=%d release=%d ", l.nr, guest.age, guest.release);
	guest_boot_as(&guest);
	for (int i = 0; i < LIFE_STEPS && goes_on(&l); i++) {
		step(&l);
		EXPECT_TRUE(walk(l.tolerated));
	}
	judge(&l);
	dm_end(&dm);
	if (!ksft_harness.shared->failed)
		return;
	TH_LOG("%s", l.trace);
	seam_print_log();
}
