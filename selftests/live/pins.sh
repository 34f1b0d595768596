#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Cache-attribute pins.  Xen keeps 64 ranges for a domain, none that overlap,
# and none of them in a save; QEMU sets one for each place, deletes none, and
# sets none after a restore.  What is wrong here shows as a slow display on real
# hardware, with a device passed through.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# expect_pin GUEST ADDR: there, and nowhere else.
expect_pin() {
	expect_probe "$1" yes pinned "$(frame "$2")"
	expect_probe "$1" 1 pins
}

# Nobody has been at any of them before.
places_from() {
	for live_place in 0 1 2 3 4 5 6 7; do
		printf ' %x' $((0x$1 + live_place * 0x1000000))
	done
}

# 72 places: each is another one, so that QEMU asks for 72 pins.
one_pin_after_72_places() {
	create a shim puppet shadow_memory=16
	expect_whole a
	expect_pin a "$A"
	for first in 20000000 30000000 40000000 50000000 60000000 70000000 \
		     80000000 90000000 a0000000; do
		# shellcheck disable=SC2046 # a list
		expect a moves 8 movebars 8 $(places_from "$first")
	done
	expect_whole a a7000000
	expect_pin a a7000000
	expect_probe a ENOENT unpin "$(frame "$A")" "$(frame "$A" 4095)"
	expect_quiet a
}

# On a domain like that one: the call that QEMU makes 72 times.
xen_has_room_for_64() {
	create a stock puppet
	expect_whole a
	for at in $(seq 0x20000 0x1000 0x5e000); do
		expect_probe a 0 pin "$at" $((at + 4095))
	done
	expect_probe a 64 pins
	expect_probe a ENOSPC pin 0x60000 0x60fff
}

set_again_after_a_restore() {
	create a shim puppet
	say a bar "$B"
	save a
	restore a
	expect_pin a "$B"
	say a bar "$C"
	expect_pin a "$C"
	save a
	restore a
	expect_pin a "$C"
	expect_quiet a
}

stock_sets_none_after_a_restore() {
	create a stock puppet
	expect_whole a
	expect_pin a "$A"
	save a
	restore a
	expect a access direct status
	expect_probe a no pinned "$(frame "$A")"
	expect_probe a 0 pins
}

no_pin_without_a_bar() {
	create a shim puppet
	say a decode 0
	save a
	restore a
	expect_probe a 0 pins
	say a decode 1
	expect_pin a "$A"
	expect_quiet a
}

# The pages go there all the same; and the next time, with the pin.
somebody_elses_pin() {
	create a shim puppet
	expect_whole a
	expect_probe a 0 pin "$(frame "$B" 4000)" "$(frame "$B" 5000)"
	say a bar "$B"
	expect_whole a
	expect_log a 1 'no cache-attribute pin at 0xe0000: Device or resource busy'
	expect_probe a no pinned "$(frame "$B")"
	expect_probe a 1 pins
	say a bar "$C"
	expect_probe a yes pinned "$(frame "$C")"
	expect_probe a 2 pins
	expect_probe a 0 unpin "$(frame "$B" 4000)" "$(frame "$B" 5000)"
	say a bar "$B"
	expect_whole a
	expect_pin a "$B"
}

# By somebody else: there is nothing wrong in the end.
pin_deleted_by_somebody() {
	create a shim puppet
	expect_whole a
	expect_probe a 0 unpin "$(frame "$A")" "$(frame "$A" 4095)"
	say a bar "$B"
	expect_whole a
	expect_log a 1 'old cache-attribute pin at 0xf1000 stays'
	expect_pin a "$B"
}

live_more one_pin_after_72_places 180
live_more xen_has_room_for_64
live_test set_again_after_a_restore
live_more stock_sets_none_after_a_restore
live_more no_pin_without_a_bar
live_more somebody_elses_pin
live_more pin_deleted_by_somebody
live_run "$@"
