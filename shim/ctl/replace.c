// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap replace: another device model for a guest that goes on running.
 *
 * The order of things is the point: first all that can be known without the
 * guest; then the guest is paused, its device model stopped, the state brought
 * to disk; only then the process is killed, and from there on the state is
 * what there is, for the next device model or for the old one again.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "ctl.h"
#include "deadline.h"
#include "options.h"
#include "place.h"
#include "probe.h"
#include "replace.h"
#include "say.h"

#define PATIENCE_S	30
#define PATIENCE_MAX_S	3600

/* Between two looks at an answer that a vcpu is about to fetch. */
#define FETCH_US	1000

/* Exit statuses of its own. */
enum {
	EXIT_ROLLED_BACK = 3,	/* the old device model runs again */
	EXIT_STRANDED = 4,	/* no device model; the guest is paused */
};

static int open_all(struct replacement *r)
{
	int rc = toolstack_open(&r->ts, r->name);

	if (rc)
		return rc;
	rc = domain_open(&r->dom, r->ts.domid);
	if (rc) {
		say("%s: %s", r->name, rc == -ESRCH ? "no such domain" : strerror(-rc));
		return rc;
	}
	if (!r->dom.hvm || r->dom.ended) {
		say("%s: is %s", r->name, r->dom.hvm ? "shut down" : "no HVM guest");
		return -EINVAL;
	}
	rc = ioreqs_open(&r->io, r->dom.domid, r->dom.vcpus);
	if (!rc)
		rc = store_open(r->dom.domid, &r->records);
	if (rc)
		say("%s: Xen can't be reached: %s", r->name, strerror(-rc));
	else
		store_keep_malformed(r->records);
	return rc;
}

static void close_all(struct replacement *r)
{
	qmp_close(&r->qmp);
	r->records->close(r->records);
	ioreqs_close(&r->io);
	domain_close(&r->dom);
	toolstack_close(&r->ts);
}

/* The present device model, and a conversation with it. */
static int find_old(struct replacement *r)
{
	pid_t pid = toolstack_pid(&r->ts);
	char path[64], *stubdom = toolstack_read(&r->ts, "image/device-model-domid");
	int rc = pid < 0 ? pid : emulator_find(&r->old, pid, r->dom.domid);

	if (stubdom && strcmp(stubdom, "0")) {
		say("%s: its device model is in domain %s", r->name, stubdom);
		rc = -ENOTSUP;
	} else if (rc) {
		say("%s: its device model is dead (%s) and has left no state", r->name,
		    strerror(-rc));
	}
	free(stubdom);
	if (rc)
		return rc;
	toolstack_monitor(&r->ts, path);
	rc = qmp_connect(&r->qmp, path, now_ms() + r->patience);
	if (rc)
		say("%s: %s: %s", r->name, path, strerror(-rc));
	return rc ? rc : halt_check(r);
}

/* Pick up what an earlier run has left: the guest hasn't moved since. */
static int find_journal(struct replacement *r)
{
	size_t len;
	char *rec;
	int rc;

	say("%s: going on with the state in %s", r->name, r->journal.path);
	if (!r->dom.paused) {
		say("%s: isn't paused: this state is an old one; remove it", r->name);
		return -ESTALE;
	}
	rc = emulator_find(&r->old, toolstack_pid(&r->ts), r->dom.domid);
	if (rc)
		rc = emulator_get(&r->old, &r->journal);
	rec = journal_get(&r->journal, "records", &len);
	if (rc || !rec || len > sizeof(r->rec) || len % sizeof(r->rec[0])) {
		say("%s: what is in %s can't be used", r->name, r->journal.path);
		rc = rc ? rc : -EIO;
	} else {
		memcpy(r->rec, rec, len);
		r->nr = len / sizeof(r->rec[0]);
	}
	free(rec);
	return rc;
}

static int check_program(struct replacement *r, char **envp)
{
	const char *machine = arguments_value(r->old.argv, "machine");
	char name[64];
	int rc;

	if (!machine)
		machine = arguments_value(r->old.argv, "M");
	snprintf(name, sizeof(name), "%.*s", machine ? (int)strcspn(machine, ",") : 0, machine);
	rc = probe_machine(r->program, envp, name, now_ms() + r->patience);
	switch (rc) {
	case 0:
		return 0;
	case -ENODEV:
		say("%s: doesn't emulate the guest's machine, '%s'", r->program, name);
		return rc;
	case -ENOEXEC:
		say("%s: isn't QEMU, or fails", r->program);
		return rc;
	default:
		say("%s: %s", r->program, strerror(-rc));
		return rc;
	}
}

/* All that can be known while the guest runs. */
static int check(struct replacement *r, bool dry)
{
	const struct candidate next = { .exe = -1, .path = r->program, .stock = r->stock };
	struct start start = { .nr_keep = 0 };
	int rc;

	/* to know whether there are any; they are read again when it counts */
	if (!r->nr)
		r->nr = r->records->load(r->records, r->rec);
	rc = revive_arguments(r, &next, &start, 3);
	if (!rc)
		rc = check_program(r, start.envp);
	for (char **arg = start.argv; !rc && dry && *arg; arg++)
		puts(*arg);
	return rc;
}

/* The guest runs, or will when its owner unpauses it. */
static void release(struct replacement *r, int64_t paused_at)
{
	int64_t deadline = now_ms() + r->patience;
	int rc = domain_unpause(&r->dom);

	if (rc)
		say("%s: can't be unpaused: %s", r->name, strerror(-rc));
	if (paused_at)
		say("%s: was paused for %lld ms", r->name, (long long)(now_ms() - paused_at));
	revive_finish(r);
	while (r->dead && now_ms() < deadline && !ioreqs_sweep(&r->io, &r->dead) && r->dead)
		usleep(FETCH_US);
	if (r->dead)
		say("%s: an answer of the old device model's waits to be fetched", r->name);
}

/* Nobody keeps them true any more. */
static void withdraw(struct replacement *r)
{
	for (int i = 0; i < r->nr; i++)
		r->records->withdraw(r->records, r->rec[i].phys_offset);
}

/* From here on there is no way back to the process that was there. */
static int exchange(struct replacement *r, int64_t paused_at)
{
	const struct candidate next = { "the new device model", -1, r->program, r->stock };
	const struct candidate old = { "the old device model again", r->old.exe, r->old.path,
				       false };
	int rc = emulator_kill(&r->old, now_ms() + r->patience), status = EXIT_SUCCESS;

	qmp_close(&r->qmp);
	if (rc) {
		say("%s: process %d can't be killed; its guest stays paused", r->name, r->old.pid);
		return EXIT_STRANDED;
	}
	r->dead = ioreqs_servers(&r->io);
	rc = ioreqs_sweep(&r->io, &r->dead);
	if (rc)
		say("%s: an ioreq server stays: %s", r->name, strerror(-rc));
	if (revive(r, &next)) {
		status = EXIT_ROLLED_BACK;
		if (revive(r, &old)) {
			say("%s: STAYS PAUSED without a device model; its state is in %s. "
			    "xenphysmap replace --emulator PATH %s tries another one",
			    r->name, r->journal.path, r->name);
			return EXIT_STRANDED;
		}
	} else if (r->stock) {
		withdraw(r);
	}
	/* a state is only good for a guest that hasn't run since */
	journal_discard(&r->journal);
	release(r, paused_at);
	return status;
}

/* Neither a terminal that goes away nor an impatient user strands a guest. */
static void hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int replace(struct replacement *r, bool dry)
{
	bool resumed;
	int64_t paused_at = 0;
	int rc = toolstack_lock(&r->ts, &r->dom, now_ms() + r->patience);

	if (rc) {
		say("%s: libxl is at work with its device model", r->name);
		return EXIT_FAILURE;
	}
	resumed = journal_find(&r->journal, r->dom.uuid);
	rc = resumed ? find_journal(r) : find_old(r);
	if (!rc && !r->program)
		r->program = r->old.path;
	if (!rc)
		rc = check(r, dry);
	if (rc || dry)
		return rc ? EXIT_FAILURE : EXIT_SUCCESS;
	hold_signals();
	if (!resumed) {
		paused_at = now_ms();
		if (halt(r))
			return EXIT_FAILURE;
	}
	return exchange(r, paused_at);
}

static bool parse_patience(const char *seconds, int64_t *ms)
{
	char *end;
	unsigned long n = strtoul(seconds, &end, 10);

	*ms = n * INT64_C(1000);
	return *seconds >= '1' && *seconds <= '9' && !*end && n <= PATIENCE_MAX_S;
}

static int run(int argc, char **argv)
{
	static struct replacement r = { .patience = PATIENCE_S * 1000, .qmp.fd = -1 };
	const char *seconds = NULL;
	bool dry = false;
	const struct option_spec specs[] = {
		{ "emulator", 'e', NULL, &r.program },
		{ "timeout", 't', NULL, &seconds },
		{ "stock", 's', &r.stock, NULL },
		{ "dry-run", 'n', &dry, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, specs), status;

	if (first < 0)
		return first;
	if (argc - first != 1 || (seconds && !parse_patience(seconds, &r.patience)))
		return CTL_USAGE;
	r.name = argv[first];
	place_find(PLACE_SHIM, r.shim);
	if (open_all(&r))
		return EXIT_FAILURE;
	status = replace(&r, dry);
	close_all(&r);
	return status;
}

const struct subcommand ctl_replace = {
	.name = "replace",
	.synopsis = "[--emulator PATH] [--stock] [--timeout SECONDS]\n"
		    "                          [--dry-run] DOMAIN",
	.summary = "another device model for a guest that runs",
	.help = "Without --emulator it is the program of the same name that is on disk now.\n"
		"Exit status: 0 it runs, 1 nothing has changed, 3 the new one was no good and the\n"
		"old one runs again, 4 neither came up: it is paused, its state is on disk.\n\n"
		"  -e, --emulator PATH  the new device model\n"
		"  -s, --stock          without the shim, until the guest reboots\n"
		"  -t, --timeout SECONDS\n"
		"                       how long it may take for anything; 30\n"
		"  -n, --dry-run        only see whether it could be done; print arguments\n",
	.run = run,
};
