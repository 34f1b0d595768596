// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap counters: what the shim of a running device model has counted, read
 * from the page that it keeps for that.  The device model isn't stopped, isn't
 * asked, and isn't believed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "counters.h"
#include "ctl.h"
#include "options.h"
#include "say.h"
#include "toolstack.h"

/* So often two looks may differ; each number by itself is true all the same. */
#define LOOKS_MAX	16

static const char *const names[] = {
#define NAME(name, what)	#name,
	COUNTERS(NAME)
};

/* Not mapped but opened and read: what is mapped can be cut off below a reader. */
static int open_page(pid_t pid)
{
	static const char name[] = " /memfd:" COUNTERS_NAME " (deleted)\n";
	char path[128], *line = NULL;
	size_t size = 0;
	int fd = -1;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? -ESRCH : -errno;
	while (fd < 0 && getline(&line, &size, maps) > 0) {
		const char *at = strstr(line, name);
		size_t range = strcspn(line, " ");

		if (!at || at[sizeof(name) - 1] || range > 40)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/map_files/%.*s", pid, (int)range, line);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0)
			break;
	}
	fd = fd >= 0 ? fd : feof(maps) ? -ENOENT : -errno;
	free(line);
	fclose(maps);
	return fd;
}

static bool is_page(int fd, const struct counters *page)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size == COUNTERS_SIZE &&
	       !memcmp(page->magic, COUNTERS_MAGIC, sizeof(page->magic)) &&
	       page->version == COUNTERS_VERSION;
}

static int read_page(pid_t pid, struct counters *page)
{
	struct counters before = { 0 };
	int fd = open_page(pid), rc = 0;

	if (fd < 0)
		return fd;
	memset(page, 0, sizeof(*page));
	for (int i = 0; i < LOOKS_MAX && !rc; i++) {
		if (pread(fd, page, sizeof(*page), 0) != sizeof(*page) || !is_page(fd, page))
			rc = -EPROTO;
		else if (!memcmp(page, &before, sizeof(before)))
			break;
		before = *page;
	}
	close(fd);
	return rc;
}

/* Those that both know. */
static unsigned int shared(const struct counters *page)
{
	return page->nr < COUNTERS_NR ? page->nr : COUNTERS_NR;
}

static void print_json(const struct counters *page)
{
	struct json_object *all = json_object_new_object();

	answer_number(all, "domid", page->domid);
	for (unsigned int i = 0; i < shared(page); i++)
		answer_number(all, names[i], page->value[i]);
	answer_print(all);
}

static void print(const struct counters *page)
{
	for (unsigned int i = 0; i < shared(page); i++)
		printf("%-20s %12" PRIu64 "\n", names[i], page->value[i]);
}

/* As libxl has it for a domain. */
static pid_t find_process(const char *name)
{
	struct toolstack ts;
	int rc = toolstack_open(&ts, name);
	pid_t pid = rc ? rc : toolstack_pid(&ts);

	toolstack_close(&ts);
	if (!rc && pid < 0)
		say("%s: it has no device model in this domain", name);
	return pid;
}

static int show(pid_t pid, const char *whose, bool json)
{
	struct counters page;
	int rc = read_page(pid, &page);

	if (!rc) {
		if (json)
			print_json(&page);
		else
			print(&page);
	} else if (rc == -ENOENT) {
		say("%s: process %d has no counters: it isn't under the shim, or they are hidden "
		    "by a sandbox", whose, pid);
	} else if (rc == -EPROTO) {
		say("%s: the counters of process %d aren't of this version", whose, pid);
	} else {
		say("%s: process %d: %s", whose, pid, strerror(-rc));
	}
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A number, or the domain that has it as its device model. */
static pid_t which_process(const char *name, bool by_pid)
{
	char *end;
	long pid;

	if (!by_pid)
		return find_process(name);
	pid = strtol(name, &end, 10);
	if (pid > 0 && pid <= INT_MAX && !*end)
		return (pid_t)pid;
	say("'%s' is no process id", name);
	return -EINVAL;
}

static int run(int argc, char **argv)
{
	bool json = false, by_pid = false;
	const struct option_spec specs[] = {
		{ "json", 'j', &json, NULL },
		{ "pid", 'p', &by_pid, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs);
	pid_t pid;

	if (first < 0)
		return first;
	if (argc - first != 1)
		return CTL_USAGE;
	pid = which_process(argv[first], by_pid);
	return pid > 0 ? show(pid, argv[first], json) : EXIT_FAILURE;
}

const struct subcommand ctl_counters = {
	.name = "counters",
	.synopsis = "[--json] [--pid] DOMAIN|PID",
	.summary = "what the shim of a guest's device model has counted",
	.help = "Read from a page that the shim keeps; the device model isn't stopped.\n\n"
		"  -j, --json           for programs\n"
		"  -p, --pid            a process is named instead of a domain\n",
	.run = run,
};
