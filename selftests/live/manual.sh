#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# What README.rst and the manuals tell an administrator to type in dom0, run as
# it stands there, and compared with what they say that comes of it.  The guest is
# called as it is there, so that this leaves a host alone that has one of that
# name.  A failure means that a reader is told what isn't so.
set -eu
# absolute: the reader is in another directory
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

# scene DEVICE_MODEL: guest.cfg in the current directory, without a device model's
# name if DEVICE_MODEL is empty.
scene() {
	not xl domid guest >/dev/null 2>&1 || ktap_skip 'somebody has a guest of that name'
	[ "$PHYSMAP_DM" = /usr/lib/xenphysmap/xenphysmap-dm ] ||
		ktap_skip 'not installed where the manual has it'
	trap 'leave; live_clean_up' EXIT
	unset XENPHYSMAP_LOG
	chosen_dm=
	[ -z "$1" ] || chosen_dm="\"$1\""
	config guest stock puppet memory=64 "device_model_override=$chosen_dm"
	sed -i 's/^name=.*/name="guest"/' "$live_dir/guest.cfg"
	cd "$live_dir"
}

leave() {
	xl destroy guest >/dev/null 2>&1 || :
	rm -f "$live_xenlog/qemu-dm-guest.log"*
	xenstore-rm "$live_memory/guest" 2>/dev/null || :
}

# typed PAGE NAME: as the reader does; exits with what the last command does.
typed() {
	documented "$1" "$2" >commands
	cat commands >&2
	sh -eu ./commands
}

# alike FILE SEEN: but for the domid, which is another each time.
alike() {
	for text; do
		sed 's/: d[0-9]*: /: dN: /; s/^ *[0-9][0-9]*  /N /' "$text" >"$text.alike"
	done
	diff "$1.alike" "$2.alike"
}

moves_to() {
	say guest bar "$1"
	xl domid guest >guest.domid
	await_place guest "$1"
}

readme() {
	scene ''
	documented README config >>guest.cfg
	typed README create
	moves_to "$B"
	typed README look >seen
	documented README seen >expected
	alike expected seen
}

# A guest that stock QEMU has lost.
rescue() {
	scene "$STOCK_DM"
	xl_do create guest.cfg
	say guest bar "$B"
	xl_do save guest guest.save
	status=0
	typed replace inspect >seen || status=$?
	ktap_equal 3 "$status" 'exit status'
	documented replace inspected >expected
	diff expected seen
	sed -i '/^device_model_override/d' guest.cfg
	documented README config >>guest.cfg
	typed replace choose
	expect_whole guest "$B"
}

# One that runs is put under the shim, and gets another QEMU.
replacement() {
	scene "$STOCK_DM"
	xl_do create guest.cfg
	expect_whole guest "$A"
	typed replace adopt
	expect_whole guest
	typed replace renew
	moves_to "$B"
	expect_whole guest
}

# runs stock|shim: which of them the guest's QEMU is.
runs() {
	is=stock
	pid=$(xenstore-read "/local/domain/$(xl domid guest)/image/device-model-pid")
	! grep -q "$PHYSMAP_SHIM" "/proc/$pid/maps" || is=shim
	ktap_equal "$1" "$is" 'the device model'
}

with_it_and_without() {
	scene "$PHYSMAP_DM"
	xl_do create guest.cfg
	moves_to "$B"
	typed using save
	runs shim
	expect_whole guest "$B"
	typed using without
	runs stock
	expect_whole guest "$B"
	typed using with
	runs shim
	moves_to "$C"
	expect_whole guest "$C"
}

live_test readme
live_more with_it_and_without 240
live_more rescue 240
live_more replacement 240
live_run "$@"
