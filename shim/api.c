// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The entry of device models that call the shim, and of tools beside them.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"

struct xenphysmap *xenphysmap_open(uint32_t domid, const struct xenphysmap_handles *handles,
				   unsigned int flags)
{
	struct records *records = NULL;
	struct xenphysmap *pm;
	int rc;

	if (!handles || handles->size != sizeof(*handles) || !handles->dmod || !handles->fmem ||
	    (flags & ~XENPHYSMAP_F_NO_RECORDS)) {
		errno = EINVAL;
		return NULL;
	}
	rc = (flags & XENPHYSMAP_F_NO_RECORDS) ? 0 :
		records_open(domid, handles->publisher, &records);
	pm = rc ? NULL : physmap_new(domid, handles, records);
	if (!pm) {
		if (records)
			records->close(records);
		errno = rc ? -rc : ENOMEM;
	}
	return pm;
}

static int walk(const struct record *recs, int nr,
		int (*fn)(const struct xenphysmap_record *record, void *arg), void *arg)
{
	int rc = 0;

	for (int i = 0; i < nr && !rc; i++) {
		const struct xenphysmap_record record = {
			.size = sizeof(record),
			.phys_offset = recs[i].phys_offset,
			.start_addr = recs[i].start_addr,
			.length = recs[i].size,
			.name = recs[i].name,
		};

		rc = fn(&record, arg);
	}
	return rc;
}

int xenphysmap_records(uint32_t domid,
		       int (*fn)(const struct xenphysmap_record *record, void *arg), void *arg)
{
	struct record *recs = calloc(RECORDS_MAX, sizeof(*recs));
	struct records *store = NULL;
	int rc = recs ? store_open(domid, &store) : -ENOMEM;

	if (!rc) {
		store_keep_malformed(store);
		store_seek_model(store);
		rc = store->load(store, recs);
		store->close(store);
	}
	if (rc >= 0) {
		rc = walk(recs, rc, fn, arg);
	} else {
		errno = -rc;
		rc = -1;
	}
	free(recs);
	return rc;
}
