#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What do the products show to others, and what do they ask for?  The preload
# defines the names of symbols.h under libxen's nodes and nothing else, the
# library what its header declares and nothing else.  One name too many is a
# call that somebody else meant; one too few is a call that the shim misses
# (-fvisibility=hidden wins over a map without a word).
# shellcheck disable=SC2317 # the functions are reached through ktap_test
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

library=$objtree/libxenphysmap.so.1
objects="$shim $library $objtree/xenphysmap-publisher"

# same FILE FILE: as sets of lines, and not empty ones
same() {
	[ -s "$1" ] || ktap_fail "nothing to compare with"
	diff "$1" "$2"
}

preload_is_the_table() {
	table SYMBOLS_INTERPOSED | sed 's/ NULL$//' >"$KTAP_TMP/table"
	exports "$shim" >"$KTAP_TMP/exports"
	same "$KTAP_TMP/table" "$KTAP_TMP/exports"
	ktap_note "$(wc -l <"$KTAP_TMP/table") names"
}

map_names() {
	sed -n '/global:/,/local:/s/^[	 ]*\([a-z_0-9]*\);.*/\1/p' "$1" | sort
}

header_names() {
	"${CC:-cc}" -E -I"$top/include" "$top/include/xenphysmap.h" |
	awk '/^# [0-9]/ { ours = /xenphysmap\.h"/; next } ours' |
	grep -o '\<xenphysmap_[a-z_0-9]*(' | tr -d '(' | sort
}

library_is_its_map() {
	node=$(sed -n 's/^\([A-Z_0-9.]*\) {.*/\1/p' "$top/shim/libxenphysmap.map")
	map_names "$top/shim/libxenphysmap.map" | sed "s/\$/ $node/" >"$KTAP_TMP/map"
	exports "$library" >"$KTAP_TMP/exports"
	same "$KTAP_TMP/map" "$KTAP_TMP/exports"
}

library_is_its_header() {
	header_names >"$KTAP_TMP/header"
	exports "$library" | sed 's/ .*//' >"$KTAP_TMP/exports"
	same "$KTAP_TMP/header" "$KTAP_TMP/exports"
}

# All that libxen defines, ours or not: linking the shim must change no call.
library_hijacks_nothing() {
	names SYMBOLS_INTERPOSED >"$KTAP_TMP/libxen"
	names SYMBOLS_USED >>"$KTAP_TMP/libxen"
	exports "$library" | sed 's/ .*//' >"$KTAP_TMP/defined"
	nm -g --defined-only "$objtree/libxenphysmap.a" | sed -n 's/^[0-9a-f]* . //p' \
		>>"$KTAP_TMP/defined"
	grep -qx xenphysmap_open "$KTAP_TMP/defined"
	! grep -xF -f "$KTAP_TMP/libxen" "$KTAP_TMP/defined" || ktap_fail "libxen's names"
	! grep -E '^(xc|xs|xtl|xen[a-oq-z][a-z]*)_' "$KTAP_TMP/defined" ||
		ktap_fail "libxen's prefixes"
}

# The same as seen by the loader, in a program that links it.
linked_program() {
	cat >"$KTAP_TMP/program.c" <<-'END'
	#include <errno.h>
	#include <stdio.h>
	#include <xenphysmap.h>

	int main(void)
	{
		struct xenphysmap *pm = xenphysmap_open(1, NULL, 0);

		puts(!pm && errno == EINVAL ? "refused" : "taken");
		return xendevicemodel_close(NULL);
	}
	END
	"${CC:-cc}" -fPIE -pie -I"$top/include" -o "$KTAP_TMP/program" "$KTAP_TMP/program.c" \
		-L"$objtree" -lxenphysmap -lxendevicemodel
	ktap_equal refused "$(LD_LIBRARY_PATH=$objtree LD_BIND_NOW=1 LD_DEBUG=bindings \
		LD_DEBUG_OUTPUT=$KTAP_TMP/said "$KTAP_TMP/program")"
	grep "program .* to .*libxenphysmap.* .xenphysmap_open'" "$KTAP_TMP"/said.*
	grep "program .* to .*libxendevicemodel.* .xendevicemodel_close'" \
		"$KTAP_TMP"/said.*
	names SYMBOLS_INTERPOSED | while read -r name; do
		! grep "to .*libxenphysmap.* .$name'" "$KTAP_TMP"/said.* ||
			ktap_fail "hijacked"
	done
}

# A libxen of the preload's own would be another than the device model's.
preload_needs_libc_only() {
	readelf -dW "$shim" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$KTAP_TMP/needed"
	grep '^libc\.so' "$KTAP_TMP/needed"
	! grep -vE '^(libc|libdl|libpthread|ld-linux[a-z0-9_-]*)\.so' "$KTAP_TMP/needed" ||
		ktap_fail "more than libc"
	! imports "$shim" | grep -E '^(xen|xc_|xs_|xtl_)' || ktap_fail "imports from libxen"
}

hardened() {
	for object in $objects; do
		echo "$object"
		readelf -dW "$object" >"$KTAP_TMP/dynamic"
		readelf -lW "$object" >"$KTAP_TMP/segments"
		grep -q ' GNU_RELRO ' "$KTAP_TMP/segments" || ktap_fail "no RELRO"
		grep -qE 'BIND_NOW|FLAGS_1.* NOW' "$KTAP_TMP/dynamic" || ktap_fail "no BIND_NOW"
		! grep TEXTREL "$KTAP_TMP/dynamic" || ktap_fail "text relocations"
		grep -qE ' GNU_STACK .* RW  ' "$KTAP_TMP/segments" || ktap_fail "executable stack"
		! grep -E ' RWE ' "$KTAP_TMP/segments" || ktap_fail "writable code"
		! grep -E 'RPATH|RUNPATH' "$KTAP_TMP/dynamic" || ktap_fail "a search path"
	done
}

for name in preload_is_the_table library_is_its_map library_is_its_header \
	    library_hijacks_nothing linked_program preload_needs_libc_only hardened; do
	ktap_test "$name"
done
ktap_run "$@"
