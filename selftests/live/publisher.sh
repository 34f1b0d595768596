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
# wrong by then.  Nobody believes it at the restore; the pages are looked for.
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
	expect_log a 1 'vga.vram: a move from 0xf1000 to 0xe0000 was interrupted'
	await_place a "$B"
	say a bar "$C"
	expect_whole a
	await_place a "$C"
}

# As it is to be seen by whoever looks at the host's processes.
known_by_name() {
	create a shim puppet
	await_place a "$A"
	pid=$(publishers "$(domid a)")
	ktap_equal xenphysmap-publ "$(cat "/proc/$pid/comm")"
	# shellcheck disable=SC2009 # what a person would type
	ps -o pid,args | grep "^ *$pid xenphysmap-publisher $(domid a)\$"
	# nobody's child but init's, and nothing that was never reaped
	grep '^PPid:.1$' "/proc/$pid/status"
	ktap_equal '' "$(children "$(dm_pid a)")" "QEMU's children"
	qemu=$(dm_pid a)
	kill -KILL "$qemu"
	await_exit "$pid"
	ktap_equal '' "$(publishers)" 'publishers'
}

# children PID
children() {
	grep -l "^PPid:.$1$" /proc/[0-9]*/status 2>/dev/null || :
}

# Nothing that QEMU sends can make it wait, and it sends nothing but this: a
# restricted QEMU has no xenstore connection left, see restrict.sh.
never_waits() {
	create a shim puppet
	await_place a "$A"
	mkfifo "$live_dir/strace"
	strace -f -e trace=sendto -o "$live_dir/sends" -p "$(dm_pid a)" 2>"$live_dir/strace" &
	tracer=$!
	# says that it has attached
	exec 7<"$live_dir/strace"
	read -r line <&7
	echo "$line" >&2
	for at in $B $C $A; do
		say a bar "$at"
	done
	await_place a "$A"
	kill "$tracer"
	wait "$tracer" || :
	exec 7<&-
	grep '"syhp' "$live_dir/sends"
	[ "$(grep -c '"syhp' "$live_dir/sends")" -ge 3 ]
	ktap_equal '' "$(grep '"syhp' "$live_dir/sends" | grep -v MSG_DONTWAIT)"
}

# xenstored hangs while the BAR moves: neither QEMU nor the guest notices.
xenstored_hangs() {
	create a shim puppet
	await_place a "$A"
	kill -STOP "$(pidof xenstored oxenstored)"
	for at in $B $C $A $B $C; do
		say a bar "$at"
		expect_whole a
	done
	kill -CONT "$(pidof xenstored oxenstored)"
	await_place a "$C"
	save a
	ktap_equal "$C" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
	expect_quiet a
}

# QEMU dies while xenstored hangs: the publisher doesn't stay for it.
ends_without_xenstored() {
	create a shim puppet
	await_place a "$A"
	pid=$(publishers "$(domid a)")
	qemu=$(dm_pid a)
	kill -STOP "$(pidof xenstored oxenstored)"
	say a bar "$B"
	kill -KILL "$qemu"
	await_exit "$pid"
	kill -CONT "$(pidof xenstored oxenstored)"
	expect_log a 1 "xenstore hasn't taken all its records"
}

# A new program behind the same connections.
xenstored_updated() {
	command -v xenstore-control >/dev/null || ktap_skip 'no xenstore-control here'
	create a shim puppet
	await_place a "$A"
	say a bar "$B"
	xenstore-control live-update "$(readlink "/proc/$(pidof xenstored oxenstored)/exe")" ||
		ktap_skip "this xenstored can't be updated"
	say a bar "$C"
	await_place a "$C"
	expect_whole a
	expect_quiet a
}

# The records are read while QEMU starts; what it still has to wait then.
found_in_time() {
	create a shim puppet
	say a bar "$B"
	save a
	for _ in 1 2 3; do
		restore a
		expect_whole a "$B"
		waited=$(dm_log a | sed -n 's/.*records waited for: \([0-9]*\) ms/\1/p')
		ktap_note "a restored QEMU waited $waited ms for its records"
		[ "$waited" -lt 1000 ]
		destroy a
	done
	# a fresh one doesn't even ask
	create a shim puppet
	expect_log a 0 'records waited for'
}

live_test killed
live_more save_waits
live_test save_gives_up
live_more known_by_name
live_test never_waits
live_more xenstored_hangs
live_more ends_without_xenstored
live_more xenstored_updated
live_more found_in_time
live_run "$@"
