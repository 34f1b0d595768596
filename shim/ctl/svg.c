// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The drawing for documents.  An arrow goes from the home of each block that is
 * placed to its place.
 */
#include <inttypes.h>

#include "draw.h"
#include "gfn.h"

#define ROW	22U
#define TOP	44U
#define LEFT	110U
#define BOX	230U
#define WIDTH	800U
#define SIZES	(LEFT + BOX + 130)
#define LABELS	(SIZES + 14)

static const char *const fill[] = {
	[SPAN_EMPTY] = "#ffffff",
	[SPAN_RAM] = "#d9dee3",
	[SPAN_AT_HOME] = "#9ec5e8",
	[SPAN_PLACED] = "#3b82c4",
	[SPAN_LEFT] = "#ffffff",
	[SPAN_MISSING] = "#e8b0b0",
	[SPAN_OTHER] = "#f0e0b0",
};

static unsigned int height(const struct span *span)
{
	return ROW * draw_height(span);
}

static unsigned int total(const struct space *space)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < space->nr; i++)
		sum += height(&space->span[i]);
	return sum;
}

/* Names come from xenstore. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			putc((unsigned char)*text < ' ' ? '?' : *text, out);
		}
	}
}

static void put_label(FILE *out, unsigned int x, unsigned int y, const char *anchor,
		      const char *text)
{
	fprintf(out, "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\">", x, y, anchor);
	put_text(out, text);
	fputs("</text>\n", out);
}

static void put_address(FILE *out, unsigned int y, uint64_t gfn)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIx64, gfn << PAGE_SHIFT);
	put_label(out, LEFT - 8, y + 4, "end", text);
}

static void put_span(FILE *out, const struct span *span, unsigned int y)
{
	char size[SPACE_WORDS], label[SPACE_WORDS];
	unsigned int middle_of_text = y + height(span) / 2 + 4;

	fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#445\"%s/>\n",
		LEFT, y, BOX, height(span), fill[span->kind],
		span->kind == SPAN_LEFT ? " stroke-dasharray=\"4 3\"" : "");
	space_size(span->nr, size);
	space_label(span, label);
	put_label(out, SIZES, middle_of_text, "end", size);
	put_label(out, LABELS, middle_of_text, "start", label);
}

/* The middle of what is there now, or was, of a block. */
static unsigned int middle(const struct space *space, const struct guest_block *block,
			   enum span_kind kind)
{
	unsigned int y = TOP;

	for (size_t i = space->nr; i-- > 0;) {
		const struct span *span = &space->span[i];

		if (span->block == block && span->kind == kind)
			return y + height(span) / 2;
		y += height(span);
	}
	return 0;
}

static void put_arrow(FILE *out, const struct space *space, const struct span *placed)
{
	unsigned int from = middle(space, placed->block, SPAN_LEFT);
	unsigned int to = middle(space, placed->block, SPAN_PLACED);

	if (from && to)
		fprintf(out, "<path d=\"M%u %u C%u %u %u %u %u %u\" fill=\"none\" stroke=\"#1d4f91\" "
			"stroke-width=\"2\" marker-end=\"url(#tip)\"/>\n", LEFT + BOX, from,
			LEFT + BOX + 60, from, LEFT + BOX + 60, to, LEFT + BOX + 4, to);
}

void draw_svg(FILE *out, const struct space *space, const char *title)
{
	unsigned int y = TOP;

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		"font-family=\"sans-serif\" font-size=\"13\">\n", WIDTH, TOP + total(space) + 20);
	fputs("<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"6\" refY=\"4\" "
	      "orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#1d4f91\"/></marker></defs>\n"
	      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n", out);
	put_label(out, LEFT, 24, "start", title);
	for (size_t i = space->nr; i-- > 0;) {
		put_address(out, y, space->span[i].gfn + space->span[i].nr);
		put_span(out, &space->span[i], y);
		y += height(&space->span[i]);
	}
	put_address(out, y, 0);
	for (size_t i = 0; i < space->nr; i++)
		if (space->span[i].kind == SPAN_PLACED)
			put_arrow(out, space, &space->span[i]);
	fputs("</svg>\n", out);
}
