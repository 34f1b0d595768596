#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Save, restore and migration of guests whose BAR has moved: what stock QEMU up
# to 10 pays for with the guest.  Right means: no page is lost, they are where
# the guest has its BAR, and QEMU and the guest still have *one* video RAM, not
# each its own, which is how it goes wrong silently.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# QEMU's stand-in for video RAM that it could not map is anonymous memory.
expect_no_dummy() {
	awk '
	{ split($1, range, "-"); size = length(range[1]) }
	/privcmd/ { foreign++ }
	/dev.zero.*deleted/ { dummies++; print }
	END { exit !foreign || dummies }' "/proc/$(dm_pid "$1")/maps"
}

expect_restored() {
	expect_whole "$1" "$2"
	expect_one_memory "$1"
	expect_no_dummy "$1"
	await_place "$1" "$2"
	expect_quiet "$1"
	qmp "$1" query-status | grep '"status": "running"'
}

three_times_in_a_row() {
	create a shim puppet
	remember_views a
	for at in $B $C $A; do
		say a bar "$at"
		save a
		ktap_equal "$at" "$(saved_place a)" 'record in the save'
		restore a
		expect_restored a "$at"
	done
	say a bar "$B"
	expect_whole a
	expect_empty a "$A"
}

stock_loses_the_guest() {
	stock_leaves_pages
	create a stock puppet
	say a bar "$B"
	save a
	! restore a || ktap_fail 'it was restored'
	not learn_domid a
	all_logs a | grep "Assertion .p && p == memory_region_get_ram_ptr"
}

# The guest goes on in the device model that was told to stop; and can be
# restored all the same.
checkpoint() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	save a -c
	ktap_equal "$B" "$(saved_place a)" 'record in the save'
	expect_restored a "$B"
	say a bar "$C"
	expect_restored a "$C"
	pid=$(dm_pid a)
	destroy a
	await_exit "$pid"
	restore a
	expect_restored a "$B"
}

migration() {
	create a shim puppet
	remember_views a
	for at in $B $C; do
		say a bar "$at"
		migrate a
		expect_whole a "$at"
		expect_one_memory a
		expect_no_dummy a
		await_place a "$at"
		expect_quiet a--incoming
	done
}

# The guest moves its BAR all the time, and is saved wherever it is.
while_it_moves() {
	create a shim puppet
	for round in $(seq "${ROUNDS:-3}"); do
		say a moving 100000 "$B" "$C" "$A"
		await_place a "$C"
		save a
		seen="${seen-} $(saved_place a)"
		restore a
		ask a at stop
		expect_whole a
		expect_quiet a
	done
	await_place a "$(ask a at status)"
	ktap_note "saved $round times, at$seen"
}

live_test three_times_in_a_row 240
live_test stock_loses_the_guest
live_more checkpoint
live_test migration 180
live_test while_it_moves $((60 + ${ROUNDS:-3} * 30))
live_run "$@"
