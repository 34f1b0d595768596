#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Device models that give up their privileges: dm_restrict=1 (restricted privcmd
# and xenstore, a chroot, a uid of its own) and QEMU's -sandbox.  They are served
# as any other, and get nothing back by it.  Failure means either that such a
# guest is worse off than others, or that the shim makes a hole.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

restricted() {
	create a shim puppet dm_restrict=1 vkb_device=0
	grep -q '^Uid:.0' "/proc/$(dm_pid a)/status" && ktap_fail 'QEMU is root'
	for at in $B $C; do
		say a bar "$at"
		expect_whole a
		await_place a "$at"
	done
	save a
	restore a
	expect_whole a
	say a bar "$A"
	expect_whole a
	say a decode 0
	save a
	restore a
	say a decode 1
	expect_whole a
	expect_quiet a
}

# Another publisher can't be had: fork would be the end of such a QEMU.
sandboxed() {
	XENPHYSMAP_QEMU=${XENPHYSMAP_QEMU-$STOCK_DM}
	"$XENPHYSMAP_QEMU" -sandbox on -version 2>/dev/null ||
		ktap_skip 'this QEMU was built without -sandbox'
	create a shim puppet 'device_model_args_hvm=["-sandbox","on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]'
	grep '^Seccomp:.*2' "/proc/$(dm_pid a)/status"
	say a bar "$B"
	expect_whole a
	await_place a "$B"
	pid=$(publishers "$(domid a)")
	kill -KILL "$pid"
	await_exit "$pid"
	say a bar "$C"
	expect_whole a
	expect_log a 1 "record of vga.vram can't be published"
	save a
	restore a
	expect_whole a
	await_place a "$C"
}

# What a QEMU that was taken over could make the publisher do is what it can do.
publisher_has_nothing() {
	create a shim puppet
	await_place a "$A"
	status=/proc/$(publishers "$(domid a)")/status
	grep '^CapEff:.0000000000000000' "$status"
	grep '^NoNewPrivs:.1' "$status"
	grep '^Seccomp:.2' "$status"
}

# The only descriptor of QEMU's that is ours is the socket to the publisher.
one_descriptor() {
	create a stock puppet
	create b shim puppet
	await_place b "$A"
	stock=$(find "/proc/$(dm_pid a)/fd" -type l | wc -l)
	shim=$(find "/proc/$(dm_pid b)/fd" -type l | wc -l)
	ktap_equal $((stock + 1)) "$shim" 'descriptors'
}

live_test restricted
live_test sandboxed
live_test publisher_has_nothing
live_test one_descriptor
live_run "$@"
