/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The display adapter as a QEMU that runs has it: where its BAR is, and what is
 * behind that.  Asked through the monitor; nothing is changed.
 */
#ifndef XENPHYSMAP_CTL_CARD_H
#define XENPHYSMAP_CTL_CARD_H

#include <stddef.h>
#include <stdint.h>

#include "qmp.h"

/* Displays that are looked at; QEMU's machines have one, rarely two. */
#define CARDS_MAX	4

/* Words of a page that are compared at once. */
#define CARD_WORDS	64

/**
 * struct card - a display adapter
 * @bar: first frame of its first BAR; GFN_NONE with decode off
 * @nr: frames of that
 * @model: as QEMU calls it
 */
struct card {
	uint64_t bar;
	uint64_t nr;
	char model[32];
};

/**
 * card_find() - Find them.
 * @qmp: a connection
 * @cards: filled in
 * @deadline: of now_ms()
 *
 * Return: how many, or as qmp_call().
 */
int card_find(struct qmp *qmp, struct card cards[CARDS_MAX], int64_t deadline);

/**
 * card_parse() - That, of an answer to query-pci.
 * @answer: the answer
 * @cards: filled in
 *
 * Return: how many.
 */
int card_parse(struct json_object *answer, struct card cards[CARDS_MAX]);

/**
 * card_memory() - Where has QEMU what is behind a frame?
 * @qmp: a connection
 * @gfn: a frame that a BAR of RAM answers for
 * @address: receives an address in QEMU's address space
 * @deadline: of now_ms()
 *
 * Return: 0; -ENXIO: that isn't RAM to QEMU; or as qmp_call().
 */
int card_memory(struct qmp *qmp, uint64_t gfn, uint64_t *address, int64_t deadline);

/**
 * card_read() - What does QEMU see in a frame?
 * @qmp: a connection
 * @gfn: the frame
 * @words: receives its first words
 * @deadline: of now_ms()
 *
 * Return: 0; -EPROTO: it isn't understood; or as qmp_call().
 */
int card_read(struct qmp *qmp, uint64_t gfn, uint32_t words[CARD_WORDS], int64_t deadline);

/**
 * card_parse_words() - Words, out of what the monitor prints for humans.
 * @text: lines, each an address, a colon, and words in hexadecimal
 * @words: filled in
 *
 * Return: 0 or -EPROTO.
 */
int card_parse_words(const char *text, uint32_t words[CARD_WORDS]);

#endif
