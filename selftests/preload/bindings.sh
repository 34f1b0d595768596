#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does the loader give an unmodified QEMU, and libxen below it, the shim's
# definition of each name?  Asked of the loader, on the real binary, with no
# hypervisor near.  A failure here means a shim that is loaded and never
# called, without a word: a wrong version node is enough.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

qemu=${XENPHYSMAP_QEMU:-/usr/libexec/xen-qemu-system-i386}

# Lines "FROM TO NAME": who got whose definition of a name.
bind() {
	[ -x "$qemu" ] || ktap_skip "no $qemu here"
	LD_BIND_NOW=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$KTAP_TMP/said \
		LD_PRELOAD=$shim "$qemu" -version
	# binding file FROM [0] to TO [0]: normal symbol `NAME' [NODE]
	cat "$KTAP_TMP"/said.* |
	sed -n "/.*binding file /{s///; s/ \[.*\] to / /; s/ \[.*\]: .* symbol ./ /; s/'.*//p; }" \
		>"$KTAP_TMP/bindings"
	names SYMBOLS_INTERPOSED >"$KTAP_TMP/interposed"
	[ -s "$KTAP_TMP/interposed" ] || ktap_fail "the table is empty"
}

# binds_all FILE: of what is interposed, all that the file imports
binds_all() {
	imports "$1" | comm -12 - "$KTAP_TMP/interposed" >"$KTAP_TMP/wanted"
	[ -s "$KTAP_TMP/wanted" ] || ktap_fail "$1 imports nothing that is interposed"
	while read -r name; do
		grep -qxF "$1 $shim $name" "$KTAP_TMP/bindings" ||
			ktap_fail "$name: $(grep "^$1 .* $name\$" "$KTAP_TMP/bindings")"
	done <"$KTAP_TMP/wanted"
	ktap_note "${1##*/}: $(wc -l <"$KTAP_TMP/wanted") names"
}

# loaded NAME: the file that the loader took for that library
loaded() {
	cut -d' ' -f1 "$KTAP_TMP/bindings" | grep -m 1 "/$1\.so" || ktap_fail "no $1 in QEMU"
}

executable() {
	bind
	binds_all "$qemu"
}

libxenctrl() {
	bind
	binds_all "$(loaded libxenctrl)"
}

# xenforeignmemory_map() is map2 to its library, and is to us too
libxenforeignmemory() {
	bind
	grep -qx "$(loaded libxenforeignmemory) $shim xenforeignmemory_map2" "$KTAP_TMP/bindings"
}

# Nor does anybody else, libxenctrl for its own names included.
nobody_past_the_shim() {
	bind
	while read -r name; do
		! grep " $name\$" "$KTAP_TMP/bindings" | grep -vF " $shim $name" ||
			ktap_fail "past the shim"
	done <"$KTAP_TMP/interposed"
}

# The real ones are looked up when they are first called, and none was.
nothing_looked_up() {
	bind
	names SYMBOLS_USED | cat - "$KTAP_TMP/interposed" | while read -r name; do
		! grep "^$shim .* $name\$" "$KTAP_TMP/bindings" || ktap_fail "for no call"
	done
}

for name in executable libxenctrl libxenforeignmemory nobody_past_the_shim \
	    nothing_looked_up; do
	ktap_test "$name"
done
ktap_run "$@"
