/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How one test is run, watched and judged.
 *
 * Part of ksft_harness.h, never included alone. The parent must run no tested
 * code and must outlive whatever a test does: it only forks, copies the
 * child's output as diagnostics and waits, in one poll(), for output, the end
 * of the child, the deadline, or a signal to itself.
 */
#ifndef SELFTESTS_HARNESS_RUN_H
#define SELFTESTS_HARNESS_RUN_H

/* ---- in the child ---- */

__attribute__((format(printf, 1, 2)))
static inline void ksft_reason(const char *fmt, ...)
{
	char *reason = ksft_harness.shared->reason;
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(ksft_harness.shared->reason), fmt, args);
	va_end(args);
	for (; *reason; reason++)
		if (*reason == '\n')
			*reason = ' ';
}

static inline bool ksft_leave(bool fatal)
{
	if (!fatal)
		return false;
	/* A thread or a child of the test has no way back into the test. */
	if (syscall(SYS_gettid) != ksft_harness.test_pid)
		_exit(KSFT_FAIL);
	siglongjmp(ksft_harness.leave, 1);
}

/* Does @fn come to its end, rather than to an ASSERT or a SKIP? */
__attribute__((noinline))
static bool ksft_completes(ksft_fn *fn, void *self, const void *variant)
{
	if (sigsetjmp(ksft_harness.leave, 0))
		return false;
	fn(self, variant);
	return true;
}

__attribute__((noreturn))
static inline void ksft_child(const struct ksft_test *test,
			      const void *variant)
{
	const struct ksft_fixture *f = test->fixture;
	struct ksft_shared *shared = ksft_harness.shared;
	void *self = f ? calloc(1, f->size) : NULL;

	if (!f || ksft_completes(f->setup, self, variant)) {
		ksft_completes(test->body, self, variant);
		if (f)
			ksft_completes(f->teardown, self, variant);
	}
	free(self);
	fflush(NULL);
	shared->ended = true;
	/* What a test that was cut short has leaked is not news. */
	if (shared->failed || shared->skip)
		_exit(0);
	exit(0);
}

__attribute__((noreturn))
static inline void ksft_become_child(const struct ksft_test *test,
				     const void *variant, int output,
				     pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(KSFT_FAIL);
	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	close(null);
	close(output);
	close(ksft_harness.signal_fd);
	setvbuf(stdout, NULL, _IONBF, 0);	/* a crash loses no words */
	if (test->signal)	/* a sanitizer may have a handler there */
		signal(test->signal, SIG_DFL);
	sigprocmask(SIG_SETMASK, &ksft_harness.old_mask, NULL);
	ksft_harness.test_pid = getpid();
	ksft_child(test, variant);
}

/* ---- in the parent ---- */

/* Copy what the child has written; false when nothing more can come. */
static inline bool ksft_copy_output(int fd, bool *in_line)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (!*in_line)
			fputs("# ", stdout);
		putchar(buf[i]);
		*in_line = buf[i] != '\n';
	}
	fflush(stdout);
	return n > 0;
}

static inline int ksft_ms_until(const struct timespec *deadline)
{
	struct timespec now;
	long long ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (deadline->tv_sec - now.tv_sec) * 1000LL +
	     (deadline->tv_nsec - now.tv_nsec) / 1000000;
	return ms > 0 ? ms : 0;
}

/* A signal came: did the child end? One that is meant for us ends us. */
static inline bool ksft_child_ended(pid_t pid)
{
	struct signalfd_siginfo got;
	siginfo_t info = { .si_pid = 0 };

	if (read(ksft_harness.signal_fd, &got, sizeof(got)) != sizeof(got))
		return false;
	if (got.ssi_signo != SIGCHLD) {
		kill(-pid, SIGKILL);
		signal(got.ssi_signo, SIG_DFL);
		sigprocmask(SIG_SETMASK, &ksft_harness.old_mask, NULL);
		raise(got.ssi_signo);
	}
	waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid == pid;
}

/* True when the child ended by itself; its group is gone in any case. */
static inline bool ksft_watch(pid_t pid, int output, int timeout)
{
	struct pollfd fds[] = {
		{ .fd = ksft_harness.signal_fd, .events = POLLIN },
		{ .fd = output, .events = POLLIN },
	};
	bool ended = false, in_line = false;
	struct timespec deadline;
	int n;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += timeout;
	do {
		n = poll(fds, 2, ksft_ms_until(&deadline));
		if (fds[1].revents && !ksft_copy_output(output, &in_line))
			fds[1].fd = -1;
		if (fds[0].revents)
			ended = ksft_child_ended(pid);
	} while (!ended && ksft_ms_until(&deadline) > 0 &&
		 (n >= 0 || errno == EINTR));
	kill(-pid, SIGKILL);
	/* Not to its end: who left the group may hold the pipe open. */
	fcntl(output, F_SETFL, O_NONBLOCK);
	while (ksft_copy_output(output, &in_line))
		;
	if (in_line)
		putchar('\n');
	return ended;
}

static inline enum ksft_verdict ksft_judge(const struct ksft_test *test,
					   int status)
{
	const struct ksft_shared *shared = ksft_harness.shared;
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (sig && sig != test->signal) {
		ksft_print_msg("killed by signal %d (%s)", sig, strsignal(sig));
		return KSFT_FAIL;
	}
	if (!sig && (!shared->ended || WEXITSTATUS(status))) {
		ksft_print_msg("exited with status %d %s its end",
			       WEXITSTATUS(status),
			       shared->ended ? "at" : "before");
		return KSFT_FAIL;
	}
	if (shared->failed)
		return shared->xfail ? KSFT_XFAIL : KSFT_FAIL;
	if (shared->skip)
		return KSFT_SKIP;
	if (sig != test->signal) {
		ksft_print_msg("ended, but not by signal %d (%s)",
			       test->signal, strsignal(test->signal));
		return shared->xfail ? KSFT_XFAIL : KSFT_FAIL;
	}
	return shared->xfail ? KSFT_XPASS : KSFT_PASS;
}

static inline void ksft_run(const struct ksft_test *test, const void *variant,
			    const char *name)
{
	struct ksft_shared *shared = ksft_harness.shared;
	enum ksft_verdict verdict;
	pid_t pid = -1, parent = getpid();
	int status, pipe_fds[2];

	memset(shared, 0, sizeof(*shared));
	fflush(stdout);
	if (!pipe2(pipe_fds, O_CLOEXEC))
		pid = fork();
	if (pid < 0) {
		ksft_test_result(KSFT_ERROR, name, strerror(errno));
		return;
	}
	if (!pid)
		ksft_become_child(test, variant, pipe_fds[1], parent);
	setpgid(pid, pid);	/* whoever of the two comes first */
	close(pipe_fds[1]);
	if (ksft_watch(pid, pipe_fds[0], test->timeout)) {
		waitpid(pid, &status, 0);
		verdict = ksft_judge(test, status);
	} else {
		waitpid(pid, &status, 0);
		verdict = KSFT_TIMEOUT;
		snprintf(shared->reason, sizeof(shared->reason), "%d s",
			 test->timeout);
	}
	close(pipe_fds[0]);
	ksft_test_result(verdict, name, shared->reason);
}

#endif
