#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Saves cross between device models with and without the shim: what an
# administrator depends on who installs it, or takes it away again.  A save made
# by the one has to restore under the other, where stock itself could do it, and
# where it couldn't.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

from_stock_to_shim() {
	create a stock puppet
	remember_views a
	save a
	ktap_equal '' "$(saved_place a)" 'record in the save'
	config a shim puppet
	restore a
	expect_whole a
	await_place a "$A"
	say a bar "$B"
	expect_whole a
	expect_one_memory a
	await_place a "$B"
	expect_quiet a
	save a
	restore a
	expect_whole a
	expect_one_memory a
}

from_shim_to_stock() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	save a
	config a stock puppet
	restore a
	expect_whole a
	expect_one_memory a
}

# Stock can't do that with its own saves.
from_shim_to_stock_decode_off() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	say a decode 0
	save a
	config a stock puppet
	restore a
	say a decode 1
	expect_whole a
	expect_one_memory a
}

live_test from_stock_to_shim
live_test from_shim_to_stock
live_more from_shim_to_stock_decode_off
live_run "$@"
