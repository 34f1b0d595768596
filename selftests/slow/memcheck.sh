#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The tests of the pure parts and of the model under valgrind, which sees what
# AddressSanitizer doesn't: memory that is read and was never written.  Nothing
# is suppressed, and nothing may be lost.  Not model/kept_map: it is about the
# process' own mappings, and those are valgrind's.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk and runner.sh
set -eu
. "$(dirname "$0")/../ksft.sh"

built=$objtree/selftests/slow/memcheck/selftests

memcheck() { # PROGRAM [OPTION...]
	program=$1
	shift
	valgrind --quiet --error-exitcode=9 --leak-check=full \
		--log-file="$KTAP_TMP/%p" \
		"$built/$program" "$@" >"$KTAP_TMP/log" 2>&1 && [ -z "$(cat "$KTAP_TMP"/[0-9]*)" ] && return
	cat "$KTAP_TMP"/[0-9]* | head -n 60
	grep -v '^ok' "$KTAP_TMP/log" | head -n 40
	ktap_fail "$program under valgrind"
}

plan() { memcheck core/plan_test -i 5 -T 'plan.table'; }
blocks() { memcheck core/blocks_test -i 500; }
record() { memcheck core/record_test -i 1000; }
known() { memcheck core/known_test; }
calls() { memcheck model/calls -T '*more_than*'; }
defects() { memcheck model/defects; }
moves() { memcheck model/moves -T 'size.*'; }
neighbours() { memcheck model/neighbours; }
populate() { memcheck model/populate; }
restore() { memcheck model/restore; }
rescue() { memcheck model/rescue; }
census() { memcheck model/census; }
xenstore() { memcheck model/xenstore; }
fail_nth() { memcheck model/fail_nth -t move -t 'malloc_*' -t sheltered; }
random_ops() { memcheck model/random_ops -i 20; }
store_corpus() { memcheck fuzz/store; }
restore_corpus() { memcheck fuzz/restore; }
life_corpus() { memcheck fuzz/life; }

for name in plan blocks record known calls defects moves neighbours populate restore \
	    rescue census xenstore fail_nth random_ops store_corpus restore_corpus life_corpus; do
	ktap_test "$name" "$name" 600
done
ktap_run "$@"
