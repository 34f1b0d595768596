// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See wishes.h.  A wish that comes while the one before it is being made true
 * has another serial, so that it isn't taken for done with that one.
 */
#include <errno.h>

#include "wishes.h"

static int add(struct wishes *wishes, enum wish_what what, const struct record *rec)
{
	struct wish *wish = wishes->wish;

	while (wish < wishes->wish + wishes->nr && wish->rec.phys_offset != rec->phys_offset)
		wish++;
	if (wish == wishes->wish + RECORDS_MAX)
		return -ENOSPC;
	if (wish == wishes->wish + wishes->nr)
		wishes->nr++;
	*wish = (struct wish){
		.what = what,
		.rec = *rec,
		.serial = ++wishes->serial,
		.open = true,
	};
	return 0;
}

int wishes_publish(struct wishes *wishes, const struct record *rec)
{
	return add(wishes, WISH_PUBLISH, rec);
}

int wishes_withdraw(struct wishes *wishes, uint64_t phys_offset)
{
	const struct record rec = { .phys_offset = phys_offset };

	return add(wishes, WISH_WITHDRAW, &rec);
}

void wishes_clear(struct wishes *wishes)
{
	wishes->nr = 0;
	wishes->clear = (struct wish){
		.what = WISH_CLEAR,
		.serial = ++wishes->serial,
		.open = true,
	};
}

void wishes_remember(struct wishes *wishes, const struct record *rec)
{
	wishes->remember = (struct wish){
		.what = WISH_REMEMBER,
		.rec = *rec,
		.serial = ++wishes->serial,
		.open = true,
	};
}

bool wishes_next(const struct wishes *wishes, struct wish *next)
{
	const struct wish *oldest = wishes->clear.open ? &wishes->clear : NULL;

	for (unsigned int i = 0; i < wishes->nr && !wishes->clear.open; i++) {
		const struct wish *wish = &wishes->wish[i];

		if (wish->open && (!oldest || wish->serial < oldest->serial))
			oldest = wish;
	}
	if (!oldest && wishes->remember.open)
		oldest = &wishes->remember;
	if (oldest)
		*next = *oldest;
	return oldest;
}

static struct wish *find(struct wishes *wishes, const struct wish *wanted)
{
	if (wishes->clear.open && wishes->clear.serial == wanted->serial)
		return &wishes->clear;
	if (wishes->remember.open && wishes->remember.serial == wanted->serial)
		return &wishes->remember;
	for (unsigned int i = 0; i < wishes->nr; i++)
		if (wishes->wish[i].serial == wanted->serial)
			return &wishes->wish[i];
	return NULL;
}

void wishes_done(struct wishes *wishes, const struct wish *done)
{
	struct wish *wish = find(wishes, done);

	if (!wish)
		return;
	wish->open = false;
	/* a record that is gone needs no place here */
	if (wish->what == WISH_WITHDRAW)
		*wish = wishes->wish[--wishes->nr];
}

void wishes_postpone(struct wishes *wishes, const struct wish *failed)
{
	struct wish *wish = find(wishes, failed);

	if (wish)
		wish->serial = ++wishes->serial;
}

void wishes_renew(struct wishes *wishes)
{
	for (unsigned int i = 0; i < wishes->nr; i++)
		wishes->wish[i].open = true;
}
