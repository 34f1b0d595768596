// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The way to the records where the shim is linked in: in this process, because
 * there may be no second one to be had, or through the publisher that the
 * device model names.
 */
#include "records.h"

int records_open(uint32_t domid, const char *publisher, struct records **records)
{
	return publisher ? publisher_open(domid, publisher, records) : store_open(domid, records);
}
