#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A guest that moves its BAR, as firmware and operating systems do that balance
# resources.  Stock QEMU up to 10 asks Xen to move the pages from where they no
# longer are: the BAR is then trapped access by access, and the pages show
# where nothing should be.  With the shim they follow, all of them.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

pages_follow() {
	create a shim puppet
	first=$(cost a 2000)
	say a bar "$B"
	expect_whole a
	expect_empty a "$A"
	await_place a "$B"
	second=$(cost a 2000)
	ktap_note "a million writes: $first kcycles at the first place," \
		"$second at the second"
	[ $((second * 2)) -lt $((first * 3)) ] ||
		ktap_fail "slower than at the first place"
	expect_quiet a
}

stock_leaves_them() {
	stock_leaves_pages
	create a stock puppet
	first=$(cost a 2000)
	say a bar "$B"
	expect a access trapped status
	second=$(cost a 20)
	ktap_note "a million writes: $first kcycles at the first place," \
		"$second at the second: $((second / first)) times that"
	[ $((second / first)) -gt 1000 ]
	# they still are where they were
	expect a empty 0 probe "$A" 4
	dm_log a | grep 'relocate_memory .* failed'
}

# On the way back QEMU makes no relocate call: it has been there.
there_and_back() {
	create a shim puppet
	for at in $B $A $B $A; do
		say a bar "$at"
		expect_whole a "$at"
		await_place a "$at"
	done
	expect_empty a "$B"
	expect_quiet a
}

# The frames where the pages came from in the first place are as good as any.
home_is_a_place_too() {
	create a shim puppet
	for at in 01000000 $B 01000000 $A; do
		say a bar "$at"
		expect_whole a
	done
	expect_empty a 01000000
	await_place a "$A"
	expect_quiet a
}

# Xen keeps at most 64 ranges of pinned cache attributes for a domain, and QEMU
# deletes none.
many_moves() {
	create a shim puppet
	expect a moves 66 movebars 66 "$B" "$C" "$A"
	expect_whole a
	expect_quiet a
}

decode_off_and_on() {
	create a shim puppet
	say a decode 0
	say a decode 1
	expect_whole a
	say a bar "$B"
	say a decode 0
	say a size
	say a decode 1
	expect_whole a
	expect_quiet a
}

# As a guest does for each BAR whose size it asks for.  QEMU 11 asks for two moves
# each time: home, and back.
toggles_move_nothing() {
	create a shim puppet
	expect_whole a "$A"
	expect_log a 1 'frames moved'
	for _ in 1 2 3 4; do
		say a decode 0
		expect_probe a 4096 pages "$(frame "$A")" 4096
		say a decode 1
	done
	say a size
	expect_whole a "$A"
	expect_log a 1 'frames moved'
	expect_quiet a
}

stock_moves_twice_a_toggle() {
	! qemu_before 11 || ktap_skip 'QEMU moves nothing at decode off, before 11'
	create a stock puppet
	say a decode 0
	expect_probe a 0 pages "$(frame "$A")" 4096
	say a decode 1
	expect_probe a 4096 pages "$(frame "$A")" 4096
}

live_test pages_follow
live_test stock_leaves_them
live_test there_and_back
live_more home_is_a_place_too
live_more many_moves
live_test decode_off_and_on
live_test toggles_move_nothing
live_test stock_moves_twice_a_toggle
live_run "$@"
