#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# The process that writes the records may die, or hang, or wait for xenstored.
# QEMU must not: the guest goes on, and its memory is right, whatever becomes of
# the records.  Only at a save QEMU waits, since then they are needed; and not
# for ever.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

killed() {
	create a shim puppet
	await_place a "$A"
	pid=$(publishers "$(domid a)")
	kill -KILL "$pid"
	await_exit "$pid"
	say a bar "$B"
	expect_whole a
	await_place a "$B"
	expect_log a 1 'publisher has died'
	save a
	ktap_equal "$B" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
}

# The publisher hangs while the BAR moves, and until QEMU has asked it, for a
# save, whether it is done: by a message that begins as below.
save_waits() {
	create a shim puppet
	await_place a "$A"
	pid=$(publishers "$(domid a)")
	kill -STOP "$pid"
	say a bar "$B"
	ktap_equal "$A" "$(place a)" 'record'
	mkfifo "$live_dir/sent"
	strace -f -qq -e trace=sendto -o "$live_dir/sent" -p "$(dm_pid a)" &
	xl_do save "$live_prefix"a "$live_dir/a.save" &
	saving=$!
	asked=
	while read -r line; do
		echo "$line"
		case $line in
		*'"syhp\4'*)
			asked=yes
			kill -CONT "$pid" ;;
		esac
	done <"$live_dir/sent"
	wait "$saving"
	ktap_equal yes "$asked" 'publisher asked'
	ktap_equal "$B" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
}

# It never answers: the save is made, with the record that was there, which is
# wrong by then.  Nobody believes it at the restore.
save_gives_up() {
	create a shim puppet
	await_place a "$A"
	pid=$(publishers "$(domid a)")
	kill -STOP "$pid"
	say a bar "$B"
	save a
	all_logs a | grep 'a save now may carry no records'
	kill -KILL "$pid"
	ktap_equal "$A" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
	expect_log a 1 'record of vga.vram at 0xf1000 is wrong'
	await_place a "$B"
	say a bar "$C"
	expect_whole a
	await_place a "$C"
}

live_test killed
live_test save_waits
live_test save_gives_up
live_run "$@"
