#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A move that fails in the middle.  Xen leaves what it has moved where it is and
# doesn't say how much that was; stock leaves it so, and its guest has half of a
# picture at each place.  Here a page is taken out of the video RAM behind
# everybody's back: Xen moves those before it, and then has none to move.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

HIDDEN=0xc8000

# hide PAGE, found again by: unhide PAGE AT
hide() {
	expect_probe a 0 move "$(frame "$A" "$1")" 1 "$HIDDEN"
}

unhide() {
	expect_probe a 0 move "$HIDDEN" 1 "$(frame "$A" "$1")"
}

moves_all_back() {
	export XENPHYSMAP_RELOCATE="$1"
	create a shim puppet
	expect_whole a
	for page in 0 1000 4095; do
		hide "$page"
		say a bar "$B"
		expect a access trapped status
		expect_probe a 0 pages "$(frame "$B")" 4096
		expect_probe a 4095 pages "$(frame "$A")" 4096
		expect_probe a yes pinned "$(frame "$A")"
		dm_log a | grep 'moving to 0xe0000 failed .*, it is back at 0xf1000'
		unhide "$page"
		# there without a move, and then with one
		say a bar "$A"
		expect_whole a
		expect_one_pin
		say a bar "$B"
		expect_whole a
		expect_one_pin
		say a bar "$A"
	done
	await_place a "$A"
	expect_log a 3 'Xen has lost a page between 0xf1000 and 0xf1fff'
}

expect_one_pin() {
	expect_probe a 1 pins
}

undone_by_dm_op() {
	moves_all_back dm_op
}

undone_by_range() {
	moves_all_back range
}

undone_by_page() {
	moves_all_back page
}

# expect_undone GUEST WHY: its BAR is elsewhere, and all of it where it was.
expect_undone() {
	expect_log "$1" 1 "moving to .* failed ($2), it is back at"
	expect "$1" access trapped status
	live_at=$(dm_log "$1" | sed -n 's/.*, it is back at 0x//p')000
	await_place "$1" "$live_at"
	left=$(ask "$1" at status)
	say "$1" bar "$live_at"
	expect_whole "$1"
	expect_empty "$1" "$left"
}

# A system call for each page, from about the 60th on that the command takes.  One
# of them fails, as when the domain has no memory for a table: forwards, not
# backwards.
half_way() {
	export XENPHYSMAP_RELOCATE=page
	create_small a
	say a bar "$C"
	say a bar "$A"
	with_fault ioctl:error=ENOMEM:when=185 a bar "$B"
	grep -n INJECTED "$live_dir/calls"
	expect_undone a 'Cannot allocate memory'
	say a bar "$A"
	expect_whole a
	expect_empty a "$B"
	expect_empty a "$C"
}

# Stock's only move that can succeed is the first one, from where the video RAM
# was populated.
stock_leaves_it_in_halves() {
	create a stock unplaced
	expect_probe a 0 move $((0x1000 + 1000)) 1 "$HIDDEN"
	say a bar "$A"
	# a frame that is empty, as 4.17 and as 4.20 say it
	dm_log a | grep 'relocate_memory .* failed: \(Invalid argument\|Permission denied\)'
	expect_probe a 1000 pages "$(frame "$A")" 4096
	expect_probe a 3095 pages 0x1000 4096
}

# Its entry for the address stands for a move that was made.
stock_never_tries_again() {
	stock_leaves_pages
	create a stock unplaced
	expect_probe a 0 move 0x1000 1 "$HIDDEN"
	say a bar "$A"
	expect a access trapped status
	expect_probe a 0 move "$HIDDEN" 1 0x1000
	expect_probe a 4096 pages 0x1000 4096
	say a decode 0
	say a decode 1
	expect a access trapped status
	expect_log a 1 'relocate_memory .* failed'
}

live_test undone_by_dm_op
live_more undone_by_range
live_more undone_by_page
live_more half_way
live_test stock_leaves_it_in_halves
live_test stock_never_tries_again
live_run "$@"
