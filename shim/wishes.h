/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device model wants xenstore to say, as far as the publisher has been
 * told: for each record the latest wish and no other, so that no flood of them
 * takes more room than this.  Pure: knows neither xenstore nor sockets nor
 * threads.
 */
#ifndef XENPHYSMAP_SHIM_WISHES_H
#define XENPHYSMAP_SHIM_WISHES_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "records.h"

enum wish_what {
	WISH_PUBLISH,
	WISH_WITHDRAW,
	WISH_CLEAR,
	WISH_REMEMBER,
};

/**
 * struct wish - one of them
 * @what: shall be done
 * @rec: the record; only its phys_offset counts where it is withdrawn
 * @serial: tells it from any other, and the older from the newer
 * @open: it isn't true yet
 */
struct wish {
	enum wish_what what;
	struct record rec;
	uint64_t serial;
	bool open;
};

/**
 * struct wishes - all of them; zeroed is none
 * @wish: one for each record
 * @nr: of them
 * @clear: comes before all others
 * @remember: comes after them
 * @serial: the latest given
 */
struct wishes {
	struct wish wish[RECORDS_MAX];
	unsigned int nr;
	struct wish clear;
	struct wish remember;
	uint64_t serial;
};

/**
 * wishes_publish() - A record shall exist; replaces any wish about it.
 * @wishes: all
 * @rec: checked
 *
 * Return: 0, or -ENOSPC with RECORDS_MAX others.
 */
int wishes_publish(struct wishes *wishes, const struct record *rec);

/**
 * wishes_withdraw() - A record shall not exist; replaces any wish about it.
 * @wishes: all
 * @phys_offset: of the record, in bytes
 *
 * Return: 0, or -ENOSPC with RECORDS_MAX others.
 */
int wishes_withdraw(struct wishes *wishes, uint64_t phys_offset);

/**
 * wishes_clear() - No record that was there shall exist; forgets what was
 *                  wished before.
 * @wishes: all
 */
void wishes_clear(struct wishes *wishes);

/**
 * wishes_remember() - A BAR shall be remembered; replaces any wish about one.
 * @wishes: all
 * @rec: checked
 */
void wishes_remember(struct wishes *wishes, const struct record *rec);

/**
 * wishes_next() - What is to be done next.
 * @wishes: all
 * @next: receives a copy of the oldest one that is open
 *
 * Return: whether there is one.
 */
bool wishes_next(const struct wishes *wishes, struct wish *next);

/**
 * wishes_done() - One has been made true.
 * @wishes: all; those that came since it was returned stay open
 * @done: as returned by wishes_next()
 */
void wishes_done(struct wishes *wishes, const struct wish *done);

/**
 * wishes_postpone() - One couldn't be made true: the others come first.
 * @wishes: all
 * @failed: as returned by wishes_next()
 */
void wishes_postpone(struct wishes *wishes, const struct wish *failed);

/**
 * wishes_renew() - Nobody knows any more what is true: all are open again.
 * @wishes: all
 */
void wishes_renew(struct wishes *wishes);

#endif
