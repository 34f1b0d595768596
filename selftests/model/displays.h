/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest with two displays, as large as may be followed: what QEMU does with
 * them when a vcpu writes to their configuration.
 */
#ifndef SELFTESTS_MODEL_DISPLAYS_H
#define SELFTESTS_MODEL_DISPLAYS_H

#include "guest.h"

#define NR	UINT64_C(256)	/* 1 MiB */
#define SECOND	(HOME + NR)
#define THIRD	(SECOND + NR)
#define VGA_SLOT	2
#define SLOT		6

/* A vcpu's only request, of any of its kinds. */
void display_request(uint8_t slot, int dir, int state);

/* A vcpu writes to the device's configuration, and then a region is there, or gone. */
void bar_on(uint8_t slot, uint64_t gfn, uint64_t nr);
void bar_off(uint64_t gfn, uint64_t nr);

/* That for the display that is relocated: 0, or -1 with errno. */
int vga_on(uint64_t gfn);

/* Memory of NR frames, the last of that device's unless 0. */
void display_add(uint64_t home, uint8_t slot);

/* Both displays, no BAR; for XENPHYSMAP_BARS=all, or something else. */
void boot(void);
void boot_with(const char *bars);

/* The one that isn't relocated has a BAR, and is there. */
void followed_at(uint64_t bar);

/* The next domain, with its records; its blocks are mapped, and no BAR. */
void rebuild(bool stock);

unsigned long moves(void);

/* The end: the one that isn't relocated is where it was populated. */
void expect_at_home(void);

#endif
