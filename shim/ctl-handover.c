// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap handover: libxl saves the records of a guest whose device model
 * runs in a stubdom from the stubdom's part of xenstore, and puts them back
 * into dom0's, where the stubdom can't read.  This carries them over as soon as
 * libxl says which stubdom it is, which is before that runs, and removes what
 * libxl leaves behind.
 *
 * Runs in dom0, beside libxl and without its knowledge, so it touches nothing
 * but physmap directories, and directories that these leave empty.  What it
 * carries came with a saved guest: only what is a record arrives.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "ctl.h"
#include "log.h"
#include "options.h"
#include "record.h"
#include "say.h"
#include "toolstack.h"

#define DOMIDS		0x7ff0
#define DIR_SIZE	64	/* the longest PHYSMAP */
#define PATH_SIZE	(DIR_SIZE + RECORD_HEX_SIZE + 16)

/* 4 nodes each, out of the 1,000 that a stubdom may own by default. */
#define CARRIED_MAX	128

#define TRANSACTION_TRIES	100

#define DOM0		0U
#define MODELS		"/local/domain/%u/device-model"
#define PHYSMAP		MODELS "/%u/physmap"

struct handover {
	struct xs_handle *xs;
	xs_transaction_t t;
	bool watched[DOMIDS];
};

static bool parse_domid(const char *text, uint32_t *domid)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*domid = n;
	return *text >= '0' && *text <= '9' && !*end && n < DOMIDS;
}

/* A domid that dom0 has written somewhere. */
static bool read_domid(struct handover *h, const char *path, uint32_t *domid)
{
	char *text = xs_read(h->xs, h->t, path, NULL);
	bool found = text && parse_domid(text, domid);

	free(text);
	return found;
}

/* What can't be read is there: things are removed that aren't. */
static bool exists(struct handover *h, const char *path)
{
	char *value = xs_read(h->xs, h->t, path, NULL);
	bool missing = !value && errno == ENOENT;

	free(value);
	return !missing;
}

/* No children?  What isn't there has none. */
static bool is_empty(struct handover *h, const char *path)
{
	unsigned int nr = 0;
	char **children = xs_directory(h->xs, h->t, path, &nr);
	bool empty = children ? !nr : errno == ENOENT;

	free(children);
	return empty;
}

static bool read_number(struct handover *h, const char *dir, const char *node, uint64_t *value)
{
	char path[PATH_SIZE + 16], *text;
	unsigned int len;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	text = xs_read(h->xs, h->t, path, &len);
	good = text && !record_unhex(text, len, value);
	free(text);
	return good;
}

/* A record, if it is one: false for anything else. */
static bool read_record(struct handover *h, const char *from, const char *key, struct record *rec)
{
	char dir[PATH_SIZE], path[PATH_SIZE + 16], *name;
	unsigned int len;
	bool good;

	if (strlen(key) >= RECORD_HEX_SIZE ||
	    record_unhex(key, strlen(key), &rec->phys_offset))
		return false;
	snprintf(dir, sizeof(dir), "%s/%s", from, key);
	if (!read_number(h, dir, "start_addr", &rec->start_addr) ||
	    !read_number(h, dir, "size", &rec->size))
		return false;
	snprintf(path, sizeof(path), "%s/name", dir);
	name = xs_read(h->xs, h->t, path, &len);
	good = name && !record_set_name(rec, name, len) && !record_check(rec);
	free(name);
	return good;
}

static bool write_node(struct handover *h, const char *dir, const char *node, const char *value)
{
	char path[PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return xs_write(h->xs, h->t, path, value, strlen(value));
}

static bool write_record(struct handover *h, const char *to, const struct record *rec)
{
	char dir[PATH_SIZE], key[RECORD_HEX_SIZE], start[RECORD_HEX_SIZE], size[RECORD_HEX_SIZE];

	record_hex(rec->phys_offset, key);
	record_hex(rec->start_addr, start);
	record_hex(rec->size, size);
	snprintf(dir, sizeof(dir), "%s/%s", to, key);
	return write_node(h, dir, "start_addr", start) && write_node(h, dir, "size", size) &&
	       write_node(h, dir, "name", rec->name);
}

/* The stubdom's, and nobody else's: the guest has no business with it. */
static bool make_dir(struct handover *h, const char *path, uint32_t owner)
{
	struct xs_permissions perms = { .id = owner, .perms = XS_PERM_NONE };

	return xs_mkdir(h->xs, h->t, path) && xs_set_permissions(h->xs, h->t, path, &perms, 1);
}

/*
 * All the records, unless the stubdom's device model has written some, which
 * are newer.  Return: how many, or -1 with errno.
 */
static int carry(struct handover *h, const char *from, const char *to, uint32_t stubdom)
{
	unsigned int nr = 0;
	char **keys;
	int carried = 0;

	if (!is_empty(h, to))
		return 0;
	keys = xs_directory(h->xs, h->t, from, &nr);
	if (!keys || !make_dir(h, to, stubdom))
		carried = -1;
	for (unsigned int i = 0; i < nr && carried >= 0 && carried < CARRIED_MAX; i++) {
		struct record rec;

		if (!read_record(h, from, keys[i], &rec))
			log_warn("%.32s is no record: left out", keys[i]);
		else
			carried = write_record(h, to, &rec) ? carried + 1 : -1;
	}
	free(keys);
	return carried;
}

/* A guest's records in dom0's part, and the directory that they leave empty. */
static bool discard(struct handover *h, uint32_t guest)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PHYSMAP, DOM0, guest);
	if (!xs_rm(h->xs, h->t, path) && errno != ENOENT)
		return false;
	*strrchr(path, '/') = '\0';
	return !is_empty(h, path) || xs_rm(h->xs, h->t, path) || errno == ENOENT;
}

/* One try, in a transaction.  Return: as carry(). */
static int hand_over_once(struct handover *h, uint32_t stubdom, uint32_t guest)
{
	char from[DIR_SIZE], to[DIR_SIZE];
	int carried;

	snprintf(from, sizeof(from), PHYSMAP, DOM0, guest);
	snprintf(to, sizeof(to), PHYSMAP, stubdom, guest);
	if (!exists(h, from))
		return 0;
	carried = carry(h, from, to, stubdom);
	return carried < 0 || discard(h, guest) ? carried : -1;
}

static bool domain_exists(struct handover *h, uint32_t domid)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/local/domain/%u", domid);
	return exists(h, path);
}

static int discard_once(struct handover *h, uint32_t guest, uint32_t unused)
{
	char path[PATH_SIZE];

	(void)unused;
	if (domain_exists(h, guest))
		return 0;
	snprintf(path, sizeof(path), PHYSMAP, DOM0, guest);
	if (!exists(h, path))
		return 0;
	return discard(h, guest) ? 1 : -1;
}

/* Until nobody comes in between, or does so on purpose.  Return: as what is tried. */
static int in_transaction(struct handover *h, uint32_t a, uint32_t b,
			  int (*try)(struct handover *h, uint32_t a, uint32_t b))
{
	int rc, tries = TRANSACTION_TRIES;

	do {
		h->t = xs_transaction_start(h->xs);
		if (h->t == XBT_NULL)
			return -1;
		rc = try(h, a, b);
		if (rc < 0) {
			int err = errno;

			xs_transaction_end(h->xs, h->t, true);
			errno = err;
		} else if (!xs_transaction_end(h->xs, h->t, false)) {
			rc = -1;
		}
		h->t = XBT_NULL;
	} while (rc < 0 && errno == EAGAIN && --tries);
	return rc;
}

/* Is the domain a stubdom?  Both ends have to say so. */
static bool is_stubdom(struct handover *h, uint32_t domid, uint32_t *guest)
{
	char path[PATH_SIZE];
	uint32_t model;

	snprintf(path, sizeof(path), "/local/domain/%u/target", domid);
	if (!read_domid(h, path, guest))
		return false;
	snprintf(path, sizeof(path), "/local/domain/%u/image/device-model-domid", *guest);
	return read_domid(h, path, &model) && model == domid;
}

static void hand_over(struct handover *h, uint32_t domid)
{
	uint32_t guest;
	int rc;

	if (!is_stubdom(h, domid, &guest))
		return;
	log_set_prefix(guest);
	rc = in_transaction(h, domid, guest, hand_over_once);
	if (rc < 0)
		log_error("records can't be handed over to stubdom %u: %s", domid,
			  strerror(errno));
	else if (rc)
		log_info("%d records handed over to stubdom %u", rc, domid);
}

/* What was never handed over, of a guest that is gone. */
static void clean_up(struct handover *h, uint32_t domid)
{
	int rc;

	if (domain_exists(h, domid))
		return;
	log_set_prefix(domid);
	rc = in_transaction(h, domid, 0, discard_once);
	if (rc < 0)
		log_error("records that are left behind can't be removed: %s", strerror(errno));
	else if (rc)
		log_info("the guest is gone: its records in dom0 removed");
}

static void for_each_child(struct handover *h, const char *path,
			   void (*fn)(struct handover *h, uint32_t domid))
{
	unsigned int nr = 0;
	char **names = xs_directory(h->xs, XBT_NULL, path, &nr);
	uint32_t domid;

	for (unsigned int i = 0; i < nr; i++)
		if (parse_domid(names[i], &domid) && domid != DOM0)
			fn(h, domid);
	free(names);
}

/* Which it is for is written after a stubdom is there; events come at once. */
static void watch_target(struct handover *h, uint32_t domid)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/local/domain/%u/target", domid);
	if (!h->watched[domid])
		h->watched[domid] = xs_watch(h->xs, path, "target");
}

static void unwatch_targets(struct handover *h)
{
	char path[PATH_SIZE];

	for (uint32_t domid = 1; domid < DOMIDS; domid++) {
		if (!h->watched[domid] || domain_exists(h, domid))
			continue;
		snprintf(path, sizeof(path), "/local/domain/%u/target", domid);
		xs_unwatch(h->xs, path, "target");
		h->watched[domid] = false;
	}
}

static void sweep(struct handover *h, void (*fn)(struct handover *h, uint32_t domid))
{
	char models[PATH_SIZE];

	snprintf(models, sizeof(models), MODELS, DOM0);
	for_each_child(h, "/local/domain", fn);
	for_each_child(h, models, clean_up);
}

static void heed(struct handover *h, char **event)
{
	uint32_t domid;

	if (event[XS_WATCH_PATH][0] == '@') {
		unwatch_targets(h);
		sweep(h, watch_target);
	} else if (sscanf(event[XS_WATCH_PATH], "/local/domain/%" SCNu32, &domid) == 1) {
		hand_over(h, domid);
	}
}

static int serve(struct handover *h)
{
	char **event;
	unsigned int nr;

	if (!xs_watch(h->xs, "@introduceDomain", "domains") ||
	    !xs_watch(h->xs, "@releaseDomain", "domains"))
		return -1;
	while ((event = xs_read_watch(h->xs, &nr))) {
		heed(h, event);
		free(event);
	}
	return -1;
}

static int run(int argc, char **argv)
{
	static struct handover h = { .t = XBT_NULL };
	bool once = false;
	const struct option_spec specs[] = {
		{ "once", 'o', &once, NULL },
		{ 0 },
	};
	struct toolstack ts;
	int first = options_parse(argc, argv, specs), status = EXIT_FAILURE;

	if (first < 0)
		return first;
	if (first != argc)
		return CTL_USAGE;
	if (toolstack_open(&ts, NULL))
		return EXIT_FAILURE;
	h.xs = ts.xs;
	if (once) {
		sweep(&h, hand_over);
		status = EXIT_SUCCESS;
	} else if (serve(&h)) {
		say("xenstore: %s", strerror(errno));
	}
	toolstack_close(&ts);
	return status;
}

const struct subcommand ctl_handover = {
	.name = "handover",
	.synopsis = "[--once]",
	.summary = "give stubdoms the records that libxl restores; a service",
	.help = "Serves until xenstored is gone; that ends it with 1.\n\n"
		"  -o, --once           do what is to be done now, and end\n",
	.run = run,
};
