/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What there is to be known of a domain without asking its device model: its
 * records, through the public interface, and who serves it.
 */
#ifndef XENPHYSMAP_CTL_GUEST_H
#define XENPHYSMAP_CTL_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <json-c/json.h>

#include "terminal.h"
#include "toolstack.h"

/* libxl lets names be longer; they are cut where they are shown. */
#define GUEST_NAME_SIZE		64
#define GUEST_BLOCK_NAME_SIZE	64

/**
 * enum shim_use - does a device model run under the shim?
 * @SHIM_NONE: there is no device model
 * @SHIM_UNKNOWN: it can't be looked into: in a stubdom, or no process of ours
 * @SHIM_OFF: no
 * @SHIM_ON: yes
 * @SHIM_STALE: yes, under one whose file isn't there any more
 */
enum shim_use {
	SHIM_NONE,
	SHIM_UNKNOWN,
	SHIM_OFF,
	SHIM_ON,
	SHIM_STALE,
};

/**
 * struct guest_block - what a record says
 * @home: first frame of its home
 * @place: first frame where its pages are
 * @nr: frames
 * @split: one of several records of a block that is in pieces
 * @name: of the block
 */
struct guest_block {
	uint64_t home;
	uint64_t place;
	uint64_t nr;
	bool split;
	char name[GUEST_BLOCK_NAME_SIZE];
};

/**
 * struct guest - a domain
 * @domid: its number
 * @name: its name, or ""
 * @pid: of its device model, or 0
 * @model: the domain that this is in, dom0 or a stubdom
 * @shim: does it run under the shim?
 * @ram: bytes of RAM, without video RAM; 0 if unknown
 * @video: bytes of video RAM as configured; 0 if unknown
 * @block: ascending by home; owned
 * @nr_blocks: of them
 */
struct guest {
	uint32_t domid;
	char name[GUEST_NAME_SIZE];
	pid_t pid;
	uint32_t model;
	enum shim_use shim;
	uint64_t ram;
	uint64_t video;
	struct guest_block *block;
	unsigned int nr_blocks;
};

/**
 * guest_look() - Learn all of that.
 * @guest: filled in; for guest_forget(), whatever is returned
 * @ts: libxl's side of the domain
 *
 * Return: 0, -ESRCH (there is no such domain any more), or why records can't be
 * read.
 */
int guest_look(struct guest *guest, struct toolstack *ts);

/**
 * guest_records() - Read its records again.
 * @guest: looked at before
 *
 * Return: 0, or -errno with the records as they were.
 */
int guest_records(struct guest *guest);

void guest_forget(struct guest *guest);

/**
 * guest_for_each() - Look at some domains, or at all of them.
 * @names: names or domids
 * @nr: of them; with 0 all domains are meant that have a device model
 * @fn: called for each; returns an exit status
 * @arg: passed to @fn
 *
 * Return: the largest exit status; EXIT_FAILURE for a domain that isn't there,
 * which is said, and for those that vanish meanwhile where they were named.
 */
int guest_for_each(char **names, int nr,
		   int (*fn)(struct guest *guest, struct toolstack *ts, void *arg), void *arg);

/**
 * struct guest_answers - where a subcommand that tells of guests puts it
 * @json: an array, to get one of guest_describe() for each; NULL: it is for people
 * @colours: for them
 * @nr: guests that have been told of before
 */
struct guest_answers {
	struct json_object *json;
	const struct colours *colours;
	unsigned int nr;
};

/**
 * guest_command() - All of a subcommand with the arguments [--json] [DOMAIN]...
 * @argc: as its run() gets them
 * @argv: as its run() gets them
 * @fn: called as by guest_for_each(), with a struct guest_answers
 *
 * Return: what its run() does.
 */
int guest_command(int argc, char **argv,
		  int (*fn)(struct guest *guest, struct toolstack *ts, void *arg));

/**
 * guest_has_model() - Does it have a device model?
 * @guest: looked at
 */
bool guest_has_model(const struct guest *guest);

/**
 * guest_label() - How to call it in a line of output.
 * @guest: looked at
 *
 * Return: its name, or "?".
 */
const char *guest_label(const struct guest *guest);

/* How to say it in a column: "yes", "no", "-", "?", "old". */
const char *guest_shim_word(enum shim_use use);

/* "at home", "placed", or "split". */
const char *guest_block_state(const struct guest_block *block);

/**
 * guest_describe() - The same for programs.
 * @guest: looked at
 *
 * Return: an object, owned by the caller.
 */
struct json_object *guest_describe(const struct guest *guest);

#endif
