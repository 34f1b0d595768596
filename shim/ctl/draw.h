/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drawings of an address space, the highest address at the top.  Not to scale:
 * a span's height grows with the logarithm of its size.
 */
#ifndef XENPHYSMAP_CTL_DRAW_H
#define XENPHYSMAP_CTL_DRAW_H

#include <stdbool.h>
#include <stdio.h>

#include "space.h"
#include "terminal.h"

/**
 * draw_text() - Draw with characters.
 * @out: where to
 * @space: what
 * @unicode: box-drawing characters in UTF-8, or ASCII
 * @colours: of terminal_colours()
 */
void draw_text(FILE *out, const struct space *space, bool unicode, const struct colours *colours);

/**
 * draw_svg() - Draw as an SVG 1.1 document.
 * @out: where to
 * @space: what
 * @title: above it; any text
 */
void draw_svg(FILE *out, const struct space *space, const char *title);

/**
 * draw_height() - How many steps high a span is.
 * @span: the span
 */
unsigned int draw_height(const struct span *span);

#endif
