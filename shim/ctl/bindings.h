/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the dynamic loader says of a QEMU that it loads with the shim: whose
 * definition of each interposed name does who get?  Pure: lines in.
 *
 * A wrong symbol version, or a loader that ignores LD_PRELOAD, is a shim that
 * isn't called, without a word from anybody.
 */
#ifndef XENPHYSMAP_CTL_BINDINGS_H
#define XENPHYSMAP_CTL_BINDINGS_H

#include <limits.h>
#include <stdbool.h>

/* libxen libraries that are told apart. */
#define BINDINGS_LIBRARIES	16

/**
 * struct bindings - what was said
 * @shim: the path of the shim; to be set
 * @qemu: that of the device model, or ""
 * @version: the line that QEMU says of itself, without its first words; or ""
 * @last: the last line that was none of the loader's: why, if it failed
 * @bound: calls that get to the shim
 * @past: calls that don't
 * @one_past: one of these
 * @libxen: paths of the libxen libraries in use
 * @nr_libxen: of them
 */
struct bindings {
	char shim[PATH_MAX];
	char qemu[PATH_MAX];
	char version[128];
	char last[256];
	unsigned int bound;
	unsigned int past;
	char one_past[128];
	char libxen[BINDINGS_LIBRARIES][PATH_MAX];
	unsigned int nr_libxen;
};

/**
 * bindings_line() - Take in a line.
 * @bindings: filled in further
 * @line: of LD_DEBUG=bindings, or of QEMU's
 */
void bindings_line(struct bindings *bindings, const char *line);

#endif
