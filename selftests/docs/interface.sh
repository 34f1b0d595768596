#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Is all of include/xenphysmap.h described, by the judgement of the kernel's
# kernel-doc: each parameter, each member, each result with its errno?  What isn't
# is a question that a user of the library has to read the source for.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
. "$(dirname "$0")/../ksft.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
header=$top/include/xenphysmap.h
kerneldoc=${KERNELDOC:-$(find /usr/lib -path '/usr/lib/linux-kbuild-*/scripts/kernel-doc' \
	2>/dev/null | sort | tail -n 1)}
[ -r "$header" ] || { echo "1..0 # SKIP no sources here"; exit 4; }
[ -x "$kerneldoc" ] || { echo "1..0 # SKIP no kernel-doc here"; exit 4; }

# Newer ones have a switch of its own for results, older ones -v.
judged() {
	switch=-v
	! grep -q Wreturn "$kerneldoc" || switch=-Wreturn
	"$kerneldoc" "$switch" -Werror -none "$1" >"$KTAP_TMP/words" 2>&1
}

kernel_doc_is_content() {
	judged "$header" || { grep -v ': info:' "$KTAP_TMP/words"; ktap_fail 'kernel-doc is not'; }
}

# Does it find what is missing?
kernel_doc_is_strict() {
	for missing in '@src:' 'Return: 0, or -1 with errno EINVAL (no such frames or'; do
		grep -v -F "$missing" "$header" >"$KTAP_TMP/xenphysmap.h"
		! judged "$KTAP_TMP/xenphysmap.h" || ktap_fail "nothing is missed of '$missing'"
	done
}

# names DIRECTIVE: what is described so.
names() {
	"$kerneldoc" -rst -sphinx-version 5.3.0 "$header" 2>/dev/null |
		sed -n "s/^\.\. c:$1:: //p" | sed 's/ *(.*//; s/.*[ *]//' | sort
}

every_item_is_described() {
	sed -n 's/^\t\t\(xenphysmap_[a-z_]*\);$/\1/p' "$top/shim/libxenphysmap.map" | sort \
		>"$KTAP_TMP/exported"
	[ "$(wc -l <"$KTAP_TMP/exported")" -gt 10 ] || ktap_fail "these can't be all"
	names function | diff "$KTAP_TMP/exported" -
	sed -n 's/^struct \(xenphysmap_[a-z_]*\) {$/\1/p' "$header" | sort >"$KTAP_TMP/structs"
	[ -s "$KTAP_TMP/structs" ]
	names struct | diff "$KTAP_TMP/structs" -
	# shellcheck disable=SC2013 # words
	for flag in $(sed -n 's/^#define \(XENPHYSMAP_[A-Z]*_[A-Z_]*\).*/\1/p' "$header"); do
		grep -q "^ \* .*$flag: " "$header" || ktap_fail "$flag isn't described"
	done
}

# Of what returns an int or a pointer; what returns a caller's number has none.
every_result_has_its_errno() {
	"$kerneldoc" -rst -sphinx-version 5.3.0 "$header" 2>/dev/null | awk '
	function judge() {
		if (name != "" && name !~ /for_each/ && result !~ /errno/)
			print name
		name = result = ""
	}
	/^\.\. c:/			{ judge(); inside = 0 }
	/^\.\. c:function:: (int|struct|void \*)/	{ name = $0; sub(/ *\(.*/, "", name); count++ }
	/^\*\*Return\*\*/		{ inside = 1 }
	inside				{ result = result $0 }
	END { judge(); if (count < 8) print count " functions: these can'"'"'t be all" }
	' >"$KTAP_TMP/without"
	cat "$KTAP_TMP/without"
	[ ! -s "$KTAP_TMP/without" ] || ktap_fail 'no word about errno'
}

ktap_test kernel_doc_is_content
ktap_test kernel_doc_is_strict
ktap_test every_item_is_described
ktap_test every_result_has_its_errno
ktap_run "$@"
