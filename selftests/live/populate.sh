#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A guest that boots for the second time gets its video RAM where it had its BAR
# at first: nothing has to be moved then.  What is remembered is a guess and no
# more, so a wrong one must cost nothing but the move that it wanted to save.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

memory() {
	xenstore-read "$live_memory/${live_prefix}a"
}

remember() {
	xenstore-write "$live_memory/${live_prefix}a" "$1"
}

# Saved and restored as every other guest.
lives_on() {
	say a bar "$B"
	expect_whole a "$B"
	save a
	restore a
	expect_whole a "$B"
	expect_quiet a
}

second_boot() {
	create a shim puppet
	expect_whole a "$A"
	expect_log a 1 'frames moved'
	await "$live_memory" memory
	ktap_equal "$A 1000000" "$(memory)" 'what is remembered'
	say a bar "$B"
	destroy a
	ktap_equal "$A 1000000" "$(memory)" 'after its end'

	create a shim puppet
	expect_log a 1 'from the start'
	expect_whole a "$A"
	expect_log a 0 'frames moved'
	await_place a "$A"
	remember_views a
	expect_one_memory a
	lives_on
}

wrong() {
	for guess in "$B 1000000" "100000 1000000" "fefd0000 1000000" \
		     "$A 800000" "nonsense"; do
		remember "$guess"
		create a shim puppet
		expect_whole a "$A"
		lives_on
		destroy a
	done
}

# Another guest's memory is none of this one's.
other_guest() {
	create a shim puppet
	expect_whole a
	await "$live_memory" memory
	create b shim puppet
	expect_log b 0 'from the start'
	expect_whole b
}

live_test second_boot
live_more wrong 400
live_more other_guest

live_run "$@"
