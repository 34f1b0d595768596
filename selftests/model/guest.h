/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest for the tests, small, but with every frame in its place: RAM, video
 * RAM right above it, an option ROM above that, and the special pages below
 * 4 GiB that the domain builder puts there.
 */
#ifndef SELFTESTS_MODEL_GUEST_H
#define SELFTESTS_MODEL_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "dm.h"
#include "fakexen/fakexen.h"
#include "walk.h"

#define RAM	UINT64_C(0x100)
#define HOME	RAM
#define VRAM	UINT64_C(64)
#define ROM	(HOME + VRAM)
#define ROM_NR	UINT64_C(16)
#define ROM_AFTER(nr)	(HOME + (nr))	/* with other video RAM */

#define BAR_A	UINT64_C(0xf1000)
#define BAR_B	UINT64_C(0xe0000)
#define BAR_C	UINT64_C(0xd0000)
#define NOWHERE	FAKEXEN_NOWHERE

#define VGA	(&dm.block[0])

extern struct dm dm;

/* What goes wrong while the video RAM of the next guest is populated, or NULL. */
extern const struct fakexen_fault *guest_fault;

/* How guest_boot() and guest_boot_as() make the guest. */
struct guest {
	enum fakexen_release release;
	enum dm_age age;
	bool stock;
	uint64_t home;		/* HOME unless set */
	uint64_t nr;		/* VRAM unless set */
	uint64_t pool;
	uint64_t memory;	/* pages that it may have, 0 for any number */
	uint32_t stubdom;	/* where the device model runs, 0 for dom0 */
	bool no_rom;
	const char *remembered;	/* of its last boot: "place size", in bytes */
};

/* A fresh domain with a device model, up to where the firmware starts. */
void guest_boot(void);
void guest_boot_as(const struct guest *guest);

/* Stopped, saved, and restored as the next domid; the new device model has
 * mapped its blocks, and no BAR.  The steps apart, for what lies between them. */
void guest_migrate(bool with_records);
void guest_save(void);
void guest_restore(bool with_records, bool stock);
void guest_rebuild(bool with_records, bool stock);	/* its blocks are yours to add */

/* The device model was killed: another one for the same domain, up to there. */
void guest_replace(void);

/* The restored device model has loaded its devices' state. */
void guest_resume(void);

/* Device model and guest see the same page at a BAR. */
bool guest_sees(const struct dm_block *block, uint64_t bar);

#endif
