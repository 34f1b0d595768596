#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Which pages of video RAM were written: what a display is redrawn by.  Linux
# takes a page of such bits in one dm_op, 128 MiB; QEMU ignores the error that
# more of them is, and draws the same picture for ever.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# expect_dirty RANGES: of all pages, since the last time, as the shim says.
expect_dirty() {
	live_answer=$(track shim "$(domid a)" "$HOME_GFN" "$PAGES")
	ktap_equal "0${1:+ $1}" "$live_answer" 'dirty pages'
}

# touch_page PAGE: the guest does.
touch_page() {
	say a write "$(printf '%x' $((0x$AT + $1 * 4096 + 0x124)))" 1
}

# tracks MIB PLACE PAGES RANGES
tracks() {
	PAGES=$(($1 * 256))
	HOME_GFN=0x1000
	track >"$KTAP_TMP/usage" 2>&1 ||
		not grep -q 'cannot open shared' "$KTAP_TMP/usage" ||
		ktap_skip 'built for the libxenctrl of another Xen'
	create a shim puppet "videoram=$1" "memory=$(($1 + 16))" \
		shadow_memory=16
	AT=$(ask a at status)
	for place in "$AT" $2; do
		AT=$place
		say a bar "$AT"
		await_place a "$AT"
		expect_dirty "0-$((PAGES - 1))"
		expect_dirty ''
		for page in $3; do
			touch_page "$page"
		done
		expect_dirty "$4"
		expect_dirty ''
		touch_page 1
		expect_dirty 1
	done
	expect_whole a
}

# the bits of the first page of them, of the next, and the last one of all
pages_65536() {
	tracks 256 c0000000 '0 5 32767 32768 40000 65535' \
		'0 5 32767-32768 40000 65535'
}

pages_32768() {
	tracks 128 c0000000 '0 5 6 32767' '0 5-6 32767'
}

xen_alone_refuses_more_than_32768() {
	create a stock puppet
	track="track xen $(domid a)"
	ktap_equal E2BIG "$($track 0x80000 32769)"
	ktap_equal '0 0-32767' "$($track 0x80000 32768)"
}

live_more pages_65536 240
live_more pages_32768 240
live_test xen_alone_refuses_more_than_32768
live_run "$@"
