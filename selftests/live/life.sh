#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Births and deaths: reboot, several guests, none of the blocks that are looked
# after, and an end at any time.  A record or a process that is left behind is a
# wrong answer for the next domain, or a leak for each guest.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

is_gone() {
	not xl list "$1"
}

# Xen forgets a domain when nobody has any of its pages any more.
left_behind() {
	await @releaseDomain is_gone "$1"
	ktap_equal '' "$(publishers "$1")" "publishers of domain $1"
	! xenstore-exists "/local/domain/0/device-model/$1" ||
		ktap_fail "records of domain $1"
}

# end GUEST: with all that belongs to it.
end() {
	id=$(domid "$1")
	pids="$(dm_pid "$1") $(publishers "$id")"
	destroy "$1"
	for pid in $pids; do
		await_exit "$pid"
	done
	left_behind "$id"
}

is_running_anew() {
	learn_domid a 2>/dev/null && [ "$(domid a)" != "$1" ] &&
	[ "$(xenstore-read "/local/domain/0/device-model/$(domid a)/state" \
		2>/dev/null)" = running ]
}

reboot() {
	create a shim puppet 'on_reboot="restart"'
	say a bar "$B"
	id=$(domid a)
	pids="$(dm_pid a) $(publishers "$id")"
	say a reset
	await /local/domain/0/device-model is_running_anew "$id"
	for pid in $pids; do
		await_exit "$pid"
	done
	left_behind "$id"
	expect_whole a "$A"
	await_place a "$A"
	say a bar "$B"
	expect_whole a
	expect_quiet a
}

# QEMU alone resets its devices, and the guest isn't told: the BAR is gone.
device_reset() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	qmp a system_reset
	expect a decode 0 status
	say a bar "$C"
	expect_whole a
	expect_one_memory a
	expect_empty a "$B"
	await_place a "$C"
	expect_quiet a
}

two_guests() {
	create a shim puppet
	create b shim puppet memory=64
	say a bar "$B"
	say b bar "$C"
	await_place a "$B"
	await_place b "$C"
	say b moving 1000 "$B" "$C"
	save a
	restore a
	say b stop
	expect_whole a
	expect_whole b
	end a
	say b bar "$A"
	expect_whole b
	await_place b "$A"
	expect_quiet b
	end b
}

no_vga() {
	create a shim puppet 'vga="none"'
	expect a vga none status
	ktap_equal '' "$(records a)" records
	expect_quiet a
	save a
	restore a
	expect a vga none status
	ktap_equal '' "$(records a)" 'records after a restore'
	expect_quiet a
	end a
}

ends_while_it_moves() {
	for _ in $(seq "${ROUNDS:-2}"); do
		create a shim puppet
		say a moving 1000 "$B" "$A"
		await_place a "$B"
		end a
	done
}

# Between two pages of a block: system calls take their time, one for each page.
ends_in_a_move() {
	export XENPHYSMAP_RELOCATE=page
	create_small a
	say a moving 100000 "$B" "$A"
	mkfifo "$live_dir/calls"
	strace -f -qq -e trace=ioctl -e inject=ioctl:delay_enter=10000 \
		-o "$live_dir/calls" -p "$(dm_pid a)" &
	exec 7<"$live_dir/calls"
	while read -r line <&7; do
		case $line in
		*'0x50, 0,'*)	break ;;
		esac
	done
	cat <&7 >/dev/null &
	exec 7<&-
	end a
}

live_test reboot
live_more device_reset
live_more two_guests
live_more no_vga
live_test ends_while_it_moves $((60 + ${ROUNDS:-2} * 20))
live_more ends_in_a_move
live_run "$@"
