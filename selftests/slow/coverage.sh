#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which lines of shim/ do the tests that need no Xen reach?  Prints how many of
# each file.  A line that isn't reached has to be in the file "uncovered", under
# the reason why, and one that is in it must not be reached: what is excused is
# known by heart and grows no moss.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk and runner.sh
set -eu
. "$(dirname "$0")/../ksft.sh"

here=$srctree/selftests/slow
built=$objtree/selftests/slow/coverage
wanted=95

# PROGRAM[:OPTION...]: all that the others don't reach already, and not slow
programs="core/plan_test:-i20 core/blocks_test:-i2000 core/record_test:-i1000 core/known_test
	core/log_test core/area_test core/privcmd_test core/counters_test model/calls model/defects
	model/moves model/neighbours model/bars model/bars_saved model/kept_map model/populate
	model/restore model/rescue model/census
	model/xenstore model/edges model/library model/fail_nth model/random_ops:-i200
	model/killed:-t*rom_makes_room:-t*overlap_*
	fuzz/restore fuzz/store fuzz/serve preload/publisher_test publisher/wishes_test publisher/serve_test"

run() { # PROGRAM [OPTION...]
	name=$1
	shift
	objtree=$built "$built/selftests/$name" "$@" >"$KTAP_TMP/log" 2>&1 && return
	grep -B 9 '^not ok' "$KTAP_TMP/log"
	ktap_fail "$name, built for coverage"
}

run_all() {
	find "$built" -name '*.gcda' -delete
	for program in $programs; do
		# shellcheck disable=SC2086 # words
		run $(echo "$program" | tr : ' ')
	done
	for script in preload/calls.sh model/behind_preload.sh; do
		objtree=$built "$srctree/selftests/$script" >"$KTAP_TMP/log" 2>&1 || {
			cat "$KTAP_TMP/log"
			ktap_fail "$script, built for coverage"
		}
	done
}

# The objects of the xenphysmap command are no part of a device model: ../ctl
# has what of them needs no guest, ../live the rest, in dom0.
left_out=shim/ctl
# Nothing but names, and in no program here: ../arch compares them.
not_built="shim/entry-wrap.c shim/next-wrap.c"

# "FILE PERCENT COVERED LINES", and "FILE: CODE" in $KTAP_TMP/uncovered
count() {
	# names of sources are below the top
	cd "$srctree"
	find "$built" -name '*.gcno' -path '*/shim/*' ! -path '*/clang/*' -exec dirname {} + | sort -u |
		while read -r dir; do
			gcov --stdout --object-directory "$dir" "$dir"/*.gcno 2>/dev/null </dev/null
		done | awk -v uncovered="$KTAP_TMP/uncovered" -v left_out="^$left_out" \
			-f "$here/gcov.awk"
}

lines() {
	run_all
	count >"$KTAP_TMP/files"
	while read -r file percent covered lines; do
		ktap_note "$file: $percent % of $lines lines"
		total=$((${total:-0} + lines))
		reached=$((${reached:-0} + covered))
	done <"$KTAP_TMP/files"
	ktap_note "$((reached * 1000 / total)) of 1000 lines of shim/ are reached"
	ktap_note "left out: $left_out*, see ../ctl and ../live; $not_built, see ../arch"
	for file in "$srctree"/shim/*.c; do
		file=shim/${file##*/}
		case " $not_built $left_out" in
		*" $file"* | *" ${file%%[-.]*}") continue ;;
		esac
		grep -q "^$file " "$KTAP_TMP/files" || ktap_fail "$file isn't counted"
	done
	sed '/^#/d; /^$/d' "$here/uncovered" | sort >"$KTAP_TMP/excused"
	sort "$KTAP_TMP/uncovered" >"$KTAP_TMP/seen"
	diff -u "$KTAP_TMP/excused" "$KTAP_TMP/seen" ||
		ktap_fail "-: reached now, take it out; +: not reached, and no reason why"
	[ $((reached * 100)) -ge $((total * wanted)) ] || ktap_fail "less than $wanted %"
}

ktap_test lines lines 300
ktap_run "$@"
