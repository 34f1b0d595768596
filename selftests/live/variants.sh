#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Guests of other shapes than those of the other tests: each display that libxl
# knows, with 8 to 512 MiB, and none; more processors; RAM on both sides of 4 GiB.  Failure means that something here was made for one shape.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# lives GUEST PLACE [PAGES]: moved, saved with decode on and off, moved back; all
# pages of it there each time.
lives() {
	pages=${3:-$((0x$(ask "$1" size status) / 4096))}
	first=$(ask "$1" at status)
	say "$1" bar "$2"
	expect_whole "$1" "$2"
	expect "$1" of "$pages" check
	await_place "$1" "$2"
	save "$1"
	restore "$1"
	expect_whole "$1" "$2"
	say "$1" decode 0
	save "$1"
	restore "$1"
	say "$1" decode 1
	expect_whole "$1" "$2"
	say "$1" bar "$first"
	expect_whole "$1" "$first"
	expect "$1" of "$pages" check
	expect_quiet "$1"
}

# Its BAR is 32 MiB and has registers behind the memory.  That is there for the
# processor once a graphics mode was chosen, as by a write to this register.
cirrus() {
	create a shim puppet 'vga="cirrus"' videoram=8
	say a devbar 3.0 14 f2000000
	say a write f200000c 00050000
	say a vga 0 2048
	say a mark 123
	lives a e4000000 2048
}

# Its last pages are a header, which QEMU writes again into a restored guest.
qxl() {
	"${XENPHYSMAP_QEMU:-$STOCK_DM}" -device help 2>&1 | grep -q '"qxl-vga"' ||
		ktap_skip 'this QEMU was built without qxl'
	create a shim puppet 'vga="qxl"' videoram=128 memory=160 spice=1 \
		'spicehost="127.0.0.1"' spiceport=6000 spicedisable_ticketing=1
	say a vga 0 16000
	lives a e0000000 16000
}

# Records of the option ROMs of its NICs are all that there is.
no_display() {
	create a shim puppet 'vga="none"' \
		'device_model_args_hvm=["-device", "e1000", "-device", "e1000"]'
	say a pci
	ktap_equal 2 "$(records a | grep -c ' ram@')" records
	ktap_equal '' "$(place a)" 'place of video RAM'
	save a
	restore a
	say a pci
	ktap_equal 2 "$(records a | grep -c ' ram@')" records
	expect_quiet a
}

processors() {
	create a shim puppet vcpus=4
	lives a "$B"
}

most() {
	create a shim puppet videoram=512 memory=544 shadow_memory=16
	first=$(ask a at status)
	say a bar 80000000
	expect_whole a
	expect a of 131072 check
	expect_empty a "$first"
	await_place a 80000000
	expect_quiet a
}

# What is above 256 MiB begins at 4 GiB then, and the video RAM's home is behind it.
above_4gib() {
	create a shim puppet mmio_hole=3840 memory=320
	expect_whole a
	await_place a "$(ask a at status)"
	records a
	home=$(records a | awk '$4 == "vga.vram" { print $1 }')
	[ $((0x$home >> 32)) = 1 ]
	lives a 20000000
	expect_empty a 20000000
	destroy a

	create a stock puppet mmio_hole=3840 memory=320
	expect a access direct status
}

live_more cirrus
live_more qxl 240
live_more no_display
live_more processors
live_more most 300
live_more above_4gib 300
live_run "$@"
