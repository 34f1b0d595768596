/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the shim has done in this process, in numbers, on a page that can be read
 * from outside while the device model runs: a mapping of its own, which root finds
 * in /proc/PID/maps under COUNTERS_NAME and opens as /proc/PID/map_files/START-END.
 * Nobody is asked and nobody is stopped for it, and no descriptor stays open.
 *
 * Numbers only grow, each for itself.  New ones are appended; @version is another
 * one if ever any of those that are there now means something else.  Who reads the
 * page reads what a device model says that its guest may have taken over.
 */
#ifndef XENPHYSMAP_SHIM_COUNTERS_H
#define XENPHYSMAP_SHIM_COUNTERS_H

#include <stdint.h>

#define COUNTERS_NAME		"xenphysmap-counters"
#define COUNTERS_MAGIC		"xphyscnt"	/* without its NUL */
#define COUNTERS_VERSION	1
#define COUNTERS_SIZE		4096

/* X(name, what is counted), in the order of the page. */
#define COUNTERS(X)								\
	X(moves,		"blocks moved")					\
	X(frames_moved,		"frames moved, those moved back too")		\
	X(moves_spared,		"blocks that were where they had to go")	\
	X(moves_undone,		"moves that failed and were undone")		\
	X(moves_broken,		"moves that failed and couldn't be undone")	\
	X(maps_translated,	"maps of frames that weren't where asked for")	\
	X(maps_kept,		"maps that were there already")			\
	X(restored_by_record,	"restored blocks found by a record")		\
	X(restored_by_bar,	"restored blocks found by their BAR")		\
	X(restored_by_search,	"restored blocks found by a search")		\
	X(records_published,	"records handed on")				\
	X(records_withdrawn,	"records withdrawn")				\
	X(barriers,		"waits for xenstore before a save")		\
	X(errors_taken,		"moves refused: another page was there")	\
	X(errors_p2m_pool,	"moves refused: the p2m pool was used up")	\
	X(errors_move,		"moves that failed for other reasons")		\
	X(errors_page_lost,	"runs of which Xen has lost a page")		\
	X(errors_record,	"records not published or not withdrawn")	\
	X(errors_barrier,	"saves that may carry no records")		\
	X(errors_restore,	"records that were wrong")

#define COUNTER_NUMBER(name, what)	COUNTER_##name,
enum counter {
	COUNTERS(COUNTER_NUMBER)
	COUNTERS_NR
};

/**
 * struct counters - the page
 * @magic: COUNTERS_MAGIC
 * @version: COUNTERS_VERSION
 * @nr: numbers that are there
 * @domid: the guest; the latest one of a device model of several
 * @reserved: 0
 * @value: the numbers, written and to be read atomically
 */
struct counters {
	char magic[8];
	uint32_t version;
	uint32_t nr;
	uint32_t domid;
	uint32_t reserved;
	uint64_t value[(COUNTERS_SIZE - 24) / 8];
};

/**
 * counters_show() - Let others see the numbers from now on.
 * @domid: the guest
 *
 * Counts go on where nobody sees them if the kernel has no such memory, or if a
 * sandbox is in force, which may kill who asks for it.
 */
void counters_show(uint32_t domid);

/**
 * counters_add() - Count.
 * @which: what
 * @n: how many of it
 *
 * May be called by any thread.
 */
void counters_add(enum counter which, uint64_t n);

#endif
