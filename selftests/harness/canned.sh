#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Tests that end in every way a test of ksft.sh can: shell_verdicts.sh runs
# them and knows what is to be said of each. Not a test itself.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
# shellcheck source-path=SCRIPTDIR source=../ksft.sh
. "$(dirname "$0")/../ksft.sh"

passes() {
	echo hidden
	ktap_note "seen by all"
}

fails() {
	echo "before it"
	false
	echo "went on"
}

unset_variable() {
	# shellcheck disable=SC2154
	echo "$nobody_set_this"
}

unequal() {
	ktap_equal 1 1
	ktap_equal 1 2 "the sum"
	echo "went on"
}

skips() {
	ktap_skip "no
device"
	echo "went on"
}

skips_below() {
	# shellcheck disable=SC2034
	value=$(ktap_skip "from a substitution")
	echo "went on"
}

fails_as_known() {
	ktap_xfail "bug #42"
}

status_2() {
	return 2
}

status_4() {
	return 4
}

status_124() {
	return 124
}

# The children are to go with the test; who waits for them holds descriptor 8.
hangs() {
	trap '' TERM
	(sleep 1000; echo) &
	sleep 1000
	echo "went on"
}

killed() {
	kill -KILL "$(sh -c 'echo $PPID')"
}

# The shell around the test, whose pid only /proc knows.
killed_with_its_judge() {
	# shellcheck disable=SC2016 # for that shell
	me=$(sh -c 'echo $PPID')
	kill -KILL "$(sed -n 's/^PPid:.//p' "/proc/$me/status")"
	sleep 3
}

no_newline() {
	printf 'last words'
	exit 7
}

speaks_ktap() {
	ktap_note "ok 99 forged"
	echo "not ok 98 forged"
}

reads_stdin() {
	[ "$(wc -c)" -eq 0 ]
}

scratch() {
	[ -z "$(ls -A "$KTAP_TMP")" ]
	touch "$KTAP_TMP/mine"
}

seeded() {
	ktap_seed
	ktap_note "seed $KTAP_SEED, rounds $(ktap_iterations 1000)"
}

for name in passes fails unset_variable unequal skips skips_below \
	    fails_as_known status_2 status_4 status_124; do
	ktap_test "$name"
done
ktap_test hangs hangs 1
ktap_test killed
ktap_test killed_with_its_judge killed_with_its_judge 2
ktap_test no_newline
ktap_test speaks_ktap
ktap_test reads_stdin
ktap_test scratch.first scratch
ktap_test scratch.second scratch
ktap_test seeded
ktap_run "$@"
