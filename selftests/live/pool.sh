#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A p2m pool that runs out.  Each new place of a BAR takes tables from it, and
# what libxl gives a small guest by default is soon used up, the sooner after a
# restore, which populates in small pages.  Xen's relocate call then fails in
# the middle and *loses* the page at hand.  So the shim has to know before.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

refuses_and_loses_nothing() {
	create a shim puppet shadow_memory= memory=64
	save a
	restore a
	expect_whole a
	last=$A
	refused=
	# each has tables of its own; 4.14's libxl gives room for many more than 4.17's
	for at in $(seq 224 -1 16); do
		at=$(printf '%x' $((at << 24)))
		say a bar "$at"
		if [ "$(ask a access status)" = trapped ]; then
			refused=$at
			break
		fi
		last=$at
	done
	ktap_note "the first place that had no room: $refused"
	[ -n "$refused" ]
	expect_log a 1 "can't move to 0x${refused%000}: the domain's p2m pool"
	expect_log a 0 lost
	await_place a "$last"
	# all of them, and in both directions of the next move
	say a bar "$last"
	expect_whole a
	say a bar "$A"
	expect_whole a
	qmp a query-status | grep '"status": "running"'
}

live_test refuses_and_loses_nothing 180
live_run "$@"
