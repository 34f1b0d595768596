#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Is what the manuals list what there is: variables of the environment, lines of the
# log, the command's words and options?  A difference either way is one that
# somebody looks for in vain.
# shellcheck disable=SC2016,SC2317 # RST's backquotes; reached through ktap_test
set -eu
. "$(dirname "$0")/../ksft.sh"
. "$(dirname "$0")/documented.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
[ -r "$top/Documentation/preload.rst" ] || { echo "1..0 # SKIP no documentation here"; exit 4; }

# In C a variable's name is a string, in a script it follows a $ or ${.
variables_are_those_that_are_read() {
	{
		grep -rhoE '\("XENPHYSMAP_[A-Z_]+"\)' "$top/shim" --include='*.c'
		grep -rhoE '\$\{?XENPHYSMAP_[A-Z_]+' "$top/shim" --include='*.in'
	} | grep -oE 'XENPHYSMAP_[A-Z_]+' | sort -u >"$KTAP_TMP/read"
	[ "$(wc -l <"$KTAP_TMP/read")" -gt 4 ] || ktap_fail "these can't be all"
	sed -n 's/^``\(XENPHYSMAP_[A-Z_]*\)``$/\1/p' "$top/Documentation/preload.rst" | sort |
		diff "$KTAP_TMP/read" -
}

# Quotations, each a part of a string of the source.
lines_of_the_log_are_said() {
	cat "$top"/shim/*.c | tr -d '\n' | sed 's/"[ \t]*"//g' >"$KTAP_TMP/source"
	awk '/^Log$/ { inside = 1 } /^Files$/ { inside = 0 } inside && /^(``[^`]*``(, )?)+$/' \
		"$top/Documentation/preload.rst" | grep -o '``[^`]*``' | tr -d '`' >"$KTAP_TMP/quoted"
	[ "$(wc -l <"$KTAP_TMP/quoted")" -gt 8 ] || ktap_fail "these can't be all"
	while read -r words; do
		grep -q -F -e "$words" "$KTAP_TMP/source" || echo "nobody says '$words'"
	done <"$KTAP_TMP/quoted" >"$KTAP_TMP/unsaid"
	cat "$KTAP_TMP/unsaid"
	[ ! -s "$KTAP_TMP/unsaid" ]
}

# options: the long ones in a text, and its subcommands.
options() {
	grep -oE -e '--[a-z][a-z-]+' | sort -u
}

options_are_those_of_the_help() {
	command=${objtree:-$top/build}/xenphysmap
	"$command" --help >"$KTAP_TMP/help"
	sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' "$KTAP_TMP/help" >"$KTAP_TMP/subcommands"
	[ "$(wc -l <"$KTAP_TMP/subcommands")" -gt 6 ] || ktap_fail "these can't be all"
	while read -r word; do
		"$command" "$word" --help >>"$KTAP_TMP/help"
		grep -qx "$word" "$top/Documentation/xenphysmap.rst" ||
			ktap_fail "no word about '$word'"
	done <"$KTAP_TMP/subcommands"
	options <"$KTAP_TMP/help" >"$KTAP_TMP/expected"
	options <"$top/Documentation/xenphysmap.rst" | diff "$KTAP_TMP/expected" -
}

# By libvirt's own schema; that it takes "emulator" at this place is what counts.
libvirt_takes_the_example() {
	for program in virt-xml-validate xmllint; do
		command -v $program >/dev/null || ktap_skip "no $program here"
	done
	documented using libvirt >"$KTAP_TMP/guest.xml"
	virt-xml-validate "$KTAP_TMP/guest.xml" domain
	sed 's/emulator>/emulater>/g' "$KTAP_TMP/guest.xml" >"$KTAP_TMP/bent.xml"
	! virt-xml-validate "$KTAP_TMP/bent.xml" domain 2>&1 || ktap_fail "it takes anything"
}

ktap_test variables_are_those_that_are_read
ktap_test lines_of_the_log_are_said
ktap_test options_are_those_of_the_help
ktap_test libvirt_takes_the_example
ktap_run "$@"
