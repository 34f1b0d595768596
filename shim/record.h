/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of a physmap record: three xenstore values below a directory that
 * is named after the block's home.  Pure: knows the format, not xenstore.
 *
 * Source of the format: QEMU 1.1 .. 2.9 wrote these nodes and libxl still
 * carries them in the save stream, see Documentation/record.rst.
 */
#ifndef XENPHYSMAP_SHIM_RECORD_H
#define XENPHYSMAP_SHIM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_HEX_SIZE		17	/* 16 digits and the NUL */
#define RECORD_NAME_SIZE	64	/* with the NUL */

/**
 * struct record - one placed run of a block, as readers of xenstore see it
 * @phys_offset: home, in bytes of QEMU's RAM address space; names the record
 * @start_addr: place, in bytes of guest physical address space
 * @size: length in bytes
 * @name: QEMU's name of the memory region, never empty
 */
struct record {
	uint64_t phys_offset;
	uint64_t start_addr;
	uint64_t size;
	char name[RECORD_NAME_SIZE];
};

/**
 * record_hex() - Write a number as records have it: lower-case hex, no 0x, no
 *                padding.
 * @value: any
 * @text: receives at most 16 digits and a NUL
 *
 * Return: the number of digits.
 */
size_t record_hex(uint64_t value, char text[RECORD_HEX_SIZE]);

/**
 * record_unhex() - Read a number that record_hex() could have written.
 * @text: need not be terminated
 * @len: its length in bytes
 * @value: the number, untouched on error
 *
 * Stricter than the strtoull() of old readers on purpose: a prefix of garbage
 * is garbage.
 *
 * Return: 0 or -EINVAL.
 */
int record_unhex(const char *text, size_t len, uint64_t *value);

/**
 * record_set_name() - Set a record's name from untrusted text.
 * @rec: the record
 * @text: need not be terminated
 * @len: its length in bytes
 *
 * Return: 0, or -EINVAL where the text is empty, too long or not printable.
 */
int record_set_name(struct record *rec, const char *text, size_t len);

/**
 * record_check() - Can this record be true of any guest?
 * @rec: parsed, untrusted
 *
 * Judges alignment, length, wrapping, and that the place can't lie in guest
 * RAM: QEMU gives blocks their homes above guest RAM, so that a place below
 * home is a lie unless RAM crosses 4 GiB and the place is below that line.
 *
 * Return: 0, -EINVAL (alignment, length, above 1 GiB, name), -EOVERFLOW (wraps or beyond
 * the 52 bits of a physical address) or -EFAULT (would lie in guest RAM).
 */
int record_check(const struct record *rec);

#endif
