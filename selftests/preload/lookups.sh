#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# When the shim looks for the real call: at the first call, even if that comes
# from another library's constructor before anything of ours has run; and what
# it does where there is none.  A failure here is a device model that crashes
# at its start.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

# The first line of what the loader said that begins like this.
position() {
	grep -n -m 1 "calling init: $1" "$KTAP_TMP"/said.* | cut -d: -f1
}

early_constructor() {
	LD_DEBUG=files LD_DEBUG_OUTPUT=$KTAP_TMP/said \
		LD_PRELOAD="$shim $own/early.so $own/fake.so" /bin/true >"$KTAP_TMP/out"
	ktap_equal "early: 1 call, 42" "$(cat "$KTAP_TMP/out")"
	[ "$(position "$own/early.so")" -lt "$(position "$shim")" ] ||
		ktap_fail "the constructor wasn't early"
}

# In a process that has no libxen each name is called twice: both calls fail,
# with what the name returns on failure, and the log says it once.
missing_symbol() {
	names SYMBOLS_INTERPOSED >"$KTAP_TMP/names"
	while read -r name; do
		LD_PRELOAD=$shim "$own/orphan" "$name" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" ||
			ktap_fail "$name: exit status $?"
		cat "$KTAP_TMP/out" "$KTAP_TMP/err"
		case $name in
		xenforeignmemory_map*) failure='0 ENOSYS' ;;
		*) failure='-1 ENOSYS' ;;
		esac
		ktap_equal "$failure $failure" "$(xargs <"$KTAP_TMP/out")" "$name"
		ktap_equal 1 "$(wc -l <"$KTAP_TMP/err")" "lines of log"
		grep -q "^xenphysmap: $name is not in this process.*ENOSYS" "$KTAP_TMP/err"
	done <"$KTAP_TMP/names"
	ktap_note "$(wc -l <"$KTAP_TMP/names") names"
}

ktap_test early_constructor
ktap_test missing_symbol
ktap_run "$@"
