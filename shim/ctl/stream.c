// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The formats, one in the other: xl's header and configuration, then libxl's
 * records (Xen's docs/specs/libxl-migration-stream), in one of which libxc's
 * are (libxc-migration-stream).  All of the guest's memory is in there, and is
 * passed over.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gfn.h"
#include "stream.h"

#define XL_MAGIC	"Xen saved domain, xl format\n \0 \r"
#define XL_STREAM_V2	(1U << 1)
#define XL_BYTEORDER	0x01020304U

#define LIBXL_IDENT	0x4c6962786c466d74ULL	/* "LibxlFmt" */
#define LIBXL_VERSION	2
#define LIBXC_MARKER	UINT64_MAX
#define LIBXC_ID	0x58454e46U		/* "XENF" */
#define LIBXC_HVM	2

/* libxl's records */
enum { LIBXL_END, LIBXL_LIBXC, LIBXL_XENSTORE, LIBXL_EMULATOR };

/* libxc's */
enum { LIBXC_END, LIBXC_PAGE_DATA };

/* What is kept in memory may be this long; a real one is a hundredth of that. */
#define CONFIG_MAX	(1U << 20)
#define XENSTORE_MAX	(1U << 20)
#define STATE_MAX	(64U << 20)
#define LIBXC_MAX	(128U << 20)	/* REC_LENGTH_MAX */

/* A page's type is above its number. */
#define PFN_MASK	((1ULL << 52) - 1)
#define PFN_TYPE_SHIFT	60
#define PFN_BROKEN	0xd
#define PFN_HOLE	0xf

struct header {
	uint32_t type;
	uint32_t length;
};

static int wrong(struct saved *saved, int rc, const char *what)
{
	snprintf(saved->why, sizeof(saved->why), "%s", what);
	return rc;
}

static int get(struct saved *saved, FILE *in, void *data, size_t len)
{
	if (fread(data, 1, len, in) == len)
		return 0;
	return wrong(saved, -ENODATA, ferror(in) ? "it can't be read" : "it ends too soon");
}

static int skip(struct saved *saved, FILE *in, uint64_t len)
{
	char waste[65536];
	int rc = 0;

	while (len && !rc) {
		size_t n = len < sizeof(waste) ? len : sizeof(waste);

		rc = get(saved, in, waste, n);
		len -= n;
	}
	return rc;
}

/* @len bytes and a NUL behind them, owned by the caller. */
static int get_all(struct saved *saved, FILE *in, size_t len, size_t max, void **data)
{
	int rc;

	if (len > max)
		return wrong(saved, -EPROTO, "a part of it is impossibly long");
	*data = calloc(1, len + 1);
	if (!*data)
		return wrong(saved, -ENOMEM, "no memory");
	rc = get(saved, in, *data, len);
	if (rc) {
		free(*data);
		*data = NULL;
	}
	return rc;
}

static int read_xl(struct saved *saved, FILE *in)
{
	struct {
		char magic[32];
		uint32_t byteorder;
		uint32_t mandatory;
		uint32_t optional;
		uint32_t length;
	} header;
	uint32_t length;
	void *config;
	int rc = get(saved, in, &header, sizeof(header));

	if (rc)
		return rc;
	if (memcmp(header.magic, XL_MAGIC, sizeof(header.magic)))
		return wrong(saved, -EPROTO, "it isn't a guest that xl has saved");
	if (header.byteorder != XL_BYTEORDER || !(header.mandatory & XL_STREAM_V2))
		return wrong(saved, -EPROTO, "it is of a format before Xen 4.6, or of another machine");
	if (header.length < sizeof(length))
		return skip(saved, in, header.length);
	rc = get(saved, in, &length, sizeof(length));
	if (!rc && length > header.length - sizeof(length))
		rc = wrong(saved, -EPROTO, "its configuration is longer than it says");
	if (!rc)
		rc = get_all(saved, in, length, CONFIG_MAX, &config);
	if (rc)
		return rc;
	saved->config = config;
	return skip(saved, in, header.length - sizeof(length) - length);
}

static uint64_t padded(uint32_t length)
{
	return ((uint64_t)length + 7) & ~7ULL;
}

static int read_pages(struct saved *saved, FILE *in, uint32_t length)
{
	struct {
		uint32_t count;
		uint32_t pad;
	} header;
	uint64_t pfn;
	int rc;

	if (length < sizeof(header))
		return wrong(saved, -EPROTO, "a record of pages is too short");
	rc = get(saved, in, &header, sizeof(header));
	if (rc)
		return rc;
	if (header.count > (length - sizeof(header)) / sizeof(pfn))
		return wrong(saved, -EPROTO, "a record of pages is shorter than it says");
	for (uint32_t i = 0; i < header.count; i++) {
		rc = get(saved, in, &pfn, sizeof(pfn));
		if (rc)
			return rc;
		if (pfn >> PFN_TYPE_SHIFT == PFN_HOLE || pfn >> PFN_TYPE_SHIFT == PFN_BROKEN)
			continue;
		pfn &= PFN_MASK;
		if (pfn < STREAM_FRAMES)
			saved->populated[pfn / 8] |= 1 << pfn % 8;
	}
	return skip(saved, in, padded(length) - sizeof(header) - header.count * sizeof(pfn));
}

static int read_libxc(struct saved *saved, FILE *in)
{
	struct {
		uint64_t marker;
		uint32_t id;
		uint32_t version;
		uint16_t options;
		uint16_t pad[3];
	} image;
	struct {
		uint32_t type;
		uint16_t page_shift;
		uint16_t pad;
		uint32_t version[2];
	} domain;
	struct header header;
	int rc = get(saved, in, &image, sizeof(image));

	if (!rc)
		rc = get(saved, in, &domain, sizeof(domain));
	if (rc)
		return rc;
	if (image.marker != LIBXC_MARKER || be32toh(image.id) != LIBXC_ID || image.options)
		return wrong(saved, -EPROTO, "there is no memory of a guest in it");
	if (domain.type != LIBXC_HVM || domain.page_shift != PAGE_SHIFT)
		return wrong(saved, -EPROTO, "it isn't an HVM guest");
	for (;;) {
		rc = get(saved, in, &header, sizeof(header));
		if (!rc && header.length > LIBXC_MAX)
			rc = wrong(saved, -EPROTO, "a part of the memory is impossibly long");
		if (rc || header.type == LIBXC_END)
			return rc ? rc : skip(saved, in, padded(header.length));
		rc = header.type == LIBXC_PAGE_DATA ? read_pages(saved, in, header.length) :
						      skip(saved, in, padded(header.length));
		if (rc)
			return rc;
	}
}

/* A string of a list of them, or NULL; with its NUL it is within @end. */
static const char *next_string(const char **at, const char *end)
{
	const char *text = *at, *nul = text < end ? memchr(text, '\0', end - text) : NULL;

	if (!nul)
		return NULL;
	*at = nul + 1;
	return text;
}

static struct record *record_for(struct saved *saved, uint64_t phys_offset)
{
	for (unsigned int i = 0; i < saved->nr; i++)
		if (saved->rec[i].phys_offset == phys_offset)
			return &saved->rec[i];
	if (saved->nr == STREAM_RECORDS)
		return NULL;
	saved->rec[saved->nr] = (struct record){ .phys_offset = phys_offset };
	return &saved->rec[saved->nr++];
}

/* "physmap/<phys_offset>/<node>"; anything else is of no interest. */
static void take_node(struct saved *saved, const char *key, const char *value)
{
	static const char physmap[] = "physmap/";
	struct record *rec;
	const char *node;
	uint64_t home;

	if (strncmp(key, physmap, strlen(physmap)))
		return;
	key += strlen(physmap);
	node = strchr(key, '/');
	if (!node || record_unhex(key, node - key, &home))
		return;
	rec = record_for(saved, home);
	if (!rec)
		return;
	if (!strcmp(node, "/start_addr"))
		record_unhex(value, strlen(value), &rec->start_addr);
	else if (!strcmp(node, "/size"))
		record_unhex(value, strlen(value), &rec->size);
	else if (!strcmp(node, "/name"))
		record_set_name(rec, value, strlen(value));
}

static int read_xenstore(struct saved *saved, FILE *in, uint32_t length)
{
	const char *at, *end, *key, *value;
	unsigned int good = 0;
	void *data;
	int rc = get_all(saved, in, padded(length), XENSTORE_MAX, &data);

	if (rc)
		return rc;
	at = (const char *)data + (length < 8 ? length : 8);
	end = (const char *)data + length;
	while ((key = next_string(&at, end)) && (value = next_string(&at, end)))
		take_node(saved, key, value);
	free(data);
	/* one that the shim won't believe is none */
	for (unsigned int i = 0; i < saved->nr; i++)
		if (!record_check(&saved->rec[i]))
			saved->rec[good++] = saved->rec[i];
	saved->nr = good;
	return 0;
}

static int read_emulator(struct saved *saved, FILE *in, uint32_t length)
{
	void *state;
	int rc = get_all(saved, in, padded(length), STATE_MAX, &state);

	if (rc)
		return rc;
	free(saved->state);
	saved->state = state;
	saved->state_len = length;
	return 0;
}

int stream_read(struct saved *saved, FILE *in)
{
	struct {
		uint64_t ident;
		uint32_t version;
		uint32_t options;
	} start;
	struct header header = { .type = LIBXL_LIBXC };
	int rc;

	memset(saved, 0, sizeof(*saved));
	saved->populated = calloc(1, STREAM_FRAMES / 8);
	if (!saved->populated)
		return wrong(saved, -ENOMEM, "no memory");
	rc = read_xl(saved, in);
	if (!rc)
		rc = get(saved, in, &start, sizeof(start));
	if (!rc && (be64toh(start.ident) != LIBXL_IDENT ||
		    be32toh(start.version) != LIBXL_VERSION || start.options))
		rc = wrong(saved, -EPROTO, "libxl's part is of another version");
	while (!rc && header.type != LIBXL_END) {
		rc = get(saved, in, &header, sizeof(header));
		if (rc)
			break;
		switch (header.type) {
		case LIBXL_LIBXC:
			rc = read_libxc(saved, in);
			break;
		case LIBXL_XENSTORE:
			rc = read_xenstore(saved, in, header.length);
			break;
		case LIBXL_EMULATOR:
			rc = read_emulator(saved, in, header.length);
			break;
		default:
			rc = skip(saved, in, padded(header.length));
		}
	}
	return rc;
}

void stream_release(struct saved *saved)
{
	free(saved->config);
	free(saved->populated);
	free(saved->state);
}

bool stream_has(const struct saved *saved, uint64_t gfn)
{
	return gfn < STREAM_FRAMES && saved->populated[gfn / 8] & 1 << gfn % 8;
}
