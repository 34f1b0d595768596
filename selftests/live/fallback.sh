#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# The ways to move frames for hosts that lack the best one: where Xen or the
# kernel has no such call, they are all there is.  Each is forced, and seen to
# be what was used.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

moves_by() {
	if [ -n "$1" ]; then
		export XENPHYSMAP_RELOCATE="$1"
	fi
	create a shim puppet
	expect_whole a
	with_fault ioctl a bar "$B"
	# plain ones, not dm_ops
	calls=$(grep -c '_IOC(_IOC_NONE, 0x50, 0,' "$live_dir/calls" || :)
	ktap_note "$calls hypercalls"
	expect_whole a
	expect_empty a "$A"
	await_place a "$B"
	expect_quiet a
	[ "$calls" -ge "$2" ]
	[ "$calls" -le "$3" ]
}

# Before a move the frames of its destination are asked for, 512 in a hypercall.
LOOKS=8

by_dm_op() {
	moves_by '' $LOOKS $LOOKS
}

by_range() {
	moves_by range $((LOOKS + 1)) $((LOOKS + 1))
}

by_page() {
	moves_by page $((LOOKS + 4096)) $((LOOKS + 4096))
}

# Home is right below the BAR, half of it: for a save with decode off all pages
# go down onto frames of their own, and up again after the restore.
overlap_by() {
	export XENPHYSMAP_RELOCATE="$1"
	create a shim puppet memory=40
	say a bar 02000000
	expect_whole a
	say a decode 0
	save a
	ktap_equal 1800000 "$(saved_place a)" 'record in the save'
	restore a
	expect_probe a 4096 pages 0x1800 4096
	say a decode 1
	expect_whole a 2000000
	expect_probe a 0 pages 0x1800 2048
	expect_quiet a
}

overlap_by_dm_op() {
	overlap_by dm_op
}

overlap_by_range() {
	overlap_by range
}

overlap_by_page() {
	overlap_by page
}

by_magic() {
	export XENPHYSMAP_RELOCATE=magic
	create a shim puppet
	expect_log a 1 'XENPHYSMAP_RELOCATE=magic is ignored'
	say a bar "$B"
	expect_whole a
}

live_test by_dm_op
live_test by_range
live_more by_page
live_test overlap_by_dm_op
live_more overlap_by_range
live_more overlap_by_page
live_more by_magic
live_run "$@"
