/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a test program is: its command line, its plan and its tests in order.
 *
 * Part of ksft_harness.h, never included alone. It must not know how a test is
 * run; the order is that of the source, so that two logs can be compared.
 */
#ifndef SELFTESTS_HARNESS_MAIN_H
#define SELFTESTS_HARNESS_MAIN_H

static inline void ksft_list(const struct ksft_test *test, const void *variant,
			     const char *name)
{
	(void)test;
	(void)variant;
	puts(name);
}

static inline bool ksft_selected(const char *name)
{
	bool any_included = false, included = false;

	for (unsigned int i = 0; i < ksft_harness.patterns; i++) {
		bool match = !fnmatch(ksft_harness.pattern[i].glob, name, 0);

		if (ksft_harness.pattern[i].exclude) {
			if (match)
				return false;
			continue;
		}
		any_included = true;
		included |= match;
	}
	return included || !any_included;
}

/* Call @fn, if any, with each test selected, and say how many they are. */
static inline unsigned int
ksft_for_each(void (*fn)(const struct ksft_test *, const void *, const char *))
{
	unsigned int count = 0;
	char name[256];

	for (struct ksft_test *t = ksft_harness.tests; t; t = t->next) {
		struct ksft_variant *v = t->fixture ? t->fixture->variants : NULL;

		do {
			snprintf(name, sizeof(name), "%s%s%s%s%s",
				 t->fixture ? t->fixture->name : "",
				 t->fixture ? "." : "", v ? v->name : "",
				 v ? "." : "", t->name);
			if (ksft_selected(name)) {
				count++;
				if (fn)
					fn(t, v ? v->data : NULL, name);
			}
		} while (v && (v = v->next));
	}
	return count;
}

__attribute__((noreturn))
static inline void ksft_usage(const char *program, int status)
{
	fprintf(status ? stderr : stdout,
		"usage: %s [-l] [-t NAME]... [-T NAME]... [-s SEED] [-i ITERATIONS]\n"
		"  -l  list the tests selected, run none\n"
		"  -t  run only the tests so named, -T all but them: globs as sh's\n"
		"  -s  seed, and -i number of rounds, of random tests\n", program);
	exit(status);
}

static inline uint64_t ksft_option_number(const char *program)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(optarg, &end, 0);
	if (errno || *end || end == optarg)
		ksft_usage(program, KSFT_FAIL);
	return n;
}

/* True if the tests are only to be listed. */
static inline bool ksft_options(int argc, char **argv)
{
	bool list = false;
	int opt;

	ksft_harness.pattern = calloc(argc, sizeof(*ksft_harness.pattern));
	while ((opt = getopt(argc, argv, "hlt:T:s:i:")) != -1) {
		if (opt == 'l') {
			list = true;
		} else if (opt == 't' || opt == 'T') {
			unsigned int i = ksft_harness.patterns++;

			ksft_harness.pattern[i].exclude = opt == 'T';
			ksft_harness.pattern[i].glob = optarg;
		} else if (opt == 's') {
			ksft_harness.seed = ksft_option_number(argv[0]);
		} else if (opt == 'i') {
			ksft_harness.iterations = ksft_option_number(argv[0]);
		} else {
			ksft_usage(argv[0], opt == 'h' ? 0 : KSFT_FAIL);
		}
	}
	if (optind < argc)
		ksft_usage(argv[0], KSFT_FAIL);
	return list;
}

static inline int ksft_main(int argc, char **argv)
{
	struct timespec now;
	sigset_t mask;
	unsigned int count;

	clock_gettime(CLOCK_REALTIME, &now);
	ksft_harness.seed = now.tv_sec * 1000000007ULL + now.tv_nsec;
	if (ksft_options(argc, argv)) {
		ksft_for_each(ksft_list);
		return 0;
	}
	ksft_print_header();
	count = ksft_for_each(NULL);
	if (!count)
		ksft_exit_skip("no test of that name");
	ksft_set_plan(count);
	ksft_harness.shared = mmap(NULL, sizeof(struct ksft_shared),
				   PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &ksft_harness.old_mask);
	ksft_harness.signal_fd = signalfd(-1, &mask, SFD_CLOEXEC);
	if (ksft_harness.shared == MAP_FAILED || ksft_harness.signal_fd < 0) {
		perror("harness");
		return KSFT_FAIL;
	}
	ksft_for_each(ksft_run);
	return ksft_finished();
}

#endif
