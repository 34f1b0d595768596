#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Video RAM of 128 MiB and more.  Xen's relocate call keeps 16 bits of the page
# count: asked for 65536 pages, 256 MiB, it moves none and says that it did.
# Stock believes it.  Here every page has to move, more than once.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

moves_whole() {
	create a shim puppet "videoram=$1" "memory=$(($1 + 16))" \
		shadow_memory=16
	at=$(ask a at status)
	await_place a "$at"
	say a bar "$2"
	expect_whole a
	expect a of $(($1 * 256)) check
	expect_empty a "$at"
	await_place a "$2"
	ktap_equal "$(printf '%x' $(($1 << 20)))" \
		"$(records a | awk '/vga.vram/ { print $3 }')" size
	expect_quiet a
}

pages_32768() {
	moves_whole 128 c0000000
	save a
	restore a
	expect_whole a
	expect a of 32768 check
}

pages_65536() {
	moves_whole 256 c0000000
	say a decode 0
	say a bar d0000000
	expect_whole a
}

# A guest leaves memory unmarked that it doesn't get at.
stock_moves_none() {
	create a stock puppet videoram=256 memory=272 shadow_memory=16
	expect a at e0000000 status
	expect a access trapped status
	expect_log a 0 'relocate_memory .* failed'
}

live_more pages_32768 300
live_test pages_65536 300
live_test stock_moves_none
live_run "$@"
