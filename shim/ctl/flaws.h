/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known to go wrong without the shim, by versions.  Pure.  The tests
 * that show each are in Documentation/defects.rst.
 */
#ifndef XENPHYSMAP_CTL_FLAWS_H
#define XENPHYSMAP_CTL_FLAWS_H

#include <stdbool.h>

/**
 * struct version - of a program
 * @major: 0 where the version isn't known
 * @minor: second number
 * @micro: third one
 */
struct version {
	unsigned int major;
	unsigned int minor;
	unsigned int micro;
};

/**
 * struct flaw - a defect
 * @key: for programs
 * @text: what goes wrong, a line
 * @cured: under the shim it doesn't
 */
struct flaw {
	const char *key;
	const char *text;
	bool cured;
};

/**
 * version_parse() - Read one.
 * @text: numbers with dots between them, and anything behind
 */
struct version version_parse(const char *text);

/**
 * flaws_next() - Go through those that apply.
 * @i: 0 first; counts on
 * @xen: the hypervisor's
 * @qemu: the device model's
 *
 * What isn't known has the flaws that all have.
 *
 * Return: one, or NULL after the last.
 */
const struct flaw *flaws_next(unsigned int *i, const struct version *xen,
			      const struct version *qemu);

#endif
