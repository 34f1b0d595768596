// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Device models that are killed: before each call of a scenario, and between
 * any two pages of a move.  The process forks there; the child is the world
 * without that device model, in which another one is started for the domain,
 * with the device's state from before or after.  It must find all of the video
 * RAM, or say that it can't; and nobody may lose a page, or have it written
 * over.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ksft_harness.h"
#include "scenario.h"
#include "seam.h"

#define CHECK()	EXPECT_TRUE(walk(WALK_PINS))

static const struct scenario *scenario;
static uint64_t state;			/* the BAR in the device's state, or 0 */
static unsigned long points, reported;

enum outcome { WHOLE, REPORTED, WRONG };

/* The old device model's pins are Xen's for ever; all else is as new. */
static enum outcome live_on(void)
{
	unsetenv("XENPHYSMAP_RELOCATE");
	guest_replace();
	CHECK();
	if (state)
		dm_map_bar(&dm, VGA, state);
	CHECK();
	dm_continue(&dm);
	CHECK();
	if (seam_logged("can't be found"))
		return REPORTED;
	EXPECT_FALSE(dm.dead);
	if (state)
		EXPECT_TRUE(guest_sees(VGA, state));
	if (state)
		dm_unmap_bar(&dm, VGA, state);
	EXPECT_EQ(0, dm_map_bar(&dm, VGA, BAR_C));
	CHECK();
	EXPECT_EQ(BAR_C, walk_place(HOME));
	EXPECT_EQ(0, dm_stop(&dm));
	CHECK();
	return ksft_harness.shared->failed ? WRONG : WHOLE;
}

/* What belongs to a thread of the dead process is not this one's. */
static void *another_process(void *arg)
{
	enum outcome *outcome = arg;

	*outcome = live_on();
	if (*outcome == WRONG) {
		TH_LOG("killed at point %lu, with the BAR at %#" PRIx64, points, state);
		seam_print_log();
	}
	return NULL;
}

/* Where the build counts lines: _exit() doesn't write down what it counted. */
void __gcov_dump(void) __attribute__((weak));

static void after_the_kill(void)
{
	enum outcome outcome = WRONG;
	pthread_t thread;

	fakexen_instant = NULL;
	if (!pthread_create(&thread, NULL, another_process, &outcome))
		pthread_join(thread, NULL);
	fflush(NULL);
	if (__gcov_dump)
		__gcov_dump();
	_exit(outcome);
}

static void kill_here(void)
{
	int status = 0;
	pid_t pid;

	if (ksft_harness.shared->failed)
		return;
	points++;
	fflush(NULL);
	pid = fork();
	if (!pid)
		after_the_kill();
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == WRONG)
		ksft_fail(__FILE__, __LINE__, "a life after point %lu", points);
	else
		reported += WEXITSTATUS(status) == REPORTED;
}

static void sweep_state(const struct scenario *s, uint64_t bar)
{
	scenario = s;
	state = bar;
	scenario_tolerated = 0;
	s->prepare();
	fakexen_instant = kill_here;
	s->act();
	kill_here();
	fakexen_instant = NULL;
	dm_end(&dm);
}

static void sweep(const struct scenario *s)
{
	sweep_state(s, s->bar[0]);
	if (s->bar[0] != s->bar[1])
		sweep_state(s, s->bar[1]);
	printf("%lu points tried, %lu reported\n", points, reported);
}

/* Forks are slow if they have much to copy. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

FIXTURE(killed) { };
FIXTURE_SETUP(killed)
{
	/* as large as video RAM is that may be searched for */
	scenario_nr = VRAM;
}
FIXTURE_TEARDOWN(killed) { }

#define KILLED(name)					\
TEST_F_TIMEOUT(killed, name, 300)			\
{							\
	sweep(&name);					\
	EXPECT_EQ(0, reported);				\
}

KILLED(first_bar)
KILLED(move)
KILLED(there_and_back)
KILLED(evicted)
KILLED(sheltered)
KILLED(barrier)
KILLED(restored)
KILLED(restored_elsewhere)
KILLED(restored_without_records)
KILLED(rom_makes_room)
KILLED(qemu_11_leaves)

/* No BAR is ever there: nobody looks at an address that isn't aligned. */
TEST_F_TIMEOUT(killed, overlap_up, 300) { sweep(&overlap_up); }
TEST_F_TIMEOUT(killed, overlap_down, 300) { sweep(&overlap_down); }
TEST_F_TIMEOUT(killed, rom_steps_aside, 300) { sweep(&rom_steps_aside); }

TEST_F_TIMEOUT(killed, page_by_page, 300)
{
	setenv("XENPHYSMAP_RELOCATE", "page", 1);
	sweep(&move);
	EXPECT_EQ(0, reported);
}

TEST_HARNESS_MAIN
