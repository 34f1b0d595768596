/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words of the xenphysmap command: they go to stderr, because data goes to stdout.
 */
#ifndef XENPHYSMAP_CTL_SAY_H
#define XENPHYSMAP_CTL_SAY_H

#include <stdio.h>

#define say(format, ...)	fprintf(stderr, "xenphysmap: " format "\n", ##__VA_ARGS__)

#endif
