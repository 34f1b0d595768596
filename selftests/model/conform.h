/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One table of bare libxen calls and what Xen answers, asked of the model and
 * of a real Xen.  conform.c has the table and compares; an environment has the
 * domain that the calls are made on.
 */
#ifndef SELFTESTS_MODEL_CONFORM_H
#define SELFTESTS_MODEL_CONFORM_H

#include <stdint.h>

#include <xenctrl.h>

#include <xencall.h>
#include <xendevicemodel.h>
#include <xenforeignmemory.h>
#include <xen/hvm/hvm_op.h>

#include "fakexen/fakexen.h"

/* The handles of libxen, opened once. */
struct conform {
	xc_interface *xch;
	xencall_handle *xcall;
	xendevicemodel_handle *dmod;
	xenforeignmemory_handle *fmem;
	uint32_t domid;
};

extern struct conform conform;

/*
 * A domain that was never run: HVM, HAP, one vcpu, no frames, 300 MiB allowed.
 * The model's answers as @release does, which a real Xen can't be told.
 */
void conform_new_domain(enum fakexen_release release);
void conform_end_domain(void);

/* Which releases a group is about. */
enum conform_about {
	ANY,
	UNCHECKED,	/* 4.14 */
	CHECKED,
	LENIENT,	/* before 4.19: any page may be moved */
	STRICT,
	UPWARDS,	/* before 4.22, and 4.20.4 */
	DOWNWARDS,
};

enum conform_op {
	POPULATE, RELOCATE, RANGE, ADD, PREEMPTED, SHARED_INFO, TYPE, TYPE_IS, MAXIMUM, USE_UP_POOL,
	PIN, PINS, TRACK, TRACK_CALL, MODIFIED, SERVER, DESTROY, ENABLE, MAP_IO, UNMAP_IO, MAP_PCI,
	REQUESTS, FRAMES, HOLE, HOLD, HELD, MAP_ALL, CLAIM, GIVE_BACK,
	NEXT_GROUP, END,
};

/* Whose domid a call names. */
enum conform_whom {
	CONFORM_GUEST,
	CONFORM_SELF,
	CONFORM_NOBODY,
};

/* Beyond the p2m: ENOENT on AMD, EINVAL on Intel. */
#define NO_SUCH_FRAME	10001

struct conform_row {
	enum conform_op op;
	const char *name;
	uint64_t a, b, c;
	enum conform_whom whom;
	int error;
};

extern const struct conform_row conform_rows[];

/*
 * Interrupts that dom0 has served so far.  It serves them between hypercalls;
 * so many in one call were let in by Xen, in the middle of it.
 */
#define CONFORM_PREEMPTED	5
uint64_t conform_interrupts(void);

/* Is there a choice of releases, or the one that there is? */
int conform_can_choose(void);

#endif
