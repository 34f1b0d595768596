#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The xenphysmap command where there is no Xen: its help, its exit statuses, what
# it writes where, and what a shell completes.
# shellcheck disable=SC2317,SC2030,SC2031 # reached through ktap_test; each in a subshell
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
command=$objtree/xenphysmap
xenstore_users=(list 'list 1' 'show 1' verify watch 'watch 1' 'replace 1' 'counters 1' handover
		'handover --once')
subcommands="list show verify watch doctor run replace inspect counters handover"

# status WORD...: the exit status; what is said is in $KTAP_TMP/out and err.
status() {
	"$command" "$@" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" </dev/null && echo 0 || echo $?
}

nothing_said() {
	[ ! -s "$KTAP_TMP/$1" ] || ktap_fail "said on $1: $(cat "$KTAP_TMP/$1")"
}

helps() {
	ktap_equal 0 "$(status --help)" --help
	for name in $subcommands; do
		grep -q "^  $name  *[a-z]" "$KTAP_TMP/out" || ktap_fail "$name isn't in --help"
	done
	for name in $subcommands; do
		ktap_equal 0 "$(status "$name" --help)" "$name --help"
		nothing_said err
		grep -q "^usage: xenphysmap $name " "$KTAP_TMP/out"
		! grep '.\{81\}' "$KTAP_TMP/out" || ktap_fail 'lines are longer than a terminal'
		# what the synopsis names has a line
		# shellcheck disable=SC2013
		for option in $(sed '/^$/q' "$KTAP_TMP/out" | grep -o -e '--[a-z-]\{2,\}'); do
			grep -q -e "^  -[a-z], $option" "$KTAP_TMP/out" ||
				ktap_fail "$name: nothing about $option"
		done
	done
	status --version >/dev/null
	grep -q '^xenphysmap [0-9]*\.[0-9]*\.[0-9]*$' "$KTAP_TMP/out"
}

# one_line WHOSE PATTERN FILE
one_line() {
	ktap_equal 1 "$(wc -l <"$3")" "$1: lines"
	grep -q "$2" "$3" || ktap_fail "$1: $(cat "$3")"
}

wrong_arguments() {
	for words in '' --nothing nothing '-x' 'list --nothing' show 'show a b' 'watch a b' \
		     'show --svg --json a' run inspect 'inspect a b' replace 'replace a b' \
		     'replace --timeout x a' 'replace --timeout 0 a' 'replace --timeout 3601 a' \
		     'replace --timeout 18446744073709553 a' 'handover x' 'doctor x' counters 'counters a b'; do
		# shellcheck disable=SC2086 # words
		ktap_equal 2 "$(status $words)" "$words"
		nothing_said out
		grep -q 'usage: xenphysmap' "$KTAP_TMP/err"
	done
}

without_xen() {
	[ ! -e /proc/xen/capabilities ] || ktap_skip 'there is a Xen'
	for words in "${xenstore_users[@]}"; do
		# shellcheck disable=SC2086
		ktap_equal 1 "$(status $words)" "$words"
		nothing_said out
		one_line "$words" "^xenphysmap: xenstore can't be reached: " "$KTAP_TMP/err"
	done
	ktap_equal 3 "$(status doctor)" doctor
	grep -q '^xen  *PROBLEM ' "$KTAP_TMP/out"
	grep -q '^Not ready\.$' "$KTAP_TMP/out"
}

# One that has stopped: connections are taken, and nothing is answered.  All ask at
# once, since each waits.
silent_xenstored() {
	export XENSTORED_PATH=$KTAP_TMP/socket
	coproc perl -MIO::Socket::UNIX -e '
		my $listening = IO::Socket::UNIX->new(Local => shift, Listen => 32) or die $!;
		$| = 1;
		print "there\n";
		<STDIN>' "$XENSTORED_PATH"
	read -r answer <&"${COPROC[0]}"
	ktap_equal there "$answer" 'who listens'
	number=0
	for words in doctor "${xenstore_users[@]}"; do
		mkdir "$KTAP_TMP/$number"
		# shellcheck disable=SC2086
		(KTAP_TMP=$KTAP_TMP/$number; status $words >"$KTAP_TMP/status") &
		number=$((number + 1))
		asked[number]=$!
	done
	wait "${asked[@]}"
	ktap_equal 3 "$(cat "$KTAP_TMP/0/status")" doctor
	grep -q '^xenstore  *PROBLEM  *Connection timed out$' "$KTAP_TMP/0/out"
	number=0
	for words in "${xenstore_users[@]}"; do
		number=$((number + 1))
		ktap_equal 1 "$(cat "$KTAP_TMP/$number/status")" "$words"
		one_line "$words" "xenstore can't be reached: Connection timed out\$" \
			"$KTAP_TMP/$number/err"
	done
}

# What is data goes to stdout, also if it is none.
for_programs() {
	[ ! -e /proc/xen/capabilities ] || ktap_skip 'there is a Xen'
	ktap_equal 1 "$(status list --json)" 'list --json'
	ktap_equal '[]' "$(tr -d '\n' <"$KTAP_TMP/out")" 'a list of nothing'
	ktap_equal 3 "$(status doctor --json)" 'doctor --json'
	perl -MJSON::PP -e '
		local $/;
		my $all = decode_json(<>);
		exit !(!$all->{ready} && $all->{checks}[0]{check} eq "xen" &&
		       $all->{checks}[0]{state} eq "problem" && @{$all->{defects}} > 3)
	' "$KTAP_TMP/out"
	ktap_equal 1 "$("$command" --help >/dev/full 2>"$KTAP_TMP/err"; echo $?)" 'a full disk'
	grep -q 'No space' "$KTAP_TMP/err"
}

# on_terminal NAME=VALUE...: what the doctor writes to one.
on_terminal() {
	command -v script >/dev/null || ktap_skip 'no script here'
	env "$@" script -qec "$command doctor" /dev/null </dev/null
}

colours() {
	escape=$(printf '\033')
	on_terminal TERM=xterm NO_COLOR= | grep -q "$escape\[1;31mPROBLEM" ||
		ktap_fail 'no colour on a terminal'
	not_coloured() { ! grep "$escape" || ktap_fail "coloured: $1"; }
	on_terminal TERM=xterm NO_COLOR=1 | not_coloured NO_COLOR
	on_terminal TERM=dumb | not_coloured 'a dumb terminal'
	TERM=xterm "$command" doctor | not_coloured 'no terminal'
}

runs() {
	shim=$objtree/xenphysmap-preload.so
	# shellcheck disable=SC2016 # for the other sh
	print='printf %s "$LD_PRELOAD:$1"'
	ktap_equal "$shim:--json" "$("$command" run -- sh -c "$print" sh --json)" 'the shim'
	ktap_equal "$shim:x" "$("$command" run sh -c "$print" sh x)" 'without --'
	ktap_equal "$shim:/nowhere.so:x" \
		"$(LD_PRELOAD=/nowhere.so "$command" run sh -c "$print" sh x 2>/dev/null)" 'others'
	ktap_equal "$shim:x" "$("$command" run "$command" run sh -c "$print" sh x)" twice
	ktap_equal 7 "$(status run -- sh -c 'exit 7')" 'exit status'
	ktap_equal 127 "$(status run -- nothing-of-this-name)" 'no program'
	ktap_equal 126 "$(status run -- "$top")" 'a directory'
}

# complete WORD...: what would be offered for the last one.
complete_() {
	COMP_WORDS=("$command" "$@")
	# shellcheck disable=SC2034 # for the function
	COMP_CWORD=$#
	_xenphysmap 2>/dev/null || :
	echo "${COMPREPLY[*]}"
}

completes() {
	# shellcheck source=../../shim/xenphysmap.bash-completion
	. "$top/shim/xenphysmap.bash-completion"
	ktap_equal "--help --version $subcommands" "$(complete_ '')" 'the first word'
	ktap_equal 'replace' "$(complete_ rep)" 'a part of it'
	ktap_equal '--json --help' "$(complete_ verify -)" options
	ktap_equal '--emulator --stock --timeout --dry-run --help' "$(complete_ replace -)" more
	ktap_equal '' "$(complete_ replace --timeout '')" 'a number'
	complete -p xenphysmap | grep -q _xenphysmap
}

for name in helps wrong_arguments without_xen silent_xenstored for_programs colours runs completes; do
	ktap_test "$name"
done
ktap_run "$@"
