/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The inside of "xenphysmap replace":
 *
 *	replace.c	options, the order of things, what becomes of failures
 *	halt.c		the way down: a guest that runs, a state in a file
 *	revive.c	the way up: a state in a file, a guest that can run
 */
#ifndef XENPHYSMAP_CTL_REPLACE_H
#define XENPHYSMAP_CTL_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "domain.h"
#include "emulator.h"
#include "ioreqs.h"
#include "journal.h"
#include "qmp.h"
#include "records.h"
#include "toolstack.h"

/**
 * struct handed - a descriptor of the old device model's, kept for the next one
 * @what: its number, or "if=" and a network interface
 * @fd: ours
 */
struct handed {
	char what[24];
	int fd;
};

/**
 * struct replacement - one replacement
 * @name: of the domain, as the user calls it
 * @program: the next device model
 * @stock: and it is to run without the shim
 * @shim: the shim, for device models that have none yet; "" if unknown
 * @patience: how long a device model may take for anything, in ms
 * @dom: the domain
 * @ts: libxl's side of it
 * @io: requests to the device model
 * @journal: on disk
 * @old: the present device model, dead or alive
 * @now: the one that is being started
 * @handed: what the old one has open, and others need to have
 * @nr_handed: of them
 * @qmp: to the one that is there
 * @records: the way to the blocks' records
 * @rec: as they were when the guest stood still
 * @nr: of them
 * @dead: ioreq servers without a process, a bit for each
 */
struct replacement {
	const char *name;
	const char *program;
	bool stock;
	char shim[PATH_MAX];
	int64_t patience;
	struct domain dom;
	struct toolstack ts;
	struct ioreqs io;
	struct journal journal;
	struct emulator old;
	struct emulator now;
	struct handed handed[HANDED_MAX];
	unsigned int nr_handed;
	struct qmp qmp;
	struct records *records;
	struct record rec[RECORDS_MAX];
	int nr;
	unsigned int dead;
};

/**
 * struct candidate - a device model that may be started
 * @what: how to call it
 * @exe: its program, or -1
 * @path: its program
 * @stock: without the shim
 */
struct candidate {
	const char *what;
	int exe;
	const char *path;
	bool stock;
};

/**
 * halt_check() - Can the present device model be replaced?
 * @r: @dom, @ts, @old and @qmp are there
 *
 * Return: 0, or -errno; said why.
 */
int halt_check(struct replacement *r);

/**
 * halt() - Stop the guest and bring its device model's state to disk.
 * @r: checked; @journal is complete and @rec is true afterwards
 *
 * Return: 0; or -errno, with the guest running as before; said why.
 */
int halt(struct replacement *r);

/**
 * revive() - Start a device model where another one left off.
 * @r: the guest is paused, its state on disk, its device model dead
 * @which: the one to start
 *
 * Return: 0, with it running and the guest still paused; or -errno, with
 * nothing left of it; said why.
 */
int revive(struct replacement *r, const struct candidate *which);

/**
 * revive_finish() - What no guest has to wait for.
 * @r: revived
 */
void revive_finish(struct replacement *r);

/**
 * revive_arguments() - What it would be started with.
 * @r: @old is known
 * @which: the one
 * @start: receives program, arguments, environment and descriptors
 * @monitor: a descriptor that listens for libxl
 *
 * To be called while the old device model is alive, too: what it has open ends
 * with it.
 *
 * Return: 0, or -errno; said why.
 */
int revive_arguments(struct replacement *r, const struct candidate *which, struct start *start,
		     int monitor);

#endif
