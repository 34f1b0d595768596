// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every call of libxen that a scenario makes, failing: with each error that it
 * can really give, once and from then on, at once and after some of the work;
 * every allocation; and every message to the publisher, lost.  Whatever fails, no
 * page goes astray, the table is true, and when the fault is gone the guest gets
 * what it asked for.
 */
#include <inttypes.h>

#include "conform.h"
#include "errors.h"
#include "guest.h"
#include "ksft_harness.h"
#include "relay.h"
#include "scenario.h"
#include "seam.h"

static unsigned long points;

static void judge(const struct scenario *s, const char *broken, bool lost)
{
	fakexen_fail(NULL);
	seam_fail_malloc(FAKEXEN_FOREVER, 0);
	EXPECT_TRUE(walk(scenario_tolerated));
	if (!lost) {
		s->mend();
		/* a pin that Xen would not delete stays; all else is as new */
		scenario_tolerated &= WALK_PINS;
		EXPECT_TRUE(walk(scenario_tolerated));
		EXPECT_EQ(s->place, walk_place(HOME));
		if (s->at)
			EXPECT_TRUE(guest_sees(VGA, s->at));
	}
	if (ksft_harness.shared->failed) {
		TH_LOG("at point %lu: %s", points, broken);
		seam_print_log();
		ksft_leave(true);
	}
	dm_end(&dm);
	points++;
}

/* How many calls the scenario makes when nothing fails, and where they begin. */
static unsigned long rehearse(const struct scenario *s, unsigned long *before)
{
	scenario_tolerated = 0;
	s->prepare();
	*before = fakexen_calls(NULL);
	s->act();
	return fakexen_calls(NULL) - *before;
}

static void try(const struct scenario *s, const struct fakexen_fault *fault, unsigned int excused)
{
	unsigned long failed;
	char broken[128];

	scenario_tolerated = excused;
	s->prepare();
	fakexen_fail(fault);
	s->act();
	failed = fakexen_failed();
	EXPECT_GE(failed, 1);
	/* all or nothing: one failure can always be undone */
	if (fault->times == 1 && !fault->lose)
		EXPECT_NE(NOWHERE, walk_place(HOME));
	snprintf(broken, sizeof(broken), "call %lu, %s: %s after %" PRIu64 "%s, %lu times",
		 fault->nth, fault->name ? fault->name : "any", strerror(fault->error),
		 fault->after, fault->lose ? ", a page lost" : "", failed);
	judge(s, broken, fault->lose);
}

/* One call, one error: now, and from now on; and in the middle of its work. */
static void sweep_error(const struct scenario *s, unsigned long nth, unsigned long same,
			const struct errors *e, int error)
{
	const uint64_t part[] = { 0, 1, SMALL / 2, SMALL };

	for (unsigned int i = 0; i < (e->partial ? 4 : 1); i++) {
		struct fakexen_fault f = {
			.nth = nth, .times = 1, .error = error, .after = part[i],
		};

		try(s, &f, e->excuses);
		if (e->partial && error == ENOMEM) {
			f.lose = true;
			try(s, &f, e->excuses | WALK_LOST);
			f.lose = false;
		}
		f.name = e->name;
		f.nth = same;
		f.times = FAKEXEN_FOREVER;
		try(s, &f, e->excuses);
	}
}

static void sweep(const struct scenario *s)
{
	unsigned long before, nr = rehearse(s, &before);
	const char *name[512];

	ASSERT_LE(nr, 512);
	for (unsigned long n = 0; n < nr; n++)
		name[n] = fakexen_call_name(before + n);
	judge(s, "nothing", false);
	for (unsigned long n = 0; n < nr; n++) {
		const struct errors *e = errors_of(name[n]);
		unsigned long same = 1;

		for (unsigned long i = 0; i < n; i++)
			same += !strcmp(name[i], name[n]);
		for (unsigned int i = 0; e && e->error[i]; i++)
			sweep_error(s, n + 1, same, e, e->error[i]);
	}
	printf("%lu points tried, %lu calls\n", points, nr);
}

static void sweep_malloc(const struct scenario *s)
{
	unsigned long nr = 0;
	char broken[64];

	for (unsigned long n = 1; n == 1 || n <= nr; n++) {
		for (int forever = 0; forever < 2; forever++) {
			scenario_tolerated = WALK_RECORDS | WALK_PINS;
			s->prepare();
			seam_fail_malloc(n, forever ? FAKEXEN_FOREVER : 1);
			s->act();
			nr = seam_mallocs() > nr ? seam_mallocs() : nr;
			snprintf(broken, sizeof(broken), "allocation %lu, %lu failed", n,
				 seam_mallocs_failed());
			judge(s, broken, false);
		}
	}
	printf("%lu points tried, %lu allocations\n", points, nr);
}

static void try_message(const struct scenario *s, const struct relay_fault *fault)
{
	char broken[128];

	scenario_tolerated = WALK_RECORDS;
	s->prepare();
	relay_fail(fault);
	s->act();
	relay_fail(NULL);
	snprintf(broken, sizeof(broken), "message %lu: %s, %lu times, with %u under way",
		 fault->nth, strerror(fault->error), fault->times, fault->behind);
	judge(s, broken, false);
}

/*
 * Each thing that the publisher is told: there is no room for it, for a while;
 * or the publisher dies, with what it was told before; or is dead for a while.
 */
static void sweep_messages(const struct scenario *s)
{
	struct relay_fault faults[] = {
		{ .times = 1, .error = EAGAIN }, { .times = 3, .error = EAGAIN },
		{ .times = FAKEXEN_FOREVER, .error = EAGAIN },
		{ .times = 1, .error = ECONNRESET },
		{ .times = 1, .error = ECONNRESET, .behind = 2 },
		{ .times = 1, .error = ECONNRESET, .behind = RELAY_MAX },
		{ .times = FAKEXEN_FOREVER, .error = EPIPE },
	};
	unsigned long nr;

	s->prepare();
	relay_fail(NULL);
	s->act();
	nr = relay_said();
	judge(s, "nothing", false);
	EXPECT_LT(0, nr);
	for (unsigned long n = 1; n <= nr; n++) {
		for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
			faults[i].nth = n;
			try_message(s, &faults[i]);
		}
	}
	printf("%lu points tried, %lu messages\n", points, nr);
}

FIXTURE(way) { };
FIXTURE_VARIANT(way) { const char *name; };
FIXTURE_VARIANT_ADD(way, dm_op) { "dm_op" };
FIXTURE_VARIANT_ADD(way, range) { "range" };
FIXTURE_VARIANT_ADD(way, page) { "page" };
FIXTURE_SETUP(way) { setenv("XENPHYSMAP_RELOCATE", variant->name, 1); }
FIXTURE_TEARDOWN(way) { }

TEST_F(way, first_bar) { sweep(&first_bar); }
TEST_F(way, move) { sweep(&move); }
TEST_F(way, overlap_up) { sweep(&overlap_up); }
TEST_F(way, overlap_down) { sweep(&overlap_down); }

TEST(there_and_back) { sweep(&there_and_back); }
TEST(evicted) { sweep(&evicted); }
TEST(sheltered) { sweep(&sheltered); }
TEST(barrier) { sweep(&barrier); }
TEST(restored) { sweep(&restored); }
TEST(restored_elsewhere) { sweep(&restored_elsewhere); }
TEST(restored_without_records) { sweep(&restored_without_records); }
TEST(rom_steps_aside) { sweep(&rom_steps_aside); }
TEST(rom_makes_room) { sweep(&rom_makes_room); }
TEST(qemu_11_leaves) { sweep(&qemu_11_leaves); }

/* Nothing that Xen answers, as conform.c knows it, is left out of the sweeps. */
TEST(errors_are_those_of_conform)
{
	static const char *const name[END] = {
		[RELOCATE] = "xendevicemodel_relocate_memory", [RANGE] = "xencall2",
		[ADD] = "xc_domain_add_to_physmap", [TYPE] = "xendevicemodel_set_mem_type",
		[PIN] = "xendevicemodel_pin_memory_cacheattr", [TRACK_CALL] = "xencall3",
		[TRACK] = "xendevicemodel_track_dirty_vram",
		[MODIFIED] = "xendevicemodel_modified_memory",
		[ENABLE] = "xendevicemodel_set_ioreq_server_state",
		[MAP_IO] = "xendevicemodel_map_io_range_to_ioreq_server",
		[UNMAP_IO] = "xendevicemodel_unmap_io_range_from_ioreq_server",
	};
	unsigned int compared = 0;

	for (const struct conform_row *r = conform_rows; r->op != END; r++) {
		int error = r->error == NO_SUCH_FRAME ? ENOENT : r->error;
		const struct errors *e = name[r->op] ? errors_of(name[r->op]) : NULL;
		bool known = false;

		if (!error || !name[r->op])
			continue;
		ASSERT_NOT_NULL(e)
			TH_LOG("%s isn't in errors.c", name[r->op]);
		for (int i = 0; e->error[i]; i++)
			known |= e->error[i] == error;
		EXPECT_TRUE(known)
			TH_LOG("%s of %s", strerror(error), name[r->op]);
		compared++;
	}
	EXPECT_LT(0, compared);
}

TEST(malloc_first_bar) { sweep_malloc(&first_bar_then_another); }
TEST(malloc_move) { sweep_malloc(&move_and_on); }
TEST(malloc_evicted) { sweep_malloc(&evicted); }
TEST(malloc_sheltered) { sweep_malloc(&sheltered); }
TEST(malloc_barrier) { sweep_malloc(&barrier); }
TEST(malloc_qemu_11_leaves) { sweep_malloc(&qemu_11_leaves); }
TEST(malloc_restored) { sweep_malloc(&restored_again); }
TEST(malloc_restored_without_records) { sweep_malloc(&restored_again_without_records); }

TEST(message_first_bar) { sweep_messages(&first_bar); }
TEST(message_move) { sweep_messages(&move); }
TEST(message_there_and_back) { sweep_messages(&there_and_back); }
TEST(message_evicted) { sweep_messages(&evicted); }
TEST(message_sheltered) { sweep_messages(&sheltered); }
TEST(message_barrier) { sweep_messages(&barrier); }
TEST(message_restored_elsewhere) { sweep_messages(&restored_elsewhere); }
TEST(message_restored_without_records) { sweep_messages(&restored_without_records); }
TEST(message_rom_steps_aside) { sweep_messages(&rom_steps_aside); }
TEST(message_rom_makes_room) { sweep_messages(&rom_makes_room); }
TEST(message_qemu_11_leaves) { sweep_messages(&qemu_11_leaves); }

TEST_HARNESS_MAIN
