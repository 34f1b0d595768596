#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The commands in README.rst and in the manuals.  Each block of commands has to
# say who runs it as it stands there, or why nobody does; those for the host are
# run here.  A failure means that a reader who does what is written fails too.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
[ -r "$top/README.rst" ] || { echo "1..0 # SKIP no documentation here"; exit 4; }

# blocks [PAGE]...: "PAGE:LINE KIND MARK", of all pages if none is named.
blocks() {
	[ $# -gt 0 ] || set -- README.rst Documentation/*.rst selftests/README.rst \
		selftests/*/README.rst
	awk -f "$here/blocks.awk" "$@"
}

every_block_has_a_mark() {
	cd "$top"
	blocks >"$KTAP_TMP/blocks"
	[ "$(wc -l <"$KTAP_TMP/blocks")" -gt 40 ] || ktap_fail "these can't be all"
	awk '$2 == "commands" && NF == 2 { print $1 ": who runs this? See selftests/docs/README.rst" }' \
		"$KTAP_TMP/blocks" >"$KTAP_TMP/unmarked"
	cat "$KTAP_TMP/unmarked"
	[ ! -s "$KTAP_TMP/unmarked" ] || ktap_fail 'commands without a mark'
}

# What it says has to be so: "live/move.sh create" of a page "replace.rst" is a
# test in live/move.sh with the words "documented replace create", or "typed".
every_mark_is_true() {
	cd "$top"
	blocks | while read -r where _ mark; do
		page=${where##*/}
		page=${page%%.*}
		case $mark in
		''|host|machine|'not tried: '?*)
			;;
		*/*.sh\ *)
			grep -q "\(documented\|typed\) $page ${mark#* }\>" "selftests/${mark%% *}" ||
				echo "$where: not run by $mark" ;;
		*)
			echo "$where: what is '$mark'?" ;;
		esac
	done >"$KTAP_TMP/wrong"
	cat "$KTAP_TMP/wrong"
	[ ! -s "$KTAP_TMP/wrong" ]
}

# TESTS="..." in front of a command names tests that there are.
every_named_test_exists() {
	cd "$top"
	cat README.rst Documentation/*.rst | grep -o 'TESTS="[^"]*"\|TESTS=[a-z_0-9*]*' |
		sed 's/TESTS=//; s/"//g' | tr ' ' '\n' | sort -u >"$KTAP_TMP/named"
	[ "$(wc -l <"$KTAP_TMP/named")" -gt 10 ] || ktap_fail "these can't be all"
	{
		sed -n 's/^live_\(test\|more\) \([a-z_0-9]*\).*/\2/p' selftests/live/*.sh
		basename -s .sh selftests/live/*.sh
	} | sort -u >"$KTAP_TMP/there"
	set -f
	while read -r name; do
		pattern=$(echo "$name" | sed 's/\*/.*/g')
		grep -qx "$pattern" "$KTAP_TMP/there" || echo "no test is called $name"
	done <"$KTAP_TMP/named" >"$KTAP_TMP/missing"
	cat "$KTAP_TMP/missing"
	[ ! -s "$KTAP_TMP/missing" ]
}

# blocks.awk knows little of RST; Sphinx's parser knows all.
as_many_blocks_as_sphinx_sees() {
	command -v sphinx-build >/dev/null || ktap_skip 'no Sphinx here'
	sphinx-build -q -b xml -d "$KTAP_TMP/doctrees" "$top/Documentation" "$KTAP_TMP/xml"
	cd "$top"
	for page in Documentation/*.rst; do
		name=$(basename "$page" .rst)
		# what is generated and what is included is no block of the page's
		case $name in index|library|testbed|selftests) continue ;; esac
		printf '%s %s\n' "$name" "$(grep -c '<literal_block' "$KTAP_TMP/xml/$name.xml")"
	done >"$KTAP_TMP/expected"
	[ "$(wc -l <"$KTAP_TMP/expected")" -gt 10 ] || ktap_fail "these can't be all"
	while read -r name _; do
		printf '%s %s\n' "$name" "$(blocks "Documentation/$name.rst" | wc -l)"
	done <"$KTAP_TMP/expected" >"$KTAP_TMP/seen"
	diff "$KTAP_TMP/expected" "$KTAP_TMP/seen"
}

# ---- on the host ----

# in_sandbox PAGE [BEFORE [AFTER]]: its commands for the host, between these.
in_sandbox() {
	[ "$(id -u)" = 0 ] || ktap_skip 'has to be root, as the reader'
	printf '%s\n' "${2-}" >"$KTAP_TMP/script"
	awk -v want=host -f "$here/blocks.awk" "$top/$1" >"$KTAP_TMP/commands"
	[ -s "$KTAP_TMP/commands" ]
	cat "$KTAP_TMP/commands" >>"$KTAP_TMP/script"
	printf '%s\n' "${3-}" >>"$KTAP_TMP/script"
	mkdir "$KTAP_TMP/sandbox"
	status=0
	unshare --mount --propagation private sh "$here/sandbox.sh" "$KTAP_TMP/sandbox" \
		"$top" "$KTAP_TMP/script" >"$KTAP_TMP/output" 2>&1 || status=$?
	cat "$KTAP_TMP/output"
	[ "$status" != 4 ] || ktap_skip "no sandbox here: $(tail -n 1 "$KTAP_TMP/output")"
	! grep '^unshare: ' "$KTAP_TMP/output" >"$KTAP_TMP/why" || ktap_skip "$(cat "$KTAP_TMP/why")"
	[ "$status" = 0 ] || ktap_fail "exit status $status"
}

readme() {
	in_sandbox README.rst '' 'xenphysmap --version && test -x /usr/lib/xenphysmap/xenphysmap-dm'
}

# example PROGRAM: where its objects are.
example() {
	echo 'make -s install PREFIX=/usr >/dev/null'
	echo "cd $KTAP_TMP/sandbox"
	echo "cc -c $top/selftests/example/main.c $top/selftests/example/$1.c"
}

linking() {
	in_sandbox Documentation/linking.rst "$(example with_libxen)" "test -x dm"
}

library() {
	in_sandbox Documentation/library.rst "$(example with_api)" "test -x dm"
}

selftests() {
	in_sandbox selftests/README.rst \
		"make -s -C selftests/core $top/build/selftests/core/plan_test"
}

# Every page with such commands has a test here.
no_page_is_forgotten() {
	cd "$top"
	blocks | awk '$3 == "host" { sub(/:.*/, "", $1); print $1 }' | sort -u |
	while read -r page; do
		grep -q "in_sandbox $page" "$here/commands.sh" || echo "$page isn't run"
	done >"$KTAP_TMP/forgotten"
	cat "$KTAP_TMP/forgotten"
	[ ! -s "$KTAP_TMP/forgotten" ]
}

# Commands that boot a machine: in check-all.
machine() {
	cd "$top"
	blocks | awk '$3 == "machine" { sub(/:.*/, "", $1); print $1 }' | sort -u |
	while read -r page; do
		awk -v want=machine -f "$here/blocks.awk" "$page"
	done >"$KTAP_TMP/commands"
	[ -s "$KTAP_TMP/commands" ]
	unset MAKEFLAGS MFLAGS MAKELEVEL
	export O="${objtree:-$top/build}"
	sh -eux "$KTAP_TMP/commands"
}

ktap_test every_block_has_a_mark
ktap_test every_mark_is_true
ktap_test every_named_test_exists
ktap_test as_many_blocks_as_sphinx_sees '' 60
ktap_test no_page_is_forgotten
ktap_test readme '' 120
ktap_test linking '' 120
ktap_test library '' 120
ktap_test selftests '' 120
[ -z "${MORE-}" ] || ktap_test machine '' 1200
ktap_run "$@"
