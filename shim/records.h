/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The seam between the engine and xenstore.  Two ways behind it: store.c in
 * this process, publisher.c in another; see records_open() for which.
 */
#ifndef XENPHYSMAP_SHIM_RECORDS_H
#define XENPHYSMAP_SHIM_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* More records than any device model has blocks; the rest is ignored. */
#define RECORDS_MAX	256

/**
 * struct records - a way to the records of one domain
 * @publish: write a record whole; 0 or -errno (-EAGAIN: ask again later;
 *	-ECONNRESET: ask again, and for all that was published before)
 * @withdraw: remove a record; a missing one is no error; 0 or -errno
 * @load: what was there before we came; waits for it, at most a few seconds;
 *        fills @recs, at most RECORDS_MAX, all of them well-formed; returns
 *        their number or -errno
 * @clear: remove what was there before we came; 0 or -errno
 * @remember: keep, for the next boot of the same guest, where a block's BAR was
 *            at first; 0 or -errno
 * @recall: what was remembered; waits for it, at most a second; 1, 0 or -errno
 * @barrier: 0 once all that was published is visible; -ETIMEDOUT
 * @close: release everything; the records stay
 */
struct records {
	int (*publish)(struct records *records, const struct record *rec);
	int (*withdraw)(struct records *records, uint64_t phys_offset);
	int (*load)(struct records *records, struct record *recs);
	int (*clear)(struct records *records);
	int (*remember)(struct records *records, const struct record *rec);
	int (*recall)(struct records *records, struct record *rec);
	int (*barrier)(struct records *records);
	void (*close)(struct records *records);
};

/**
 * records_open() - Records by the way that suits how the shim came here.
 * @domid: the guest
 * @publisher: the program to write them, or NULL for the usual way
 * @records: receives the way, owned by the caller
 *
 * Two of them, in records-beside.c and records-linked.c: the link decides.
 *
 * Return: 0, -ENOENT, or as those below.
 */
int records_open(uint32_t domid, const char *publisher, struct records **records);

/**
 * store_open() - Records through libxenstore, in this process.
 * @domid: the guest
 * @records: receives the way, owned by the caller
 *
 * Connects when it is first asked for something, and again after a failure.
 *
 * Return: 0 or -ENOMEM.
 */
int store_open(uint32_t domid, struct records **records);

/**
 * store_keep_malformed() - Only look: load() leaves what it can't read.
 * @records: of store_open()
 */
void store_keep_malformed(struct records *records);

/**
 * store_seek_model() - Only look: wherever the guest's device model runs.
 * @records: of store_open(), not yet used
 */
void store_seek_model(struct records *records);

/**
 * store_socket() - The path of xenstored's socket.
 *
 * Return: it, or NULL where xenstored is reached through a device instead.
 */
const char *store_socket(void);

/**
 * store_heed_toolstack() - Publish nothing for a domain that is gone.
 * @records: of store_open()
 *
 * libxl removes the device model's directory when it destroys a domain, while
 * the device model may still be on its way out: a record that was published
 * then would stay behind for ever.
 */
void store_heed_toolstack(struct records *records);

/**
 * publisher_open() - Records through a publisher process of our own.
 * @domid: the guest
 * @path: the program
 * @records: receives the way, owned by the caller
 *
 * Return: 0, -ENOMEM, or what socketpair() or posix_spawn() said.
 */
int publisher_open(uint32_t domid, const char *path, struct records **records);

#endif
