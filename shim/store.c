// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records in xenstore.  The only object that knows libxenstore.
 *
 * Paths are relative on purpose: they resolve below the domain that the device
 * model runs in, dom0 or stubdom, which is where libxl looks when it saves.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <xenstore.h>
#include <xenstore_lib.h>

#include "log.h"
#include "records.h"

/* A writer can only collide with us this often if it means to. */
#define TRANSACTION_TRIES	100

#define PARENT_SIZE	48	/* the longest MODEL */
#define MEMORY_NAME_MAX	64
#define DIR_SIZE	(PARENT_SIZE + 8)
#define RECORD_DIR_SIZE	(DIR_SIZE + RECORD_HEX_SIZE)
#define PATH_SIZE	(RECORD_DIR_SIZE + 16)

#define MODEL		"/local/domain/%u/device-model/%u"

struct store {
	struct records ops;
	struct xs_handle *xs;
	bool keep_malformed;
	bool heed_toolstack;
	bool hidden;
	bool seek_model;
	unsigned int domid;
	struct record written;	/* the last one that was, of size 0 if none */
	char parent[PARENT_SIZE];
	char dir[DIR_SIZE];
};

static struct store *store_of(struct records *records)
{
	return (struct store *)records;
}

static void set_parent(struct store *s, const char *parent)
{
	snprintf(s->parent, sizeof(s->parent), "%s", parent);
	snprintf(s->dir, sizeof(s->dir), "%s/physmap", s->parent);
}

/* In another domain than this?  libxl says so. */
static void seek_model(struct store *s)
{
	char path[PARENT_SIZE], *text;
	unsigned long model;

	snprintf(path, sizeof(path), "/local/domain/%u/image/device-model-domid", s->domid);
	text = xs_read(s->xs, XBT_NULL, path, NULL);
	model = text ? strtoul(text, NULL, 10) : 0;
	free(text);
	if (!model || model > UINT16_MAX)
		return;
	snprintf(path, sizeof(path), MODEL, (unsigned int)model, s->domid);
	set_parent(s, path);
}

static int connect(struct store *s)
{
	if (s->xs)
		return 0;
	s->xs = xs_open(0);
	if (!s->xs)
		return -(errno ? errno : ECONNREFUSED);
	s->hidden = false;
	s->written.size = 0;
	if (s->seek_model)
		seek_model(s);
	return 0;
}

/* What xenstored answered; anything else means that nobody answers there. */
static bool answered(int err)
{
	static const int answers[] = {
		EAGAIN, EACCES, EEXIST, EINVAL, EIO, EISDIR, ENOENT, ENOMEM, ENOSPC, EROFS, E2BIG,
		EBUSY, EPERM,
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (err == answers[i])
			return true;
	return false;
}

/*
 * Turn errno into a result.  A dead connection is opened anew next time, maybe
 * to a xenstored that has forgotten all.
 */
static int failed(struct store *s)
{
	int err = errno ? errno : EIO;

	if (answered(err))
		return -err;
	xs_close(s->xs);
	s->xs = NULL;
	return -ECONNRESET;
}

static void record_dir(const struct store *s, uint64_t phys_offset, char dir[RECORD_DIR_SIZE])
{
	char key[RECORD_HEX_SIZE];

	record_hex(phys_offset, key);
	snprintf(dir, RECORD_DIR_SIZE, "%s/%s", s->dir, key);
}

static bool write_node(struct store *s, xs_transaction_t t, const char *dir, const char *node,
		       const char *value)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return xs_write(s->xs, t, path, value, strlen(value));
}

static bool write_extent(struct store *s, xs_transaction_t t, const struct record *rec)
{
	char dir[RECORD_DIR_SIZE], start[RECORD_HEX_SIZE], size[RECORD_HEX_SIZE];

	record_dir(s, rec->phys_offset, dir);
	record_hex(rec->start_addr, start);
	record_hex(rec->size, size);
	return write_node(s, t, dir, "start_addr", start) && write_node(s, t, dir, "size", size);
}

/* In the transaction, so that the directory can't be removed meanwhile. */
static bool wanted(struct store *s, xs_transaction_t t)
{
	unsigned int len;
	char *value = s->heed_toolstack ? xs_read(s->xs, t, s->parent, &len) : NULL;
	bool gone = s->heed_toolstack && !value && errno == ENOENT;

	free(value);
	return !gone;
}

/* Where dom0 writes nobody else can read, so that need not be known for sure. */
static unsigned int own_domid(struct store *s, xs_transaction_t t)
{
	char *text = xs_read(s->xs, t, "domid", NULL);
	unsigned int domid = text ? strtoul(text, NULL, 10) : 0;

	free(text);
	return domid;
}

/*
 * libxl lets a guest read what its stubdom writes.  A guest has no business with
 * the records; but if that can't be helped they are needed all the same.
 */
static void hide(struct store *s, xs_transaction_t t)
{
	struct xs_permissions perms = { .perms = XS_PERM_NONE };

	if (s->hidden)
		return;
	perms.id = own_domid(s, t);
	if (perms.id && xs_mkdir(s->xs, t, s->dir))
		xs_set_permissions(s->xs, t, s->dir, &perms, 1);
}

static bool write_record(struct store *s, xs_transaction_t t, const struct record *rec)
{
	char dir[RECORD_DIR_SIZE];

	hide(s, t);
	record_dir(s, rec->phys_offset, dir);
	return write_extent(s, t, rec) && write_node(s, t, dir, "name", rec->name);
}

/*
 * A record that was written is still there, as a rule.  Where its name is, so is all
 * above it: the toolstack's directory need not be asked for as well.
 */
static bool has_name(struct store *s, xs_transaction_t t, const struct record *rec)
{
	const struct record *old = &s->written;
	char dir[RECORD_DIR_SIZE], path[PATH_SIZE], *name;
	unsigned int len;
	bool same;

	if (!old->size || old->phys_offset != rec->phys_offset || strcmp(old->name, rec->name))
		return false;
	record_dir(s, rec->phys_offset, dir);
	snprintf(path, sizeof(path), "%s/name", dir);
	name = xs_read(s->xs, t, path, &len);
	same = name && len == strlen(rec->name) && !memcmp(name, rec->name, len);
	free(name);
	return same;
}

/* One transaction: a reader sees all three nodes of a record, or none. */
static int store_publish(struct records *records, const struct record *rec)
{
	struct store *s = store_of(records);
	int rc = connect(s);

	for (int i = 0; !rc && i < TRANSACTION_TRIES; i++) {
		xs_transaction_t t = xs_transaction_start(s->xs);
		bool named;

		if (t == XBT_NULL)
			return failed(s);
		named = has_name(s, t, rec);
		if (!named && !wanted(s, t)) {
			xs_transaction_end(s->xs, t, true);
			return 0;
		}
		if (!(named ? write_extent(s, t, rec) : write_record(s, t, rec))) {
			int err = errno;

			xs_transaction_end(s->xs, t, true);
			errno = err;
			return failed(s);
		}
		if (xs_transaction_end(s->xs, t, false)) {
			s->hidden = true;
			s->written = *rec;
			return 0;
		}
		if (errno != EAGAIN)
			return failed(s);
	}
	return rc ? rc : -EAGAIN;
}

static int remove_path(struct store *s, const char *path)
{
	int rc = connect(s);

	if (rc || xs_rm(s->xs, XBT_NULL, path) || errno == ENOENT)
		return rc;
	return failed(s);
}

static int store_withdraw(struct records *records, uint64_t phys_offset)
{
	struct store *s = store_of(records);
	char dir[RECORD_DIR_SIZE];

	s->written.size = 0;
	record_dir(s, phys_offset, dir);
	return remove_path(s, dir);
}

static int store_clear(struct records *records)
{
	struct store *s = store_of(records);

	s->hidden = false;
	s->written.size = 0;
	return remove_path(s, s->dir);
}

/* Read one node; the caller frees it. */
static char *read_node(struct store *s, const char *key, const char *node, unsigned int *len)
{
	char path[XENSTORE_ABS_PATH_MAX];

	errno = EINVAL;
	if (snprintf(path, sizeof(path), "%s/%s/%s", s->dir, key, node) >= (int)sizeof(path))
		return NULL;
	return xs_read(s->xs, XBT_NULL, path, len);
}

static int read_number(struct store *s, const char *key, const char *node, uint64_t *value)
{
	unsigned int len;
	char *text = read_node(s, key, node, &len);
	int rc = text ? record_unhex(text, len, value) : failed(s);

	free(text);
	return rc;
}

/* Is it the record that is wrong, and not that it couldn't be read? */
static bool malformed(int rc)
{
	return rc == -ENOENT || rc == -EINVAL || rc == -EOVERFLOW || rc == -EFAULT;
}

/*
 * A record of QEMU up to 2.9 may have no name, and libxl up to 4.5 carried it so.  They
 * are of video RAM, and only away from its home.  libxl since then fails a whole save
 * over a missing node, and what was read isn't written again unless it changes.
 */
static int name_it(struct store *s, const char *key, struct record *rec)
{
	char dir[RECORD_DIR_SIZE];
	int rc;

	if (rec->start_addr == rec->phys_offset)
		return -ENOENT;
	record_set_name(rec, "vga.vram", strlen("vga.vram"));
	rc = record_check(rec);
	if (rc || s->keep_malformed)
		return rc;
	snprintf(dir, sizeof(dir), "%s/%s", s->dir, key);
	return write_node(s, XBT_NULL, dir, "name", rec->name) ? 0 : failed(s);
}

static int read_record(struct store *s, const char *key, struct record *rec)
{
	unsigned int len;
	char *name;
	int rc = record_unhex(key, strlen(key), &rec->phys_offset);

	if (!rc)
		rc = read_number(s, key, "start_addr", &rec->start_addr);
	if (!rc)
		rc = read_number(s, key, "size", &rec->size);
	if (rc)
		return rc;
	name = read_node(s, key, "name", &len);
	rc = name ? record_set_name(rec, name, len) : failed(s);
	free(name);
	if (rc == -ENOENT)
		return name_it(s, key, rec);
	return rc ? rc : record_check(rec);
}

/* No restore can use it, and libxl fails a whole save over a missing node. */
static void drop_malformed(struct store *s, const char *key, int why)
{
	char path[XENSTORE_ABS_PATH_MAX];

	log_warn("record %.32s is malformed (%s)%s", key, strerror(-why),
		 s->keep_malformed ? "" : ", removed");
	if (s->keep_malformed)
		return;
	if (snprintf(path, sizeof(path), "%s/%s", s->dir, key) < (int)sizeof(path))
		xs_rm(s->xs, XBT_NULL, path);
}

static int store_load(struct records *records, struct record *recs)
{
	struct store *s = store_of(records);
	unsigned int nr, found = 0;
	char **keys;
	int rc = connect(s);

	if (rc)
		return rc;
	keys = xs_directory(s->xs, XBT_NULL, s->dir, &nr);
	if (!keys)
		return errno == ENOENT ? 0 : failed(s);
	for (unsigned int i = 0; i < nr && found < RECORDS_MAX && !rc; i++) {
		rc = read_record(s, keys[i], &recs[found]);
		if (!rc)
			found++;
		if (malformed(rc)) {
			drop_malformed(s, keys[i], rc);
			rc = 0;
		}
	}
	free(keys);
	return rc ? rc : (int)found;
}

/*
 * What is remembered is the guest's, by name, and outlives its domains: it can't
 * be below any of theirs.  Names may have characters that paths may not.
 */
static bool memory_path(struct store *s, char path[XENSTORE_ABS_PATH_MAX])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	char of[PARENT_SIZE + 16];
	unsigned int len;
	char *name;

	snprintf(of, sizeof(of), "/local/domain/%u/name", s->domid);
	name = xs_read(s->xs, XBT_NULL, of, &len);
	if (!name || !len || len > MEMORY_NAME_MAX) {
		free(name);
		return false;
	}
	for (char *c = name; *c; c++)
		if (!strchr(allowed, *c))
			*c = '_';
	snprintf(path, XENSTORE_ABS_PATH_MAX, "xenphysmap/%s", name);
	free(name);
	return true;
}

static int store_remember(struct records *records, const struct record *rec)
{
	struct store *s = store_of(records);
	char path[XENSTORE_ABS_PATH_MAX], value[2 * RECORD_HEX_SIZE], *end = value;
	int rc = connect(s);

	if (rc || !memory_path(s, path))
		return rc;
	end += record_hex(rec->start_addr, end);
	*end++ = ' ';
	end += record_hex(rec->size, end);
	return xs_write(s->xs, XBT_NULL, path, value, end - value) ? 0 : failed(s);
}

static int store_recall(struct records *records, struct record *rec)
{
	struct store *s = store_of(records);
	char path[XENSTORE_ABS_PATH_MAX], *value, *blank;
	int rc = connect(s);
	unsigned int len;

	if (rc || !memory_path(s, path))
		return rc;
	value = xs_read(s->xs, XBT_NULL, path, &len);
	if (!value)
		return errno == ENOENT ? 0 : failed(s);
	blank = memchr(value, ' ', len);
	*rec = (struct record){ .name = "vga.vram" };
	rc = blank && !record_unhex(value, blank - value, &rec->start_addr) &&
	     !record_unhex(blank + 1, value + len - blank - 1, &rec->size) && !record_check(rec);
	free(value);
	return rc;
}

/* xs_transaction_end() and xs_rm() return when it is done. */
static int store_barrier(struct records *records)
{
	(void)records;
	return 0;
}

static void store_close(struct records *records)
{
	struct store *s = store_of(records);

	if (s->xs)
		xs_close(s->xs);
	free(s);
}

int store_open(uint32_t domid, struct records **records)
{
	struct store *s = calloc(1, sizeof(*s));
	char parent[PARENT_SIZE];

	if (!s)
		return -ENOMEM;
	s->ops = (struct records){
		.publish = store_publish,
		.withdraw = store_withdraw,
		.load = store_load,
		.clear = store_clear,
		.remember = store_remember,
		.recall = store_recall,
		.barrier = store_barrier,
		.close = store_close,
	};
	s->domid = domid;
	snprintf(parent, sizeof(parent), "device-model/%u", domid);
	set_parent(s, parent);
	*records = &s->ops;
	return 0;
}

void store_keep_malformed(struct records *records)
{
	store_of(records)->keep_malformed = true;
}

void store_seek_model(struct records *records)
{
	store_of(records)->seek_model = true;
}

const char *store_socket(void)
{
	const char *path = xs_daemon_socket();
	struct stat st;

	return stat(path, &st) || !S_ISSOCK(st.st_mode) ? NULL : path;
}

void store_heed_toolstack(struct records *records)
{
	store_of(records)->heed_toolstack = true;
}
