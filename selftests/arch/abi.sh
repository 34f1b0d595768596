#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Is the library's interface what it was?  Names, types and layouts of all that it
# exports, as the compiler has written them down, against those in the file beside
# this.  A failure is a program that was linked yesterday and crashes today, or a
# change that is meant: then, if it only adds, the file is written anew with
#
#	selftests/arch/abi.sh --renew
#
# and if it doesn't, the library's number is another one, too.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
[ -r "$top/Kbuild" ] || { echo "1..0 # SKIP no sources here"; exit 4; }
command -v abidw >/dev/null || { echo "1..0 # SKIP no abidw (abigail-tools) here"; exit 4; }

# Which libxen it needs, and where it was built, are no part of it.
dump() {
	abidw --exported-interfaces-only --headers-dir "$top/include" --drop-private-types \
		--drop-undefined-syms --no-elf-needed --no-comp-dir-path --no-corpus-path \
		--no-show-locs "$objtree/libxenphysmap.so.1" |
	sed '1a\  <!-- SPDX-License-Identifier: LGPL-2.1-or-later -->'
}

if [ "${1-}" = --renew ]; then
	dump >"$here/libxenphysmap.abi"
	exit
fi

is_as_it_was() {
	dump >"$KTAP_TMP/now.abi"
	abidiff "$here/libxenphysmap.abi" "$KTAP_TMP/now.abi" || ktap_fail "abidiff: status $?"
}

# What must not happen to be ignored: a member of another size.
differences_are_seen() {
	dump | sed "s/<data-member access='public' layout-offset-in-bits='256'>/<data-member access='public' layout-offset-in-bits='288'>/" \
		>"$KTAP_TMP/other.abi"
	! abidiff "$here/libxenphysmap.abi" "$KTAP_TMP/other.abi" >"$KTAP_TMP/said" ||
		ktap_fail "nothing was seen"
	grep 'offset changed from 256 to 288' "$KTAP_TMP/said"
}

ktap_test is_as_it_was
ktap_test differences_are_seen
ktap_run "$@"
