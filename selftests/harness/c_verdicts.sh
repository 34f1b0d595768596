#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What ksft_harness.h says of tests that end in every way a test can: exit
# status, result line and diagnostics of each test of canned.c, run alone.
# Failures here mean that verdicts of C programs elsewhere can't be trusted.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../ksft.sh
. "$here/../ksft.sh"

canned=$here/canned	# where installed
[ -x "$canned" ] || canned=${objtree:-$here/../../build}/selftests/harness/canned
[ -x "$canned" ] || { echo "$canned isn't built" >&2; exit 1; }

# verdict NAME EXIT_STATUS RESULT: and it is the only result there is. Who
# still holds descriptor 8 after that is a process left behind.
verdict() {
	out=$KTAP_TMP/out
	{
		status=0
		"$canned" -t "$1" <"$0" >"$out" 2>&1 || status=$?
		echo "$status" >"$KTAP_TMP/status"
	} 8>&1 | timeout "${patience:-10}" cat ||
		ktap_fail "processes left behind"
	cat "$out"
	ktap_equal "$2" "$(cat "$KTAP_TMP/status")" "exit status"
	ktap_equal "KTAP version 1 1..1" "$(sed 2q "$out" | xargs)"
	ktap_equal "$3" "$(grep -E '^ *(not )?ok' "$out")" result
	# The result is followed by the totals only.
	ktap_equal "$3" "$(tail -n 2 "$out" | head -n 1)" result
}

said() {
	grep -qx "# $1" "$out" || ktap_fail "'$1' isn't there"
}

unsaid() {
	! grep -q "$1" "$out" || ktap_fail "'$1' is there"
}

passes() {
	verdict passes 0 "ok 1 passes"
	said "Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0"
}

expect_goes_on() {
	verdict expects 1 "not ok 1 expects"
	said "[^ ]*canned.c:[0-9]*: expected 1 == 2, values 1 (0x1) and 2 (0x2)"
	said "[^ ]*canned.c:[0-9]*: row 7"
	said "went on"
	said "Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0"
}

assert_ends() {
	verdict asserts 1 "not ok 1 asserts"
	said ".*: expected 0x10 == 0x20, values 16 (0x10) and 32 (0x20)"
	unsaid "went on"
}

assert_elsewhere() {
	verdict asserts_in_other_file 1 "not ok 1 asserts_in_other_file"
	said ".*canned_other.c:[0-9]*: expected 6 == value, .*"
	unsaid "went on"
	verdict asserts_in_grandchild 1 "not ok 1 asserts_in_grandchild"
	said "parent went on"
	verdict asserts_in_thread 1 "not ok 1 asserts_in_thread"
	said "exited with status 1 before its end"
	unsaid "went on"
}

skip() {
	verdict skips 4 "ok 1 skips # SKIP no device here"
	unsaid "went on"
	said "Totals: pass:0 fail:0 xfail:0 xpass:0 skip:1 error:0"
	verdict skips_after_failing 1 "not ok 1 skips_after_failing"
}

known_failure() {
	verdict fails_as_known 0 "ok 1 fails_as_known # XFAIL bug 42"
	said "Totals: pass:0 fail:0 xfail:1 xpass:0 skip:0 error:0"
	verdict passes_unexpectedly 1 \
		"not ok 1 passes_unexpectedly # XPASS bug 43"
	said "Totals: pass:0 fail:0 xfail:0 xpass:1 skip:0 error:0"
	verdict crashes_though_known_to_fail 1 \
		"not ok 1 crashes_though_known_to_fail"
}

crash() {
	verdict crashes 1 "not ok 1 crashes"
	said "killed by signal 9 (Killed)"
	said "not lost"
	verdict exits_in_the_middle 1 "not ok 1 exits_in_the_middle"
	said "exited with status 0 before its end"
}

wanted_signal() {
	verdict wanted_signal 0 "ok 1 wanted_signal"
	verdict real_segv 0 "ok 1 real_segv"
	verdict wrong_signal 1 "not ok 1 wrong_signal"
	said "killed by signal 15 (Terminated)"
	verdict no_signal 1 "not ok 1 no_signal"
	said "ended, but not by signal 6 (Aborted)"
	verdict fails_before_signal 1 "not ok 1 fails_before_signal"
}

time_out() {
	verdict hangs 1 "not ok 1 hangs # TIMEOUT 1 s"
	said "Totals: pass:0 fail:0 xfail:0 xpass:0 skip:0 error:1"
	verdict box.small.hangs 1 "not ok 1 box.small.hangs # TIMEOUT 1 s"
}

leftovers() {
	verdict leaves_a_child 0 "ok 1 leaves_a_child"
	# Out of the group nobody is killed, and nobody is waited for.
	patience=1
	! (verdict escapes_with_the_pipe 0 "ok 1 escapes_with_the_pipe") ||
		ktap_fail "the descriptor tells nothing"
	kill "$(sed -n 's/^# left //p' "$KTAP_TMP/out")"
	ktap_equal "ok 1 escapes_with_the_pipe" "$(grep ok "$KTAP_TMP/out")"
}

output() {
	verdict speaks_ktap 0 "ok 1 speaks_ktap"
	said "1..7"
	said "not ok 3 forged"
	said "no newline"
	verdict reads_stdin 0 "ok 1 reads_stdin"
}

sanitizers() {
	grep -q __asan_init "$canned" || ktap_skip "built without sanitizers"
	verdict leaks 1 "not ok 1 leaks"
	said ".*100 byte(s) leaked in 1 allocation(s)."
	verdict overruns 1 "not ok 1 overruns"
	verdict overruns_though_known_to_fail 1 \
		"not ok 1 overruns_though_known_to_fail"
	verdict overflows 1 "not ok 1 overflows"
	said ".*signed integer overflow.*"
}

fixtures() {
	verdict box.small.holds 0 "ok 1 box.small.holds"
	said teardown
	verdict box.large.small_only 1 "not ok 1 box.large.small_only"
	said teardown
	verdict broken.never_runs 1 "not ok 1 broken.never_runs"
	unsaid ran
	unsaid teardown
	verdict absent.never_runs 4 \
		"ok 1 absent.never_runs # SKIP nothing to set up"
	unsaid ran
	verdict box.large.dies 0 "ok 1 box.large.dies"
}

# canned OPTION...: what is listed
listed() {
	"$canned" -l "$@" | xargs
}

selection() {
	[ ! -r "$here/canned.c" ] || ktap_equal "$(grep -c '^TEST.*(' "$here/canned.c")" \
		"$("$canned" -l | sed 's/\.large\.\|\.small\./.any./' | uniq |
		   sort -u | wc -l)" "number of tests"
	ktap_equal "leaks" "$(listed -t leaks)"
	ktap_equal "leaks overruns" "$(listed -t overruns -t 'leak?')"
	ktap_equal "box.small.holds box.small.small_only" \
		"$(listed -t 'box.small.*' -T '*dies' -T '*.hangs')"
	ktap_equal "0" "$("$canned" -l -T '*' | wc -l)"
	status=0
	"$canned" -t nobody >"$KTAP_TMP/out" || status=$?
	ktap_equal "4 KTAP version 1 1..0 # SKIP no test of that name" \
		"$status $(xargs <"$KTAP_TMP/out")"
	"$canned" -h | grep -q '^usage: '
	for wrong in -x -s -sfive "-i 1x" stray; do
		# shellcheck disable=SC2086 # an option and its argument
		! "$canned" $wrong >"$KTAP_TMP/out" 2>&1 ||
			ktap_fail "took $wrong"
		grep -q '^usage: ' "$KTAP_TMP/out"
	done
}

seed() {
	"$canned" -t seeded -s 0x12d687 -i 7 >"$KTAP_TMP/out"
	cat "$KTAP_TMP/out"
	grep -qx '# seed: -s 0x12d687' "$KTAP_TMP/out"
	grep -qx '# rounds 7, first 0x599ed017fb08fc85' "$KTAP_TMP/out"
	"$canned" -t seeded >"$KTAP_TMP/one"
	"$canned" -t seeded >"$KTAP_TMP/two"
	grep -q '^# rounds 1000, ' "$KTAP_TMP/one"
	! cmp -s "$KTAP_TMP/one" "$KTAP_TMP/two" || ktap_fail "twice one seed"
	# What was shown brings the same again.
	"$canned" -t seeded "$(sed -n 's/^# seed: -s /-s/p' "$KTAP_TMP/one")" |
		diff "$KTAP_TMP/one" -
}

# A harness that is told to end takes its test with it.
told_to_end() {
	mkfifo "$KTAP_TMP/says"
	{
		"$canned" -t hangs_for_long >"$KTAP_TMP/says" 2>&1 &
		while read -r line; do
			[ "$line" = "# helper 0" ] || continue
			kill -TERM $!
		done <"$KTAP_TMP/says"
		status=0
		wait $! || status=$?
		echo "$status" >"$KTAP_TMP/status"
	} 8>&1 | timeout 10 cat
	ktap_equal $((128 + 15)) "$(cat "$KTAP_TMP/status")" "exit status"
}

# Both compilers, with and without optimisation, and stricter than lib.mk.
builds() {
	[ -r "$here/canned.c" ] || ktap_skip "no sources here"
	canned=$KTAP_TMP/canned
	tried=
	for cc in gcc clang; do
		command -v "$cc" >/dev/null || continue
		for flags in -O0 -O2 "-O1 -fsanitize=address,undefined"; do
			# shellcheck disable=SC2086 # several flags
			"$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow \
				-Wstrict-prototypes -Wmissing-prototypes -Wvla \
				-Wundef -Werror $flags -I"$here/.." \
				-o "$canned" "$here/canned.c" \
				"$here/canned_other.c" -lpthread
			passes
			assert_elsewhere
			wanted_signal
			fixtures
			tried="$tried, $cc $flags"
		done
	done
	[ -n "$tried" ] || ktap_skip "no compiler"
	ktap_note "${tried#, }"
}

for name in passes expect_goes_on assert_ends assert_elsewhere skip \
	    known_failure crash wanted_signal time_out leftovers output \
	    sanitizers fixtures selection seed told_to_end; do
	ktap_test "$name"
done
ktap_test builds builds 240
ktap_run "$@"
