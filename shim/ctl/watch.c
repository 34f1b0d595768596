// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xenphysmap watch: what becomes of guests' blocks, as it happens.  xenstored
 * tells; nothing is polled.
 *
 * Records are where a device model runs: each domain may turn out to be a
 * stubdom, so that its part of xenstore is watched like dom0's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "gfn.h"
#include "guest.h"
#include "options.h"
#include "say.h"
#include "terminal.h"

#define DOMIDS		0x7ff0
#define MODELS		"/local/domain/%u/device-model"

struct watching {
	struct toolstack ts;
	const struct colours *colours;
	bool all;
	uint32_t only;
	bool watched[DOMIDS];
	struct guest *known[DOMIDS];
};

static void begin_line(const struct watching *w, const struct guest *guest)
{
	struct timespec now;
	struct tm tm;
	char text[16];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s%s.%03ld%s  %u %s: ", w->colours->faint, text, now.tv_nsec / 1000000,
	       w->colours->none, guest->domid, guest_label(guest));
}

static void begin_block(const struct watching *w, const struct guest *guest,
			const struct guest_block *b)
{
	begin_line(w, guest);
	printf("%s, %" PRIu64 " KiB, ", b->name, b->nr << PAGE_SHIFT >> 10);
}

static void tell_gone(const struct watching *w, const struct guest *guest,
		      const struct guest_block *was)
{
	begin_block(w, guest, was);
	printf("has no record any more; was at %" PRIx64 "\n", was->place << PAGE_SHIFT);
}

static void tell(const struct watching *w, const struct guest *guest,
		 const struct guest_block *was, const struct guest_block *is)
{
	begin_block(w, guest, is);
	if (was)
		printf("moved from %" PRIx64 " to %s%" PRIx64 "%s%s\n", was->place << PAGE_SHIFT,
		       w->colours->good, is->place << PAGE_SHIFT, w->colours->none,
		       is->place == is->home ? ", home" : "");
	else
		printf("%s at %s%" PRIx64 "%s\n", guest_block_state(is), w->colours->good,
		       is->place << PAGE_SHIFT, w->colours->none);
}

static const struct guest_block *same_block(const struct guest *guest,
					    const struct guest_block *b)
{
	for (unsigned int i = 0; guest && i < guest->nr_blocks; i++)
		if (guest->block[i].home == b->home && guest->block[i].nr == b->nr)
			return &guest->block[i];
	return NULL;
}

static void compare(const struct watching *w, const struct guest *before,
		    const struct guest *now)
{
	for (unsigned int i = 0; before && i < before->nr_blocks; i++)
		if (!same_block(now, &before->block[i]))
			tell_gone(w, now, &before->block[i]);
	for (unsigned int i = 0; i < now->nr_blocks; i++) {
		const struct guest_block *was = same_block(before, &now->block[i]);

		if (!was || was->place != now->block[i].place)
			tell(w, now, was, &now->block[i]);
	}
}

static void forget(struct watching *w, uint32_t domid)
{
	if (w->known[domid])
		guest_forget(w->known[domid]);
	free(w->known[domid]);
	w->known[domid] = NULL;
}

static void look(struct watching *w, uint32_t domid)
{
	struct guest *now;

	if (!domid || domid >= DOMIDS || (!w->all && domid != w->only))
		return;
	now = calloc(1, sizeof(*now));
	w->ts.domid = domid;
	if (!now || guest_look(now, &w->ts)) {
		/* one that is on its way out; that it's gone is told once it is */
		if (now)
			guest_forget(now);
		free(now);
		return;
	}
	compare(w, w->known[domid], now);
	forget(w, domid);
	w->known[domid] = now;
}

static bool exists(const uint32_t *domids, int nr, uint32_t domid)
{
	for (int i = 0; i < nr; i++)
		if (domids[i] == domid)
			return true;
	return false;
}

static void watch_models(struct watching *w, uint32_t domid, bool yes)
{
	char path[64];

	snprintf(path, sizeof(path), MODELS, domid);
	if (yes)
		toolstack_watch(&w->ts, path);
	else
		toolstack_unwatch(&w->ts, path);
	w->watched[domid] = yes;
}

/* Domains have come or gone.  Return: whether there is still something to watch. */
static bool look_for_domains(struct watching *w)
{
	uint32_t *domids;
	int nr = toolstack_domains(&w->ts, &domids);
	bool go_on = true;

	if (nr < 0)
		return true;
	for (int i = 0; i < nr; i++)
		if (domids[i] < DOMIDS && !w->watched[domids[i]])
			watch_models(w, domids[i], true);
	for (uint32_t domid = 1; domid < DOMIDS; domid++) {
		if (exists(domids, nr, domid))
			continue;
		if (w->watched[domid])
			watch_models(w, domid, false);
		if (w->known[domid]) {
			begin_line(w, w->known[domid]);
			puts("is gone");
			forget(w, domid);
		}
		if (!w->all && domid == w->only)
			go_on = false;
	}
	free(domids);
	return go_on;
}

/* Return: whether to go on. */
static bool heed(struct watching *w, const char *path)
{
	uint32_t model, domid;

	if (*path == '@')
		return look_for_domains(w);
	if (sscanf(path, MODELS "/%" SCNu32, &model, &domid) == 2)
		look(w, domid);
	return true;
}

static int serve(struct watching *w)
{
	char *path;
	bool go_on = true;

	if (toolstack_watch(&w->ts, "@introduceDomain") ||
	    toolstack_watch(&w->ts, "@releaseDomain")) {
		say("xenstore: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	look_for_domains(w);
	for (uint32_t domid = 1; domid < DOMIDS; domid++)
		if (w->watched[domid])
			look(w, domid);
	/* whoever reads them wants to see them now */
	while (!fflush(stdout) && go_on && (path = toolstack_event(&w->ts))) {
		go_on = heed(w, path);
		free(path);
	}
	if (go_on && !ferror(stdout))
		say("xenstored is gone");
	return go_on ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int watch(int argc, char **argv)
{
	static struct watching w;
	static const struct option_spec none[] = { { 0 } };
	int first = options_parse(argc, argv, none), status = EXIT_FAILURE;

	if (first < 0)
		return first;
	if (argc - first > 1)
		return CTL_USAGE;
	w.colours = terminal_colours();
	w.all = first == argc;
	if (!toolstack_open(&w.ts, argv[first])) {
		w.only = w.ts.domid;
		status = serve(&w);
	}
	for (uint32_t domid = 0; domid < DOMIDS; domid++)
		forget(&w, domid);
	toolstack_close(&w.ts);
	return status;
}

const struct subcommand ctl_watch = {
	.name = "watch",
	.synopsis = "[DOMAIN]",
	.summary = "blocks of guests, as they come, move and go",
	.help = "A line for each change of a record, told by xenstored and not polled.  Goes on\n"
		"until it is interrupted; with a DOMAIN until that is gone, which is 0.\n\n",
	.run = watch,
};
