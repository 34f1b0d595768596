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

# counted GUEST NAME=VALUE...: by its present device model.
counted() {
	xenphysmap counters "$live_prefix$1" >"$live_dir/counters"
	cat "$live_dir/counters" >&2
	not grep '^errors_.* [1-9]' "$live_dir/counters"
	shift
	for live_pair; do
		grep -q "^${live_pair%=*}  *${live_pair#*=}\$" "$live_dir/counters"
	done
}

restricted() {
	restrictable
	create a shim puppet dm_restrict=1 vkb_device=0
	not grep -q '^Uid:.0' "/proc/$(dm_pid a)/status"
	[ "$(readlink "/proc/$(dm_pid a)/root")" != / ]
	for at in $B $C; do
		say a bar "$at"
		expect_whole a
		await_place a "$at"
	done
	counted a moves=3 frames_moved=12288 barriers=0
	save a
	restore a
	expect_whole a
	say a bar "$A"
	expect_whole a
	counted a moves=1 frames_moved=4096 maps_translated=1 'restored_by_record=[1-9]'
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

# The same on a device model that no QEMU of this Debian can be: a process that
# is killed for starting another one, from before it is a device model.
sandboxed_early() {
	domid=$(echo domain | puppet-dm)
	live_dm_domid=${domid#ok }
	xenstore-write "/local/domain/0/device-model/$live_dm_domid" ''
	dm_open -xen-domid "$live_dm_domid" -sandbox on,spawn=deny
	dm_do attach "$(printf %x "$live_dm_domid")"
	dm_do sandbox
	dm_do start 0
	dm_do move 0 f1000
	dm_do move f1000 e0000
	dm_do stop
	ktap_equal '8000000 e0000000 40000 vga.vram' "$(dm_records)" 'records'
	# it can't be replaced, and must not be tried to be
	pid=$(publishers "$live_dm_domid")
	kill -KILL "$pid"
	await_exit "$pid"
	dm_do move e0000 f1000
	dm_do stop
	grep "can't be published" "$live_dir/dm.log"
	dm_end
}

# A sandbox that couldn't be foreseen costs the records, not the device model.
sandboxed_unseen() {
	domid=$(echo domain | puppet-dm)
	live_dm_domid=${domid#ok }
	dm_open
	dm_do attach "$(printf %x "$live_dm_domid")"
	dm_do sandbox
	dm_do start 0
	dm_do move 0 f1000
	grep 'no publisher' "$live_dir/dm.log"
	dm_end
}

# What a QEMU that was taken over could make the publisher do is what it can do.
publisher_has_nothing() {
	create a shim puppet
	await_place a "$A"
	expect_confined "$(publishers "$(domid a)")"
}

# The only descriptor of QEMU's that is ours is the socket to the publisher.
one_descriptor() {
	create a stock puppet
	create b shim puppet
	await_place b "$A"
	stock=$(fds "$(dm_pid a)" | wc -w)
	shim=$(fds "$(dm_pid b)" | wc -w)
	ktap_equal $((stock + 1)) "$shim" 'descriptors'
}

# kinds stock|shim|PATH [KEY=VALUE]...: how many descriptors of which kind such a QEMU
# has, numbers of sockets left out.
kinds() {
	which=$1
	shift
	create a "$which" puppet "$@"
	say a status >&2
	fds-of "$(dm_pid a)" depriv-fd-checker >"$live_dir/fds"
	cat "$live_dir/fds" >&2
	awk '$1 == "other" { sub(/:.*/, "", $3); sub(/.*xenphysmap-test-.*/, "log", $3); print $3 }
	     $2 == "pass" || $2 == "fail" { print $1, $2 }' "$live_dir/fds" | sort | uniq -c
	destroy a
}

# Xen's own judge of what a restricted device model may keep.
judged_by_xen() {
	command -v depriv-fd-checker >/dev/null || ktap_skip 'no depriv-fd-checker here'
	restrictable
	kinds "$live_qemu" dm_restrict=1 vkb_device=0 >"$live_dir/stock"
	kinds shim dm_restrict=1 vkb_device=0 >"$live_dir/shim"
	kinds stock >"$live_dir/free"
	grep ' privcmd fail' "$live_dir/free"
	not grep ' fail' "$live_dir/stock"
	not grep ' fail' "$live_dir/shim"
	grep ' privcmd pass' "$live_dir/shim"
	cat "$live_dir/stock" "$live_dir/shim"
	# "NUMBER KIND": of sockets there is one more, ours, and of nothing else
	awk '{ print ($2 == "socket" ? $1 + 1 : $1 + 0), $2, $3 }' "$live_dir/stock" \
		>"$live_dir/expected"
	awk '{ print $1 + 0, $2, $3 }' "$live_dir/shim" | diff "$live_dir/expected" -
}

live_test restricted
live_test sandboxed
live_test sandboxed_early
live_test sandboxed_unseen
live_test publisher_has_nothing
live_test one_descriptor
live_more judged_by_xen
live_run "$@"
