#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each fuzz target under libFuzzer: the inputs that were kept, then new ones.
# In a check those are the same each time; with FUZZ_SECONDS they are not, and
# what was new is in build/selftests/fuzz/found.  An input that a target fails
# on stays in build/selftests/fuzz; it belongs in the corpus with the cure.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk and runner.sh
set -eu
. "$(dirname "$0")/../ksft.sh"

here=$srctree/selftests/fuzz
out=$objtree/selftests/fuzz

fuzz() { # TARGET RUNS
	mkdir -p "$out/found/$1" "$KTAP_TMP/kept"
	perl "$here/unhex.pl" "$KTAP_TMP/kept" <"$here/corpus/$1.hex"
	if [ -n "${FUZZ_SECONDS-}" ]; then
		set -- "$1" -max_total_time="$FUZZ_SECONDS" "$out/found/$1"
	else
		mkdir "$KTAP_TMP/found"
		set -- "$1" -seed=1 -runs="$2" "$KTAP_TMP/found"
	fi
	target=$1
	shift
	"$out/$target.fuzz" -artifact_prefix="$out/$target-" -max_len=512 -timeout=20 \
		-dict="$here/nodes.dict" "$@" \
		"$KTAP_TMP/kept" >"$KTAP_TMP/log" 2>&1 || {
		grep -v '^#' "$KTAP_TMP/log"
		ktap_fail "$target fails on an input"
	}
	ktap_note "$(grep ^Done "$KTAP_TMP/log")," \
		"$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$KTAP_TMP/log" | tail -n 1)"
}

record() { fuzz record 300000; }
plan() { fuzz plan 100000; }
blocks() { fuzz blocks 10000; }
store() { fuzz store 4000; }
serve() { fuzz serve 3000; }
hear() { fuzz hear 20000; }
restore() { fuzz restore 200; }
life() { fuzz life 600; }

seconds=$((${FUZZ_SECONDS:-0} + 120))
for target in record plan blocks store serve hear restore life; do
	ktap_test "$target" "$target" "$seconds"
done
ktap_run "$@"
