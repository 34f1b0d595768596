/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the model know of each other.
 *
 *	page.c		pages: who they are, what is in them, where they think they are
 *	p2m.c		frames: which page is in which, and the tables behind that
 *	physmap.c	how Xen puts pages into frames
 *	pin.c, dirty.c, ioreq.c		what else Xen keeps for a device model
 *	tree.c		xenstore's nodes
 *	lib*.c		libxen's functions on top
 *	fault.c		which of those fail
 *
 * Functions here return 0 or -errno, as inside Xen.
 */
#ifndef SELFTESTS_MODEL_INTERNAL_H
#define SELFTESTS_MODEL_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fakexen.h"

#define FRAME_SIZE	4096

struct machine {
	struct fakexen_config config;
	bool gone;
	bool log_dirty;
	bool started;
};

extern struct machine machine;

/* The guest that a call names: 0, or -ESRCH or -EPERM for any other. */
int machine_check(uint32_t domid);

/* page.c */
void page_reset(void);
uint64_t page_new(void);
void page_set_frame(uint64_t page, uint64_t gfn);
int page_fd(void);
int64_t page_offset(uint64_t page);
uint64_t page_count(void);

/* p2m.c */
struct p2m_entry {
	uint64_t page;
	enum fakexen_type type;
};

void p2m_reset(uint64_t pool);
struct p2m_entry p2m_get(uint64_t gfn);
int p2m_set(uint64_t gfn, uint64_t page, enum fakexen_type type);
int p2m_set_large(uint64_t gfn, uint64_t first_page, enum fakexen_type type);
uint64_t p2m_maximum(void);

#define P2M_LARGE_ORDER	9
#define P2M_LARGE	(1u << P2M_LARGE_ORDER)

/* physmap.c */
void physmap_reset(void);
unsigned long xen_populate(uint64_t gfn, unsigned int order);	/* 0 or 1 extent */
unsigned long xen_mark(uint64_t gfn, unsigned int order);	/* the same */
int xen_depopulate(uint64_t gfn, unsigned int order);
int physmap_add_one(uint64_t src, uint64_t dst);
int physmap_add_range(uint64_t src, uint64_t dst, uint16_t nr);
int physmap_add_shared_info(uint64_t gfn);
void physmap_interrupt(const struct fakexen_fault *fault);

/* pin.c, dirty.c, ioreq.c */
void pin_reset(void);
int pin_set(uint64_t first, uint64_t last, uint32_t type);
void dirty_reset(void);
int dirty_track(uint64_t gfn, uint32_t nr, uint8_t *bitmap);
int dirty_modified(uint64_t gfn, uint32_t nr);
int dirty_set_type(uint64_t gfn, uint32_t nr, unsigned int type);
void ioreq_reset(void);
int ioreq_create(uint16_t *id);
int ioreq_destroy(uint16_t id);
int ioreq_map(uint16_t id, unsigned int kind, uint64_t start, uint64_t end);
int ioreq_unmap(uint16_t id, unsigned int kind, uint64_t start, uint64_t end);
int ioreq_enable(uint16_t id, bool on);
void *ioreq_page(uint16_t id);

#define IOREQ_PCI	2	/* a kind of range, beside ports and memory */

/* fault.c */
struct call {
	bool outermost;
};

struct call call_begin(const char *name);
struct call call_inside(void);	/* not a call, but the model's own doing */
void call_end(struct call *call);
void call_instant(void);		/* in the middle of a call */
const struct fakexen_fault *call_fault(void);
void fault_reset(void);

/*
 * A libxen function: its real name is a weak alias, so that an object of the
 * shim that defines the same name comes before, and the model's own name
 * stays to be called behind it.
 */
#define FAKE(type, name, params)						\
	type fakexen_##name params;						\
	__attribute__((weak, alias("fakexen_" #name), visibility("default")))	\
	type name params;							\
	type fakexen_##name params

/* The first line of one: it is counted, and may have to fail. */
#define FAKE_CALL(name)								\
	struct call call_ __attribute__((cleanup(call_end), unused)) = call_begin(#name)

/* And the second of one that fails as a whole. */
#define FAKE_MAY_FAIL(failure) do {						\
	const struct fakexen_fault *fault_ = call_fault();			\
										\
	if (fault_) {								\
		errno = fault_->error;						\
		return failure;							\
	}									\
} while (0)

/* From Xen's convention to libxen's. */
int result(int rc);

#endif
