#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Moves that fail in the middle.  Xen says neither how far it got nor undoes it,
# and QEMU goes on as if nothing had been moved.  Failure means that pages of
# the block are left in two places, and half of the screen is somebody else's.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

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

# One hypercall for the whole block, refused by Xen when it comes to a frame
# without a page: the 2,000 before it have been moved by then.  That page is in
# no frame any more; but QEMU still has it, and answers for it.
hole_in_the_block() {
	create a shim puppet
	await_place a "$A"
	punch "$(domid a)" f17d0
	say a bar "$B"
	expect_undone a 'Invalid argument'
	expect_log a 1 'Xen has lost a page between 0xf1000 and 0xf1fff'
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

live_test hole_in_the_block
live_test half_way
live_run "$@"
