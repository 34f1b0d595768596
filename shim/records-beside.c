// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The way to the records under LD_PRELOAD: always through a publisher, because
 * QEMU gives up its privileges and doesn't wait for xenstore.  It lies beside
 * this object, wherever that was installed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "counters.h"
#include "log.h"
#include "records.h"

/* The first domid that no guest has. */
#define DOMID_END	0x7ff0

/*
 * -sandbox comes into force before QEMU is a device model, and spawn=deny kills
 * whoever tries to start a process then.
 */
static struct {
	uint32_t domid;
	struct records *records;
	int seccomp;
} early;

static bool beside_us(char path[PATH_MAX])
{
	static const char name[] = "xenphysmap-publisher";
	const char *slash;
	Dl_info info;

	if (!dladdr((void *)name, &info) || !info.dli_fname)
		return false;
	slash = strrchr(info.dli_fname, '/');
	return slash && snprintf(path, PATH_MAX, "%.*s%s", (int)(slash + 1 - info.dli_fname),
				 info.dli_fname, name) < PATH_MAX;
}

int records_open(uint32_t domid, const char *publisher, struct records **records)
{
	char path[PATH_MAX];

	if (!publisher && early.records && early.domid == domid) {
		*records = early.records;
		early.records = NULL;
		return 0;
	}
	if (prctl(PR_GET_SECCOMP) != early.seccomp)
		return -EPERM;
	if (!publisher && !beside_us(path))
		return -ENOENT;
	return publisher_open(domid, publisher ? publisher : path, records);
}

/* The value of an option of QEMU's, the last one given. */
static const char *argument(int argc, char **argv, const char *name)
{
	const char *value = NULL;

	for (int i = 1; i + 1 < argc; i++) {
		const char *arg = argv[i] + !strncmp(argv[i], "--", 2);

		if (!strcmp(arg, name))
			value = argv[i + 1];
	}
	return value;
}

__attribute__((constructor)) static void before_main(int argc, char **argv)
{
	const char *text = argument(argc, argv, "-xen-domid");
	const char *sandbox = argument(argc, argv, "-sandbox");
	unsigned long domid;
	char *end;

	early.seccomp = prctl(PR_GET_SECCOMP);
	if (!text || !sandbox || !strncmp(sandbox, "off", 3))
		return;
	domid = strtoul(text, &end, 10);
	if (end == text || *end || domid >= DOMID_END)
		return;
	log_set_prefix(domid);
	counters_show(domid);
	/* what fails here fails again, and is told then */
	if (!records_open(domid, NULL, &early.records))
		early.domid = domid;
}
