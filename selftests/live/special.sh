#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Why the shim asks for the type of each frame of a move's destination, or maps them:
# of Xen's own pages (shared info, grant table) the domctl that answers for many
# frames at once says what it says of a hole.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# expect_seen WHAT BY_MAP BY_DOMCTL GFN
expect_seen() {
	status=0
	seen=$(special "$(domid a)" ask "$4") || status=$?
	[ "$status" != 4 ] || ktap_skip 'built for the domctls of another Xen'
	ktap_equal "map: $2, domctl: $3" "$seen" "$1"
}

special_page_looks_like_a_hole() {
	create a stock puppet
	expect_whole a "$A"
	expect_seen 'an empty frame' EINVAL hole 0xc8000
	expect_seen 'video RAM' page page "$(frame "$A")"
	special "$(domid a)" put 0xc8000
	expect_seen 'shared info' page hole 0xc8000
}

live_test special_page_looks_like_a_hole
live_run "$@"
