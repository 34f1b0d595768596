// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Leaks are looked for by a thread of their own, and overflows of a stack by a
 * signal stack: the publisher's filter allows neither.  All else that
 * AddressSanitizer does it may do.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0:use_sigaltstack=0";
}
