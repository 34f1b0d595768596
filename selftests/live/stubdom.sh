#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Device models in a Linux stubdom: the whole life of a guest whose BAR moves,
# without dom0's help and with it (xenphysmap handover).  The shim is put into
# somebody's stubdom by the commands of Documentation/stubdom.rst, literally.
# Failure means that a user of stubdoms gets less than a user of dom0.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# shellcheck disable=SC2034 # for start.sh
live_machine=stubdom

: "${PHYSMAP_STUBDOM:=/usr/lib/xenphysmap/selftests/stubdom}"

cmdline="console=hvc0 quiet cryptomgr.notests rodata=off mitigations=off"
cmdline="$cmdline XENPHYSMAP_LOG=debug"

# ---- what differs with a stubdom ----

# The ramdisk with the shim: made once.
shim_ramdisk() {
	build=/run/xenphysmap-stubdom
	if [ ! -e "$build/ramdisk.shim" ]; then
		mkdir -p "$build"
		ln -sf "$PHYSMAP_STUBDOM/ramdisk" "$build/ramdisk"
		documented stubdom ramdisk >"$build/commands"
		(cd "$build" && sh -eux ./commands)
	fi
	echo "$build/ramdisk.shim"
}

# stubdom_config GUEST stock|shim|RAMDISK [KEY=[VALUE]]...
stubdom_config() {
	[ -e "$PHYSMAP_STUBDOM/ramdisk" ] || ktap_skip 'no stubdom here'
	stub_guest=$1
	case $2 in
	stock)	stub_ramdisk=$PHYSMAP_STUBDOM/ramdisk ;;
	shim)	stub_ramdisk=$(shim_ramdisk) ;;
	*)	stub_ramdisk=$2 ;;
	esac
	shift 2
	config "$stub_guest" stock puppet device_model_stubdomain_override=1 \
		"stubdomain_kernel=\"$PHYSMAP_STUBDOM/vmlinux\"" \
		"stubdomain_ramdisk=\"$stub_ramdisk\"" stubdomain_memory=256 \
		"stubdomain_cmdline=\"$cmdline xen_privcmd.unrestricted=1\"" \
		"$@"
}

# stubdom_create GUEST stock|shim [KEY=[VALUE]]...
stubdom_create() {
	stubdom_config "$@"
	xl_do create "$live_dir/$1.cfg"
	learn_domid "$1"
}

stubdom_of() {
	xenstore-read "/local/domain/$1/image/device-model-domid"
}

physmap() {
	echo "/local/domain/$(stubdom_of "$1")/device-model/$1/physmap"
}

# Where libxl puts records back.
dom0_physmap() {
	echo "/local/domain/0/device-model/$1/physmap"
}

# Of what is in dom0 for a stubdom: QEMU, for its consoles.
dm_pid() {
	live_stubdom=$(stubdom_of "$(domid "$1")")
	xenstore-read "/local/domain/$live_stubdom/image/device-model-pid"
}

# The device model's file system isn't ours, so its view can't be had whole.
expect_shared() {
	say "$1" mark 333
	open_window "$1"
	for live_page in 0 1000 4095; do
		reaches "$1" "$live_page"
	done
	say "$1" mark 444
}

# Nodes are listed with their permissions: (OWNER,r1) lets domain 1 read.
expect_hidden() {
	xenstore-ls -f -p "$(physmap "$(domid "$1")")" >"$live_dir/nodes"
	cat "$live_dir/nodes"
	grep -q start_addr "$live_dir/nodes"
	not grep "r$(domid "$1")" "$live_dir/nodes"
}

# ---- dom0's service ----

with_service() {
	documented stubdom serve >"$live_dir/serve"
	read -r words <"$live_dir/serve"
	# shellcheck disable=SC2086 # a command and its arguments
	$words 2>"$live_dir/handover" &
	service=$!
	trap 'kill "$service"; live_clean_up' EXIT
}

expect_handed_over() {
	cat "$live_dir/handover"
	grep "d$(domid "$1"): [1-9] records handed over" "$live_dir/handover"
	not xenstore-exists "/local/domain/0/device-model/$(domid "$1")"
}

# ---- tests ----

moves() {
	stubdom_create a shim
	await_place a "$A"
	for at in $B $C $A; do
		say a bar "$at"
		expect_whole a "$at"
		await_place a "$at"
	done
	expect_empty a "$B"
	expect_shared a
	expect_quiet a
}

# libxl lets the guest read its device model's directory.
guest_is_kept_out() {
	stubdom_create a shim
	await_place a "$A"
	id=$(domid a)
	xenstore-ls -f -p "/local/domain/$(stubdom_of "$id")/device-model/$id" |
		grep "r$id"
	expect_hidden a
}

three_times_in_a_row() {
	with_service
	stubdom_create a shim
	for at in $B $C $A; do
		say a bar "$at"
		save a
		ktap_equal "$at" "$(saved_place a)" 'record in the save'
		restore a
		expect_whole a "$at"
		expect_log a 1 'vga.vram: restored, 4096 frames'
		expect_handed_over a
		await_place a "$at"
		expect_shared a
		expect_quiet a
	done
	expect_hidden a
	say a bar "$B"
	expect_whole a "$B"
}

migration() {
	with_service
	stubdom_create a shim
	for at in $B $C; do
		say a bar "$at"
		migrate a
		expect_whole a "$at"
		expect_handed_over a
		await_place a "$at"
		expect_shared a
	done
}

# The BAR is enough, and there are records again from then on.
without_service() {
	stubdom_create a shim
	say a bar "$B"
	save a
	ktap_equal "$B" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a "$B"
	expect_log a 1 'vga.vram: no record, but found at 0xe0000'
	await_place a "$B"
	say a bar "$C"
	expect_whole a "$C"
	expect_empty a "$B"
	expect_shared a
	save a
	ktap_equal "$C" "$(saved_place a)" 'record in the second save'
}

# What libxl leaves of a guest that is gone, and nothing of one that isn't.
leftovers() {
	stubdom_create a shim
	say a bar "$B"
	save a
	restore a
	id=$(domid a)
	destroy a
	xenstore-exists "$(dom0_physmap "$id")"
	create b shim puppet
	await_dom0_record b
	xenphysmap handover --once
	not xenstore-exists "/local/domain/0/device-model/$id"
	xenstore-exists "$(dom0_physmap "$(domid b)")"
}

await_dom0_record() {
	await "$(dom0_physmap "$(domid "$1")")" \
		xenstore-exists "$(dom0_physmap "$(domid "$1")")"
}

# A guest that is only nodes, 31000, and a domain that says that it is its
# stubdom.  What came with a guest may be anything.
only_records() {
	trap 'forget_nodes; live_clean_up' EXIT
	create a stock puppet
	from=$(dom0_physmap 31000)
	to=/local/domain/$(domid a)/device-model/31000/physmap
	for key in 1000000 2000000 02000000 0x3000000 zz; do
		xenstore-write "$from/$key/start_addr" e0000000 \
			"$from/$key/size" 1000000 "$from/$key/name" vga.vram
	done
	xenstore-rm "$from/2000000/size"
	xenstore-write "/local/domain/$(domid a)/target" 31000 \
		/local/domain/31000/image/device-model-domid 0
	xenphysmap handover --once
	not xenstore-exists "$to"

	xenstore-write /local/domain/31000/image/device-model-domid "$(domid a)"
	xenphysmap handover --once
	ktap_equal 1000000 "$(xenstore-list "$to")" 'what has arrived'
	ktap_equal "e0000000 1000000 vga.vram" "$(xenstore-read \
		"$to/1000000/start_addr" "$to/1000000/size" \
		"$to/1000000/name" | xargs)"
	not xenstore-exists "${from%/physmap}"

	# what the device model has written since is newer
	xenstore-write "$from/1000000/start_addr" d0000000 \
		"$from/1000000/size" 1000000 "$from/1000000/name" vga.vram
	xenphysmap handover --once
	ktap_equal e0000000 "$(xenstore-read "$to/1000000/start_addr")"
	not xenstore-exists "${from%/physmap}"
}

forget_nodes() {
	for node in 0/device-model/31000 31000; do
		xenstore-rm "/local/domain/$node" 2>/dev/null || :
	done
}

# A service that starts late does what it can.
late_service() {
	stubdom_create a shim
	say a bar "$B"
	save a
	restore a
	await_place a "$B"
	records a >"$live_dir/before"
	xenphysmap handover --once
	records a | diff "$live_dir/before" -
	not xenstore-exists "/local/domain/0/device-model/$(domid a)"
}

decode_off() {
	stubdom_create a shim
	say a bar "$B"
	say a decode 0
	save a
	restore a
	say a decode 1
	expect_whole a "$B"
	expect_shared a
	await_place a "$B"
}

# What stock can't restore, because the BAR had moved, the shim can.
stock_loses_the_guest() {
	stubdom_create a stock
	say a bar "$B"
	expect a access trapped status
	save a
	ktap_equal "" "$(saved_place a)" 'record in the save'
	! restore a || ktap_fail 'stock has restored it'
	all_logs a | grep "Assertion .p && p == memory_region_get_ram_ptr"
	stubdom_config a shim
	restore a
	expect_whole a "$B"
	expect_empty a "$A"
	expect_log a 1 'no record, but found at 0xf1000'
	await_place a "$B"
}

# Since XSA-482 that is the kernel's default.
restricted_privcmd() {
	stubdom_config a shim "stubdomain_cmdline=\"$cmdline\""
	not xl_do create "$live_dir/a.cfg"
	all_logs a | grep 'xenphysmap: .*xen_privcmd.unrestricted=1'
}

# No QEMU, but the shim, linked: it asks in a way that is allowed.
restricted_device_model() {
	program=$here/restricted
	[ -e "$program" ] || ktap_skip 'the program is not built here'
	mkdir -p "$live_dir/add/etc" "$live_dir/add/usr/bin"
	cp "$program" "$live_dir/add/usr/bin/"
	echo QEMU=/usr/bin/restricted >"$live_dir/add/etc/stubdom"
	(cd "$live_dir/add" && find . | cpio -o -H newc) |
		cat "$PHYSMAP_STUBDOM/ramdisk" - >"$live_dir/ramdisk"
	stubdom_config a "$live_dir/ramdisk" "stubdomain_cmdline=\"$cmdline\""
	# it isn't what libxl waits for
	not xl_do create "$live_dir/a.cfg"
	all_logs a | grep 'restricted: PASS'
}

# Two domains and a boot for each guest.
live_test moves 200
live_more guest_is_kept_out 200
live_test three_times_in_a_row 400
live_more migration 400
live_test without_service 300
live_more leftovers 300
live_more only_records
live_more late_service 300
live_more decode_off 300
live_test stock_loses_the_guest 300
live_more restricted_privcmd 200
live_more restricted_device_model 200
live_run "$@"
