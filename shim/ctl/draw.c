// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The drawing that is made of characters.
 */
#include <inttypes.h>

#include "draw.h"
#include "gfn.h"

#define WIDTH	24

struct pens {
	const char *top, *between, *bottom;	/* left corner, */
	const char *top_end, *between_end, *bottom_end;
	const char *line, *side;
	const char *fill[SPAN_OTHER + 1];
};

static const struct pens unicode_pens = {
	.top = "┌", .between = "├", .bottom = "└",
	.top_end = "┐", .between_end = "┤", .bottom_end = "┘",
	.line = "─", .side = "│",
	.fill = {
		[SPAN_EMPTY] = " ",
		[SPAN_RAM] = "░",
		[SPAN_AT_HOME] = "▓",
		[SPAN_PLACED] = "█",
		[SPAN_LEFT] = "╌",
		[SPAN_MISSING] = "╳",
		[SPAN_OTHER] = "▒",
	},
};

static const struct pens ascii_pens = {
	.top = "+", .between = "+", .bottom = "+",
	.top_end = "+", .between_end = "+", .bottom_end = "+",
	.line = "-", .side = "|",
	.fill = {
		[SPAN_EMPTY] = " ",
		[SPAN_RAM] = ".",
		[SPAN_AT_HOME] = "=",
		[SPAN_PLACED] = "#",
		[SPAN_LEFT] = "-",
		[SPAN_MISSING] = "!",
		[SPAN_OTHER] = "%",
	},
};

unsigned int draw_height(const struct span *span)
{
	uint64_t mib = span->nr >> (20 - PAGE_SHIFT);

	if (span->kind == SPAN_EMPTY || mib < 4)
		return 1;
	return mib < 256 ? 2 : 3;
}

static const char *colour_for(enum span_kind kind, const struct colours *c)
{
	switch (kind) {
	case SPAN_PLACED:
	case SPAN_AT_HOME:
		return c->good;
	case SPAN_LEFT:
	case SPAN_RAM:
		return c->faint;
	case SPAN_MISSING:
		return c->bad;
	case SPAN_OTHER:
		return c->doubtful;
	default:
		return c->none;
	}
}

static void repeat(FILE *out, const char *what)
{
	for (int i = 0; i < WIDTH; i++)
		fputs(what, out);
}

static void draw_line(FILE *out, uint64_t gfn, const char *left, const char *line,
		      const char *right)
{
	fprintf(out, "%12" PRIx64 " %s", gfn << PAGE_SHIFT, left);
	repeat(out, line);
	fprintf(out, "%s\n", right);
}

static void draw_span(FILE *out, const struct span *span, const struct pens *pens,
		      const struct colours *c)
{
	char size[SPACE_WORDS], label[SPACE_WORDS];

	space_size(span->nr, size);
	space_label(span, label);
	for (unsigned int row = 0; row < draw_height(span); row++) {
		fprintf(out, "%12s %s%s", "", pens->side, colour_for(span->kind, c));
		repeat(out, pens->fill[span->kind]);
		fprintf(out, "%s%s", c->none, pens->side);
		if (!row)
			fprintf(out, *label ? "  %10s  %s" : "  %10s", size, label);
		putc('\n', out);
	}
}

void draw_text(FILE *out, const struct space *space, bool unicode, const struct colours *colours)
{
	const struct pens *pens = unicode ? &unicode_pens : &ascii_pens;

	for (size_t i = space->nr; i-- > 0;) {
		const struct span *span = &space->span[i];

		if (i == space->nr - 1)
			draw_line(out, span->gfn + span->nr, pens->top, pens->line, pens->top_end);
		draw_span(out, span, pens, colours);
		if (i)
			draw_line(out, span->gfn, pens->between, pens->line, pens->between_end);
		else
			draw_line(out, span->gfn, pens->bottom, pens->line, pens->bottom_end);
	}
}
