#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Documentation/defects.rst promises tests by name.  Each has to be there, each
# defect needs one on either side, and a test of model/defects.c that the page
# doesn't name shows nobody what it is for.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
page=$here/../../Documentation/defects.rst
[ -r "$page" ] || { echo "1..0 # SKIP no documentation here"; exit 4; }

# "FILE TEST", one a line.
promised() {
	grep -o '``[a-z_]*/[a-z_]*\.[a-z]*: [^`]*``' "$page" | tr -d '`:' | sort -u
}

# has_test FILE NAME: in C a name is TEST, FIXTURE.TEST or FIXTURE.VARIANT.TEST.
has_test() {
	case $1 in
	*.sh)	grep -q "^live_[a-z]* $2\>\|^ktap_test $2\>" "$1"
		return ;;
	esac
	fixture=${2%%.*}
	name=${2##*.}
	variant=${2#*.}
	variant=${variant%.*}
	case $2 in
	*.*.*)	grep -q "^FIXTURE_VARIANT_ADD($fixture, $variant)" "$1" || return ;;
	esac
	case $2 in
	*.*)	grep -q "^TEST_F[A-Z_]*($fixture, $name\>" "$1" ;;
	*)	grep -q "^\(TEST[A-Z_]*\|GROUP\)($name\>" "$1" ;;
	esac
}

every_test_exists() {
	promised >"$KTAP_TMP/promised"
	[ "$(wc -l <"$KTAP_TMP/promised")" -gt 40 ] || ktap_fail "these can't be all"
	while read -r file name; do
		has_test "$here/../$file" "$name" || echo "$file has no test $name"
	done <"$KTAP_TMP/promised" >"$KTAP_TMP/missing"
	cat "$KTAP_TMP/missing"
	[ ! -s "$KTAP_TMP/missing" ]
}

# Of each row's three cells the last two name tests.
every_defect_is_shown_twice() {
	awk '
	function judge() {
		if (cell == 3 && defect != "defect") {
			rows++
			if (!(tests[2] && tests[3]))
				print "not shown twice: " defect
		} else if (cell && cell != 3) {
			print "not a row of three: " defect
		}
		cell = tests[2] = tests[3] = 0
	}
	/^   \* - /	{ judge(); cell = 1; defect = substr($0, 8) }
	/^     - /	{ cell++ }
	/^[^ ]/		{ judge() }
	cell		{ tests[cell] += gsub(/``[a-z_]+\/[a-z_]+\.[a-z]+: /, "") }
	END		{ judge(); if (rows < 20) print rows " rows: these can'"'"'t be all" }
	' "$page" >"$KTAP_TMP/wrong"
	cat "$KTAP_TMP/wrong"
	[ ! -s "$KTAP_TMP/wrong" ]
}

# of_both FILE...: what a script says of stock, and all of defects.c.
no_test_is_forgotten() {
	promised >"$KTAP_TMP/promised"
	{
		sed -n 's/^TEST_F(\(.*\), \(.*\))/model\/defects.c \1.stock.\2\
model\/defects.c \1.shim.\2/p' "$here/../model/defects.c"
		cd "$here/.."
		grep -H '^live_[a-z]* stock_' live/*.sh | sed 's/:live_[a-z]* / /; s/\( [^ ]*\) .*/\1/'
	} | sort -u >"$KTAP_TMP/there"
	[ "$(wc -l <"$KTAP_TMP/there")" -gt 40 ] || ktap_fail "these can't be all"
	comm -23 "$KTAP_TMP/there" "$KTAP_TMP/promised" >"$KTAP_TMP/forgotten"
	cat "$KTAP_TMP/forgotten"
	[ ! -s "$KTAP_TMP/forgotten" ]
}

ktap_test every_test_exists
ktap_test every_defect_is_shown_twice
ktap_test no_test_is_forgotten
ktap_run "$@"
