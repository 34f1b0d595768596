/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a replacement needs to be finished by another run of the command, should
 * this one be killed: a few files in a directory of the domain's own.
 */
#ifndef XENPHYSMAP_CTL_JOURNAL_H
#define XENPHYSMAP_CTL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct journal - a directory
 * @path: its name
 * @fd: of it, or -1 while it isn't there
 */
struct journal {
	char path[128];
	int fd;
};

/* The device's state; the file that is there last and says that all is there. */
#define JOURNAL_STATE	"state"

/**
 * journal_find() - Is there a journal of this domain?
 * @journal: filled in
 * @uuid: the domain's
 *
 * Return: whether there is a complete one.
 */
bool journal_find(struct journal *journal, const char *uuid);

/**
 * journal_start() - Make an empty one.
 * @journal: of journal_find()
 *
 * Return: 0 or -errno.
 */
int journal_start(struct journal *journal);

/**
 * journal_put() - Write a file.
 * @journal: started
 * @name: of it
 * @data: all of it
 * @len: bytes
 *
 * Return: 0 or -errno.
 */
int journal_put(struct journal *journal, const char *name, const void *data, size_t len);

/**
 * journal_get() - Read a file.
 * @journal: found
 * @name: of it
 * @len: receives its length in bytes
 *
 * Return: its contents and a NUL, owned by the caller; NULL with errno.
 */
char *journal_get(struct journal *journal, const char *name, size_t *len);

/**
 * journal_open_state() - A file for the device's state, to be written.
 * @journal: started
 *
 * Return: a descriptor, owned by the caller, or -errno.
 */
int journal_open_state(struct journal *journal);

/**
 * journal_commit() - The state is written, and so is all the rest.
 * @journal: started
 * @fd: of journal_open_state(), closed
 *
 * Return: 0, -ENODATA (the state is empty), or -errno.
 */
int journal_commit(struct journal *journal, int fd);

/**
 * journal_read_state() - The device's state, to be read.
 * @journal: complete
 *
 * Return: a descriptor, owned by the caller, or -errno.
 */
int journal_read_state(struct journal *journal);

/* Remove it with all that is in it. */
void journal_discard(struct journal *journal);

#endif
