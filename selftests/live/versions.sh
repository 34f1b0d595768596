#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# One suite's part of what ./versions does: restores what older suites have saved,
# with the shim and without, whatever it was saved with; then saves guests for the
# newer ones.  Failure means that a host can't be upgraded without losing a guest.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# shellcheck disable=SC2034 # for start.sh
live_machine=versions

# SUITE.stock|shim.STATE, packed: what it was saved on and with, and how the guest was
saves=/root/saves

# With a preload that needs a newer C library nothing starts.
shim_loads() {
	LD_PRELOAD=$PHYSMAP_SHIM socat -V >/dev/null
}

needs() {
	[ "$1" = stock ] || shim_loads ||
		ktap_skip "the shim is built for a newer C library than this suite's"
}

# leaves stock|shim STATE
leaves() {
	needs "$1"
	create a "$1" puppet
	case $2 in
	moved)	say a bar "$B" ;;
	off)	say a decode 0 ;;
	esac
	save a
	mkdir -p "$saves"
	gzip -1 <"$live_dir/a.save" >"$saves/$SUITE.$1.$2"
}

# arrives FROM stock|shim STATE stock|shim: saved with the first, restored with the
# second.  What arrives with what it was saved with goes on to the next suite.
arrives() {
	needs "$4"
	zcat "$saves/$1.$2.$3" >"$live_dir/a.save"
	config a "$4" puppet
	if [ "$2.$3.$4" = stock.moved.stock ]; then
		not restore a
		all_logs a | grep 'Assertion'
		return
	fi
	restore a
	[ "$3" != off ] || say a decode 1
	expect_whole a
	if [ "$4" = shim ]; then
		await_place a "$(ask a at status)"
		say a bar "$C"
		expect_whole a "$C"
		await_place a "$C"
	fi
	case $1.$2 in
	*_*)	;;
	*".$4")	goes_on "$1" "$2" "$3" ;;
	esac
}

goes_on() {
	[ "$3" != off ] || say a decode 0
	save a
	gzip -1 <"$live_dir/a.save" >"$saves/$1_$SUITE.$2.$3"
}

# add TEST COMMAND...
add() {
	add_name=$1
	shift
	eval "$add_name() { $*; }"
	live_more "$add_name" 200
}

for file in "$saves"/*.*.*; do
	[ -e "$file" ] || break
	IFS=. read -r from dm state <<-END
	${file##*/}
	END
	for to in stock shim; do
		# with stock that has two memories, wherever it was saved
		[ "$dm.$state.$to" != stock.off.stock ] || continue
		add "from_${from}_${dm}_${state}_to_$to" arrives "$from" "$dm" "$state" "$to"
	done
done
for dm in stock shim; do
	for state in still moved off; do
		add "save_${dm}_$state" leaves "$dm" "$state"
	done
done
live_run "$@"
