#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A guest that stock QEMU has saved after its BAR moved: its pages are at the old
# BAR, the device's state names the new one, there is no record, and stock QEMU
# aborts over it.  With the shim it comes up, with all of its video RAM.  Failure
# means that a guest is lost that need not be.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

from_stock() {
	stock_leaves_pages
	create a stock puppet
	say a bar "$B"
	expect a access trapped status
	save a
	ktap_equal "" "$(saved_place a)" 'record in the save'
}

comes_up() {
	from_stock
	config a shim puppet
	restore a
	expect_whole a
	expect_empty a "$A"
	expect_log a 1 'no record, but found at 0xf1000'
	await_place a "$B"
	say a bar "$C"
	expect_whole a
	save a
	restore a
	expect_whole a
}

stock_aborts() {
	from_stock
	! restore a || ktap_fail 'stock has restored it'
	all_logs a | grep "Assertion .p && p == memory_region_get_ram_ptr"
}

live_test stock_aborts
live_test comes_up
live_run "$@"
