// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap doctor: is this dom0 ready for guests under the shim?  Starts the
 * QEMU that the wrapper would start, without a domain, and believes the loader
 * and not the file system.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "bindings.h"
#include "deadline.h"
#include "diagnosis.h"
#include "place.h"
#include "probe.h"
#include "toolstack.h"

/* QEMU, on a slow machine, with all of its symbols looked up. */
#define PATIENCE_MS	60000

static bool read_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	bool good = file && fgets(text, (int)size, file);

	if (file)
		fclose(file);
	text[good ? strcspn(text, "\n") : 0] = '\0';
	return good;
}

static void check_xen(struct diagnosis *d)
{
	static const char dir[] = "/sys/hypervisor/";
	static const char *const parts[] = { "major", "minor", "extra" };
	char path[64], text[64], version[160] = "";

	snprintf(path, sizeof(path), "%stype", dir);
	if (!read_line(path, text, sizeof(text)) || strcmp(text, "xen")) {
		diagnose(d, "xen", CHECK_PROBLEM, "this machine doesn't run on Xen");
		return;
	}
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%sversion/%s", dir, parts[i]);
		read_line(path, text, sizeof(text));
		snprintf(version + strlen(version), sizeof(version) - strlen(version), "%s%s",
			 i == 1 ? "." : "", text);
	}
	d->xen = version_parse(version);
	if (!read_line("/proc/xen/capabilities", text, sizeof(text)) ||
	    !strstr(text, "control_d")) {
		diagnose(d, "xen", CHECK_PROBLEM, "Xen %s, but this isn't dom0", version);
		return;
	}
	snprintf(path, sizeof(path), "%sguest_type", dir);
	read_line(path, text, sizeof(text));
	diagnose(d, "xen", CHECK_OK, "Xen %s; dom0%s%s", version, *text ? ", " : "", text);
	if (d->xen.major == 4 && d->xen.minor < 11)
		diagnose(d, "xen", CHECK_NOTE,
			 "before 4.11 there is no dm_op to move with; slower ways are taken");
}

static void check_privcmd(struct diagnosis *d)
{
	static const char path[] = "/dev/xen/privcmd";
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		diagnose(d, "privcmd", CHECK_PROBLEM, "%s: %s", path, strerror(errno));
	else
		diagnose(d, "privcmd", CHECK_OK, "%s", path);
	if (fd >= 0)
		close(fd);
}

static bool check_xenstore(struct diagnosis *d)
{
	struct toolstack ts;
	uint32_t *domids = NULL;
	int nr = toolstack_connect(&ts);

	if (!nr)
		nr = toolstack_domains(&ts, &domids);
	if (nr < 0)
		diagnose(d, "xenstore", CHECK_PROBLEM, "%s", strerror(-nr));
	else
		diagnose(d, "xenstore", CHECK_OK, "answers; %d domain%s", nr, nr == 1 ? "" : "s");
	free(domids);
	toolstack_close(&ts);
	return nr >= 0;
}

static void ignore(const char *line, void *arg)
{
	(void)line;
	(void)arg;
}

/* It says that it isn't to be started by hand, and ends with 2: then it can be. */
static void check_publisher(struct diagnosis *d)
{
	char path[PATH_MAX];
	char *argv[] = { path, NULL };
	const struct probe probe = {
		.argv = argv, .envp = environ, .words = true, .line = ignore,
	};
	int rc;

	if (!place_find(PLACE_PUBLISHER, path)) {
		diagnose(d, "publisher", CHECK_PROBLEM, "there is no " PLACE_PUBLISHER
			 " beside the shim: records won't be published");
		return;
	}
	rc = probe_run(&probe, now_ms() + PATIENCE_MS);
	if (rc == 2)
		diagnose(d, "publisher", CHECK_OK, "%s", path);
	else
		diagnose(d, "publisher", CHECK_PROBLEM, "%s can't be run (%d)", path, rc);
}

static void heed(const char *line, void *arg)
{
	bindings_line(arg, line);
}

/* The environment of a QEMU whose loader tells all; never freed. */
static char **telling_environment(const char *emulator)
{
	char **envp;
	size_t nr = 0;

	while (environ[nr])
		nr++;
	envp = calloc(nr + 4, sizeof(*envp));
	if (!envp)
		return NULL;
	nr = 0;
	envp[nr++] = "LD_BIND_NOW=1";
	envp[nr++] = "LD_DEBUG=bindings";
	if (emulator && asprintf(&envp[nr++], "XENPHYSMAP_QEMU=%s", emulator) < 0)
		envp[--nr] = NULL;
	for (char **old = environ; *old; old++)
		if (strncmp(*old, "LD_DEBUG", 8) && (!emulator ||
						     strncmp(*old, "XENPHYSMAP_QEMU=", 16)))
			envp[nr++] = *old;
	return envp;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Their names and versions, as far as the names of their files tell. */
static void check_libraries(struct diagnosis *d, struct bindings *b)
{
	char text[512] = "", real[PATH_MAX];

	qsort(b->libxen, b->nr_libxen, sizeof(b->libxen[0]), by_name);
	for (unsigned int i = 0; i < b->nr_libxen; i++) {
		const char *path = realpath(b->libxen[i], real) ? real : b->libxen[i];
		const char *name = strrchr(path, '/') + 1, *version = strstr(name, ".so.");
		size_t len = strlen(text);

		if (version)
			snprintf(text + len, sizeof(text) - len, "%s%.*s %s", i ? ", " : "",
				 (int)(version - name), name, version + strlen(".so."));
	}
	diagnose(d, "libraries", b->nr_libxen ? CHECK_OK : CHECK_PROBLEM, "%s",
		 b->nr_libxen ? text : "that QEMU uses none of Xen's");
}

static void judge_bindings(struct diagnosis *d, struct bindings *b, int rc)
{
	if (rc || !*b->version) {
		diagnose(d, "qemu", CHECK_PROBLEM, "%s", rc == -ETIMEDOUT ? "it hangs at -version" :
			 *b->last ? b->last : "it doesn't run");
		return;
	}
	d->qemu = version_parse(b->version);
	diagnose(d, "qemu", CHECK_OK, "%s, %s", *b->qemu ? b->qemu : "?", b->version);
	check_libraries(d, b);
	if (!*b->qemu)
		diagnose(d, "bindings", CHECK_PROBLEM,
			 "that QEMU never becomes a device model: it wasn't built for Xen");
	else if (b->past)
		diagnose(d, "bindings", CHECK_PROBLEM, "%u calls don't get to the shim: %s",
			 b->past, b->one_past);
	else
		diagnose(d, "bindings", CHECK_OK,
			 "%u calls of QEMU and its libraries get to the shim, none passes it by",
			 b->bound);
}

static void check_qemu(struct diagnosis *d, const char *emulator)
{
	static struct bindings b;
	char wrapper[PATH_MAX], option[] = "-version";
	char *argv[] = { wrapper, option, NULL };
	struct probe probe = { .argv = argv, .words = true, .line = heed, .arg = &b };

	if (!place_find(PLACE_SHIM, b.shim) || !place_find(PLACE_WRAPPER, wrapper)) {
		diagnose(d, "shim", CHECK_PROBLEM, "no %s where it is to be installed",
			 *b.shim ? PLACE_WRAPPER : PLACE_SHIM);
		return;
	}
	diagnose(d, "shim", CHECK_OK, "%s", b.shim);
	diagnose(d, "wrapper", CHECK_OK, "%s", wrapper);
	probe.envp = telling_environment(emulator);
	judge_bindings(d, &b, probe.envp ? probe_run(&probe, now_ms() + PATIENCE_MS) : -ENOMEM);
}

/* The users that xl's dm_restrict=1 wants; QEMU gets the base's uid and the domid. */
static void check_users(struct diagnosis *d)
{
	if (getpwnam("xen-qemuuser-range-base"))
		diagnose(d, "dm_restrict", CHECK_OK, "a user for each guest");
	else if (getpwnam("xen-qemuuser-shared"))
		diagnose(d, "dm_restrict", CHECK_OK, "one user for all guests");
	else
		diagnose(d, "dm_restrict", CHECK_NOTE,
			 "no user xen-qemuuser-range-base: dm_restrict=1 can't be used");
}

static void check_preload(struct diagnosis *d)
{
	const char *preload = getenv("LD_PRELOAD");

	diagnosis_add(d, "toolstack", CHECK_OK, preload && strstr(preload, PLACE_SHIM) ?
		      "has the shim in its environment here: guests have it that it starts" :
		      "hasn't the shim in its environment here: guests have it that name the wrapper");
}

static int count_guest(struct guest *guest, struct toolstack *ts, void *arg)
{
	struct diagnosis *d = arg;

	(void)ts;
	if (!guest->domid)
		return EXIT_SUCCESS;
	d->guests++;
	d->under_shim += guest->shim == SHIM_ON || guest->shim == SHIM_STALE;
	d->stale += guest->shim == SHIM_STALE;
	d->unknown += guest->shim == SHIM_UNKNOWN;
	return EXIT_SUCCESS;
}

static void check_guests(struct diagnosis *d)
{
	if (guest_for_each(NULL, 0, count_guest, d))
		return;
	diagnose(d, "guests", CHECK_OK, "%u of %u device models run under the shim", d->under_shim,
		 d->guests);
	if (d->unknown)
		diagnose(d, "guests", CHECK_NOTE, "%u can't be looked into: stubdoms", d->unknown);
	if (d->stale)
		diagnose(d, "guests", CHECK_NOTE,
			 "%u under one that has been replaced: xenphysmap replace renews it",
			 d->stale);
}

static int doctor(int argc, char **argv)
{
	struct diagnosis d = { .ready = true };
	const char *emulator = NULL;
	bool json = false, reached;
	const struct option_spec specs[] = {
		{ "emulator", 'e', NULL, &emulator },
		{ "json", 'j', &json, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs);

	if (first < 0)
		return first;
	if (first != argc)
		return CTL_USAGE;
	diagnosis_begin(&d, json);
	check_xen(&d);
	check_privcmd(&d);
	reached = check_xenstore(&d);
	check_qemu(&d, emulator);
	check_publisher(&d);
	check_users(&d);
	check_preload(&d);
	if (reached)
		check_guests(&d);
	return diagnosis_end(&d);
}

const struct subcommand ctl_doctor = {
	.name = "doctor",
	.synopsis = "[--emulator PATH] [--json]",
	.summary = "is this dom0 ready for guests under the shim?",
	.help = "Looks at Xen, its libraries, privcmd and xenstore; starts the QEMU that the\n"
		"wrapper would start, without a domain, to see that its calls get to the shim;\n"
		"and lists the defects that these versions are known to have without it.\n"
		"Exit status: 0 ready, 3 something stands in the way.\n\n"
		"  -e, --emulator PATH  look at this QEMU\n"
		"  -j, --json           for programs\n",
	.run = doctor,
};
