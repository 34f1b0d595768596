#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A device model that is killed in the middle of a move, and another one in its
# place, on the same domain, with a state of the devices from before.  Records
# and device state are then both out of date, and the block may be in two pieces.
# Failure means that the guest has lost pages, or sees other ones than QEMU.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# keep_state GUEST: for replace().
keep_state() {
	xl pause "$live_prefix$1"
	rm -f "$live_dir/$1.state"
	qmp "$1" xen-save-devices-state \
		"{ \"filename\": \"$live_dir/$1.state\", \"live\": false }"
	tr '\0' '\n' <"/proc/$(dm_pid "$1")/cmdline" | sed \
		"1d; s|fd=[0-9]*,server|path=/run/xen/qmp-libxl-$(domid "$1"),server|" \
		>"$live_dir/$1.arguments"
	xl unpause "$live_prefix$1"
}

# run_dm GUEST: what becomes of it is said in xenstore, by itself or for it.
run_dm() {
	live_log=$live_xenlog/qemu-dm-$live_prefix$1.log
	mv "$live_log" "$live_log.1"
	live_guest=$1
	set -- -incoming "exec:cat $live_dir/$1.state"
	while IFS= read -r live_word; do
		set -- "$@" "$live_word"
	done <"$live_dir/$live_guest.arguments"
	rm -f "$live_dir/pid"
	mkfifo "$live_dir/pid"
	{
		"$PHYSMAP_DM" "$@" >"$live_log" 2>&1 </dev/null &
		echo $! >"$live_dir/pid"
		live_status=0
		wait $! || live_status=$?
		# it couldn't start, or gave up
		case $live_status in
		1|127|134)	xenstore-write "$live_state" dead ;;
		esac
	} &
	read -r live_pid <"$live_dir/pid"
	xenstore-write "/local/domain/$(domid "$live_guest")/image/device-model-pid" \
		"$live_pid"
}

has_state() {
	xenstore-exists "$live_state"
}

# replace GUEST: its device model is dead; libxl doesn't know.
replace() {
	live_state=/local/domain/0/device-model/$(domid "$1")/state
	xl pause "$live_prefix$1"
	for live_pid in $(publishers "$(domid "$1")"); do
		await_exit "$live_pid"
	done
	reap "$(domid "$1")"
	xenstore-rm "$live_state"
	run_dm "$1"
	await "$live_state" has_state
	dm_log "$1"
	ktap_equal running "$(xenstore-read "$live_state")" 'device model'
	xl unpause "$live_prefix$1"
}

# killed_at CALL:signal=KILL:when=N COMMAND...: that begins at B; with a state of A.
killed_at() {
	ktap_equal "$A" "$(ask a at status)" 'BAR at first'
	keep_state a
	say a bar "$B"
	await_place a "$B"
	pid=$(dm_pid a)
	live_fault=$1
	shift
	with_fault "$live_fault" a "$@" || :
	await_exit "$pid"
	replace a
	say a bar "$A"
	expect_whole a
	await_place a "$A"
	say a bar "$C"
	expect_whole a
	expect_empty a "$B"
	expect_empty a "$A"
	say a bar "$A"
	expect_whole a
	expect_log a 0 'lost\|neither'
}

# A system call for each page, from about the 60th on that the command takes.  The
# next device model has a quicker way.
in_the_middle() {
	rounds=${ROUNDS:-3}
	for round in $(seq "$rounds"); do
		export XENPHYSMAP_RELOCATE=page
		create_small a
		unset XENPHYSMAP_RELOCATE
		killed_at "ioctl:signal=KILL:when=$((50 + 200 * round / rounds))" \
			bar "$C"
		found="${found-} $(dm_log a | sed -n \
			's/.*was interrupted, \([0-9]*\) of.*/\1/p')"
		destroy a
	done
	ktap_note "of 256 pages were at the new place already:$found"
	[ "$(echo "$found" | wc -w)" -gt $((rounds / 2)) ] ||
		ktap_fail 'not in the middle often enough'
}

before_it_moves() {
	create_small a
	killed_at munmap:signal=KILL:when=1 bar "$C"
	expect_log a 1 "vga.vram: restored, 256 frames at 0x${B%000}"
}

# Moved, and nobody told.
before_it_is_published() {
	create_small a
	killed_at sendto:signal=KILL:when=1 bar "$C"
	expect_log a 1 'was interrupted, 256 of 256 frames had moved'
}

# By nobody's plan.  The guest may be left with its BAR anywhere, if what the old
# device model didn't do any more was a read; so it is told where to put it.
while_it_moves() {
	create_small a
	for round in $(seq "${ROUNDS:-4}"); do
		keep_state a
		say a moving 100000 "$B" "$C" "$A" e1000000
		pid=$(dm_pid a)
		await "$(physmap "$(domid a)")" is_placed a "$C"
		kill -KILL "$pid"
		await_exit "$pid"
		replace a
		ask a at stop
		say a bar "$A"
		expect_whole a
		await_place a "$(ask a at status)"
	done
}

live_test in_the_middle $((120 + ${ROUNDS:-3} * 40))
live_more before_it_moves
live_more before_it_is_published
live_more while_it_moves $((120 + ${ROUNDS:-4} * 40))
live_run "$@"
