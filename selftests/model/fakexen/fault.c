// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which calls fail, and how many there were.  Also the lock: Xen serialises
 * what the model keeps in plain variables.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "internal.h"

#define TRACE_MAX	4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread unsigned int depth;

static struct {
	struct fakexen_fault fault, active;
	const struct fakexen_fault *now;
	unsigned long seen;
	unsigned long failed;
	unsigned long calls;
	const char *trace[TRACE_MAX];
} state;

void fault_reset(void)
{
	memset(&state, 0, sizeof(state));
}

/* A thread that is inside has the lock. */
static void enter(void)
{
	if (!depth++)
		pthread_mutex_lock(&lock);
}

static void leave(void)
{
	if (!--depth)
		pthread_mutex_unlock(&lock);
}

static bool matches(const char *name)
{
	return state.fault.times && (!state.fault.name || !strcmp(state.fault.name, name));
}

void (*fakexen_instant)(void);

/* The lock is free meanwhile: whoever lives on after this makes calls. */
void call_instant(void)
{
	unsigned int held = depth;

	if (!fakexen_instant)
		return;
	if (held)
		pthread_mutex_unlock(&lock);
	depth = 0;
	fakexen_instant();
	if (held)
		pthread_mutex_lock(&lock);
	depth = held;
}

/* Calls that the model makes itself, as libxen does, are part of the first. */
struct call call_begin(const char *name)
{
	if (!depth)
		call_instant();
	enter();
	if (!machine.started)
		fakexen_reset(NULL);
	if (depth > 1)
		return (struct call){ .outermost = false };
	state.now = NULL;
	if (state.calls < TRACE_MAX)
		state.trace[state.calls] = name;
	state.calls++;
	if (matches(name) && ++state.seen >= state.fault.nth &&
	    state.seen - state.fault.nth < state.fault.times) {
		state.active = state.fault;
		if (state.failed++)
			state.active.after = state.fault.later;
		state.now = &state.active;
	}
	return (struct call){ .outermost = true };
}

struct call call_inside(void)
{
	enter();
	return (struct call){ .outermost = false };
}

void call_end(struct call *call)
{
	int saved = errno;

	if (call->outermost)
		state.now = NULL;
	leave();
	errno = saved;
}

const struct fakexen_fault *call_fault(void)
{
	return state.now;
}

int result(int rc)
{
	if (rc >= 0)
		return rc;
	errno = -rc;
	return -1;
}

void fakexen_fail(const struct fakexen_fault *fault)
{
	state.fault = fault ? *fault : (struct fakexen_fault){ .times = 0 };
	state.seen = 0;
	state.failed = 0;
}

unsigned long fakexen_failed(void)
{
	return state.failed;
}

const char *fakexen_call_name(unsigned long n)
{
	return n < TRACE_MAX && n < state.calls ? state.trace[n] : NULL;
}

unsigned long fakexen_calls(const char *name)
{
	unsigned long found = 0;

	if (!name)
		return state.calls;
	for (unsigned long i = 0; fakexen_call_name(i); i++)
		found += !strcmp(fakexen_call_name(i), name);
	return found;
}

bool fakexen_inside(void)
{
	return depth;
}
