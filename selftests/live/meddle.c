// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * meddle writes|transactions DEVICE_MODEL: gets in the way of whoever
 * writes the records below DEVICE_MODEL/physmap, as fast as it can, and says
 * nothing untrue: it writes what it has read, and only where that can't have
 * changed meanwhile.
 *
 *	writes		DEVICE_MODEL itself, each record's size and name, and
 *			a child of DEVICE_MODEL/physmap that comes and goes
 *	transactions	all nodes of all records, read and written in one
 *
 * Ends at SIGTERM.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

static struct xs_handle *xs;
static unsigned int writes, commits, conflicts;
static volatile sig_atomic_t over;

static void rewrite(xs_transaction_t t, const char *path)
{
	unsigned int len;
	char *value = xs_read(xs, t, path, &len);

	if (value && xs_write(xs, t, path, value, len))
		writes++;
	free(value);
}

static void rewrite_record(xs_transaction_t t, const char *physmap, const char *key, bool place)
{
	static const char *const nodes[] = { "size", "name", "start_addr" };
	char path[256];

	for (int i = 0; i < 2 + place; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", physmap, key, nodes[i]);
		rewrite(t, path);
	}
}

static void rewrite_records(xs_transaction_t t, const char *physmap, bool place)
{
	unsigned int nr;
	char **key = xs_directory(xs, t, physmap, &nr);

	for (unsigned int i = 0; key && i < nr; i++)
		rewrite_record(t, physmap, key[i], place);
	free(key);
}

static void write_round(const char *device_model, const char *physmap)
{
	char path[256];

	rewrite(XBT_NULL, device_model);
	rewrite_records(XBT_NULL, physmap, false);
	rewrite(XBT_NULL, device_model);
	snprintf(path, sizeof(path), "%s/meddler", physmap);
	xs_mkdir(xs, XBT_NULL, path);
	xs_rm(xs, XBT_NULL, path);
}

static void transaction_round(const char *physmap)
{
	xs_transaction_t t = xs_transaction_start(xs);

	rewrite_records(t, physmap, true);
	if (xs_transaction_end(xs, t, false))
		commits++;
	else if (errno == EAGAIN)
		conflicts++;
	else
		err(2, "transaction");
}

static void enough(int sig)
{
	(void)sig;
	over = 1;
}

int main(int argc, char **argv)
{
	bool by_write = argc == 3 && !strcmp(argv[1], "writes");
	char physmap[200];

	if (argc != 3 || (!by_write && strcmp(argv[1], "transactions")))
		errx(2, "usage: meddle writes|transactions DEVICE_MODEL");
	xs = xs_open(0);
	if (!xs)
		err(2, "xenstore");
	snprintf(physmap, sizeof(physmap), "%s/physmap", argv[2]);
	signal(SIGTERM, enough);
	while (!over) {
		if (by_write)
			write_round(argv[2], physmap);
		else
			transaction_round(physmap);
	}
	printf("writes=%u commits=%u conflicts=%u\n", writes, commits, conflicts);
	return 0;
}
