#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Live migration of guests whose video RAM is not still meanwhile.  libxc's stream
# can't take a page back, so that a block that moved would be at the destination
# twice, which doesn't fit into the domain; and Xen before 4.19 doesn't note a
# page that has moved, so that it would be there once, with old content.  Failure
# means that a migration fails, or arrives with another memory than it left with.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

decode_off() {
	create a shim puppet
	say a bar "$B"
	say a decode 0
	migrate a
	say a decode 1
	expect_whole a
	expect_quiet a--incoming
	say a bar "$C"
	expect_whole a
}

# The guest moves its BAR all the time, and stops where its accesses trap, which
# they do from its first move after the migration has begun to its end.
while_it_moves() {
	create a shim puppet
	for round in $(seq "${ROUNDS:-2}"); do
		ktap_note "round $round"
		say a moving 100000 "$B" "$C"
		migrate a
		ask a at stop
		expect_whole a
		expect_quiet a--incoming
	done
	await_place a "$(ask a at status)"
	all_logs a | grep -c 'stays at .* while the guest is being migrated'
}

live_test decode_off
live_test while_it_moves $((100 + ${ROUNDS:-2} * 50))
live_run "$@"
