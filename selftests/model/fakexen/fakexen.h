/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fakexen: one guest on a Xen that is in this process.
 *
 * It answers the libxen calls that a device model makes about guest frames,
 * under libxen's own names.  This header is the other side: what a test, in
 * the place of Xen's administrator, the toolstack and the guest, does to it
 * and sees of it.  How Xen answers is taken from Xen's source; conform.c asks
 * the same of this and of a real Xen, and neither may differ.
 */
#ifndef SELFTESTS_MODEL_FAKEXEN_H
#define SELFTESTS_MODEL_FAKEXEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKEXEN_NOWHERE	UINT64_MAX	/* frame of a page that is in none */
#define FAKEXEN_NO_PAGE	0		/* page of a frame that has none */

/* Releases that answer differently, see physmap.c. */
enum fakexen_release {
	FAKEXEN_4_14 = -1,	/* no check of wrapping ranges, and none of a page
				 * that is moved to where it is: it is freed */
	FAKEXEN_4_17,		/* any source; upwards, also where ranges overlap */
	FAKEXEN_4_19,		/* only RAM may be a source */
	FAKEXEN_4_22,		/* and 4.20.4: overlapping ranges in the right order */
};

/**
 * struct fakexen_config - the machine and its guest
 * @domid: the guest
 * @own_domid: where the device model runs; a stubdomain unless 0
 * @release: of Xen
 * @pool: pages for p2m tables, 0 for as many as are wanted
 * @memory: pages that the guest may have, 0 likewise
 */
struct fakexen_config {
	uint32_t domid;
	uint32_t own_domid;
	enum fakexen_release release;
	uint64_t pool;
	uint64_t memory;
};

/* Forget everything; a NULL @config is dom0 with guest 1 on 4.17. */
void fakexen_reset(const struct fakexen_config *config);

/* What a save and a restore leave of the guest: its pages, under a new domid. */
void fakexen_rebuild(uint32_t domid);

/* The guest is destroyed: ESRCH from now on. */
void fakexen_destroy(void);

/* ---- the guest's frames ---- */

enum fakexen_type {
	FAKEXEN_EMPTY,
	FAKEXEN_RAM_RW,
	FAKEXEN_RAM_LOGDIRTY,
	FAKEXEN_RAM_RO,
	FAKEXEN_MMIO_DIRECT,
	FAKEXEN_ON_DEMAND,	/* to be populated when it is touched, from nothing */
};

/* The page in a frame, and the frame of a page. */
uint64_t fakexen_page_at(uint64_t gfn);
uint64_t fakexen_frame_of(uint64_t page);
enum fakexen_type fakexen_type_at(uint64_t gfn);

/* Every frame that isn't empty, ascending. */
void fakexen_for_each_frame(void (*fn)(uint64_t gfn, uint64_t page, void *arg), void *arg);

/* The domain builder: 0 or -errno. */
int fakexen_populate(uint64_t gfn, uint64_t nr);
void fakexen_passthrough(uint64_t gfn);	/* a page of a real device */
void fakexen_confuse_m2p(uint64_t page);	/* as pages of an odd origin are */

/* The guest's own accesses; false where no page answers (an ioreq). */
bool fakexen_guest_read(uint64_t gfn, unsigned int off, void *buf, size_t n);
bool fakexen_guest_write(uint64_t gfn, unsigned int off, const void *buf, size_t n);
void fakexen_page_read(uint64_t page, unsigned int off, void *buf, size_t n);
void fakexen_page_write(uint64_t page, unsigned int off, const void *buf, size_t n);

/* The pool of p2m tables (xl.cfg: shadow_memory). */
uint64_t fakexen_pool_left(void);
void fakexen_pool_set(uint64_t pages);

/* Pages that Xen took out of a frame and could put into no other. */
uint64_t fakexen_lost(void);

/* Live migration has begun. */
void fakexen_log_dirty(bool on);
bool fakexen_is_dirty(uint64_t gfn);

/* ---- what the device model asked for ---- */

struct fakexen_pin {
	uint64_t first;
	uint64_t last;
	uint32_t type;
};

size_t fakexen_pins(struct fakexen_pin *pins, size_t max);
bool fakexen_stopped(void);	/* no ioreq server is enabled */

/* What a vcpu wants of an ioreq server, and how far that is. */
struct ioreq;
void fakexen_request(uint16_t id, unsigned int vcpu, const struct ioreq *request);
const void *fakexen_dirty_bits(void);	/* where the last answer was put */

/* ---- xenstore ---- */

/* As dom0: absolute paths, no faults, no quotas, nothing counted. */
bool fakexen_store_write(const char *path, const char *value);
bool fakexen_store_read(const char *path, char *value, size_t size);
void fakexen_store_remove(const char *path);
void fakexen_store_own(const char *path, uint32_t domid);
void fakexen_store_for_each(void (*fn)(const char *path, const char *value, void *arg),
			    void *arg);
void fakexen_store_dead(bool dead);

struct fakexen_quota {
	unsigned int nodes;
	unsigned int transactions;
	unsigned int node_size;
};

extern struct fakexen_quota fakexen_quota;

/* Called while a transaction is about to end: another client's chance. */
extern void (*fakexen_store_meanwhile)(void);

/* Called after each change that others can see: a reader's chance. */
extern void (*fakexen_store_changed)(void);

/* ---- faults ---- */

/**
 * struct fakexen_fault - some calls will fail
 * @name: of the libxen function, or NULL for any
 * @nth: the first such call that fails, counted from now, 1 for the next
 * @times: how many in a row fail
 * @error: errno
 * @after: frames that a call which moves frames moves before it fails
 * @later: the same for the calls after the first
 * @lose: it then takes the next page out of its frame and puts it nowhere
 */
struct fakexen_fault {
	const char *name;
	unsigned long nth;
	unsigned long times;
	int error;
	uint64_t after;
	uint64_t later;
	bool lose;
};

#define FAKEXEN_FOREVER	(~0UL)

void fakexen_fail(const struct fakexen_fault *fault);	/* NULL for none */
unsigned long fakexen_failed(void);	/* calls that were made to fail */

/* Calls of a name, or of all, since the last reset; and which came n-th. */
unsigned long fakexen_calls(const char *name);
const char *fakexen_call_name(unsigned long n);

/*
 * Called where the process may end without a word: before each call, and in a
 * move of frames after the first, half and all but one of them (a stubdomain
 * can die in a hypercall).
 */
extern void (*fakexen_instant)(void);

/* Is this code of the model's own?  Then it doesn't want malloc to fail. */
bool fakexen_inside(void);

#endif
