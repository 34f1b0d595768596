#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Save and restore while the BAR's decode is off, as between two drivers.  The
# device's state then names no place, so the pages have to be at home in the
# save.  Stock leaves them at the BAR's last address; after the restore guest
# and QEMU each have a video RAM of their own, for good, and nobody says so.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

off_at_the_save() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	say a decode 0
	save a
	ktap_equal 1000000 "$(saved_place a)" 'record in the save'
	restore a
	say a decode 1
	expect_whole a "$B"
	expect_one_memory a
	await_place a "$B"
	expect_quiet a
}

# Sized and placed elsewhere meanwhile, and off for two saves.
off_and_on_elsewhere() {
	create a shim puppet
	remember_views a
	say a decode 0
	save a
	restore a
	save a
	restore a
	say a size
	say a bar "$C"
	expect_whole a
	expect_one_memory a
	await_place a "$C"
	expect_quiet a
}

# Its first and its next place overlap: 4.17's Xen itself moves such pages onto
# each other (fixed in 4.22).
on_where_home_overlaps() {
	create a shim puppet memory=40
	remember_views a
	say a bar 02000000
	expect_whole a
	say a decode 0
	save a
	ktap_equal 1800000 "$(saved_place a)" 'record in the save'
	restore a
	say a decode 1
	expect_whole a 2000000
	expect_one_memory a
}

stock_has_two_memories() {
	stock_leaves_pages
	create a stock puppet
	remember_views a
	say a decode 0
	save a
	restore a
	say a decode 1
	dm_log a | grep 'relocate_memory .* failed'
	before=$(dm_view a)
	say a mark 111
	ktap_equal "$before" "$(dm_view a)" 'what QEMU sees'
}

live_test off_at_the_save
live_more off_and_on_elsewhere
live_more on_where_home_overlaps
live_test stock_has_two_memories
live_run "$@"
