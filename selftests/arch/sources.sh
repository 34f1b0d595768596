#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is asked of every file: a licence in its first lines, a length that can
# be read, a header that needs no other before it, a place in Kbuild.  What a
# reviewer shouldn't have to look for.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
[ -r "$top/Kbuild" ] || { echo "1..0 # SKIP no sources here"; exit 4; }

file_lines=700
function_lines=70

# Files that are in the project or about to be, one a line, below the top: in
# $KTAP_TMP/files, and those with a licence to choose in $KTAP_TMP/ours.
files() {
	if [ -e "$top/.git" ] && command -v git >/dev/null; then
		# root may look at somebody else's checkout
		git -c safe.directory='*' -C "$top" ls-files -co --exclude-standard
	else
		(cd "$top" && find . -path ./build -prune -o -type f -print | sed 's|^\./||')
	fi | sort -u | while read -r file; do
		# one that is deleted and not yet committed is in the list too
		[ ! -f "$top/$file" ] || [ -L "$top/$file" ] || echo "$file"
	done >"$KTAP_TMP/files"
	[ "$(wc -l <"$KTAP_TMP/files")" -gt 40 ] || ktap_fail "these can't be all"
	grep -vx COPYING "$KTAP_TMP/files" >"$KTAP_TMP/ours"
}

licence() {
	files
	while read -r file; do
		head -n 2 "$top/$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' ||
			echo "$file"
	done <"$KTAP_TMP/ours" >"$KTAP_TMP/without"
	cat "$KTAP_TMP/without"
	[ ! -s "$KTAP_TMP/without" ] || ktap_fail "no SPDX line"
}

length() {
	files
	while read -r file; do
		lines=$(wc -l <"$top/$file")
		[ "$lines" -le "$file_lines" ] || echo "$file: $lines lines"
	done <"$KTAP_TMP/ours" >"$KTAP_TMP/long"
	cat "$KTAP_TMP/long"
	[ ! -s "$KTAP_TMP/long" ] || ktap_fail "longer than $file_lines lines"
}

# In kernel style, and in this project's shell, a function ends with a brace in
# the first column; it begins with one too, or with "name() {".
functions() {
	awk -v limit="$1" '
		/^{$/ || /^[a-z_0-9]+\(\) [{(]/ { start = FNR; name = /^{/ ? last : $1 }
		/^[})]/ && start {
			count++
			if (FNR - start + 1 > limit)
				print FILENAME ": " name ": " FNR - start + 1 " lines"
			start = 0
		}
		/^[^ \t{}#]/ { last = $0 }
		END { print count + 0 >"/dev/stderr" }
	' "$2" 2>>"$KTAP_TMP/count"
}

function_length() {
	files
	cd "$top"
	grep -E '\.([ch]|sh)$' "$KTAP_TMP/ours" >"$KTAP_TMP/code"
	while read -r file; do
		functions "$function_lines" "$file"
	done <"$KTAP_TMP/code" >"$KTAP_TMP/long"
	cat "$KTAP_TMP/long"
	[ ! -s "$KTAP_TMP/long" ] || ktap_fail "longer than $function_lines lines"
	found=$(awk '{ sum += $1 } END { print sum }' "$KTAP_TMP/count")
	[ "$found" -gt 200 ] || ktap_fail "these can't be all"
	ktap_note "$found functions"
}

# alone COMPILER LANGUAGE HEADER OPTION...
alone() {
	compiler=$1 language=$2 header=$3
	shift 3
	# twice, or nothing is known of its guard
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
	"$compiler" -x "$language" -fsyntax-only -Wall -Wextra -Wundef -Werror \
		-I"$top/include" "$@" - || ktap_fail "$header doesn't stand alone"
}

header_alone() {
	for header in "$top"/shim/*.h "$top"/shim/ctl/*.h; do
		alone "${CC:-cc}" c "${header##*/}" -I"$top/shim" -I"$top/shim/ctl" -std=gnu11 \
			-D_GNU_SOURCE
	done
	for std in gnu11 gnu99 gnu17; do
		alone "${CC:-cc}" c xenphysmap.h "-std=$std"
	done
}

header_in_cplusplus() {
	command -v "${CXX:-c++}" >/dev/null || ktap_skip "no C++ compiler here"
	alone "${CXX:-c++}" c++ xenphysmap.h
	printf '%s\n' '#include <xenphysmap.h>' \
		'int main() { xenphysmap_close(nullptr); }' |
	"${CXX:-c++}" -x c++ -I"$top/include" -o "$KTAP_TMP/program" - \
		-L"$objtree" -lxenphysmap
}

# Built by nobody, or listed and not there.
kbuild_lists_all() {
	(cd "$top" && ls shim/*.c shim/ctl/*.c) | sed 's/\.c$/.o/' | sort >"$KTAP_TMP/there"
	sed 's/#.*//' "$top/Kbuild" | grep -oE 'shim/[^ ]*\.o' | sort -u \
		>"$KTAP_TMP/listed"
	diff "$KTAP_TMP/there" "$KTAP_TMP/listed"
}

for name in licence length function_length header_alone header_in_cplusplus \
	    kbuild_lists_all; do
	ktap_test "$name"
done
ktap_run "$@"
