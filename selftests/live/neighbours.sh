#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Video RAM and what else wants its frames: a device whose registers come to
# where its pages still are, the display's own option ROM, another display.
# Stock hides the device, writes the ROM over the picture, or loses pages.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# Its registers: at 0 what says how long they are, at 78 one to be written.
XHCI='"-device", "qemu-xhci,addr=6"'

# ---- another device ----

# expect_registers GUEST ADDR: they trap, and keep what is written.
expect_registers() {
	expect "$1" value 01000040 read "$2"
	live_at=$(printf '%x' $((0x$2 + 0x78)))
	for live_value in 5 9; do
		say "$1" write "$live_at" "$live_value"
		expect "$1" value "0000000$live_value" read "$live_at"
	done
}

another_device_comes() {
	create a shim puppet "device_model_args_hvm=[$XHCI]"
	say a decode 0
	expect_probe a 4096 pages "$(frame "$A")" 4096
	say a devbar 6.0 10 f1010000
	expect_registers a f1010000
	expect_probe a 0 pages "$(frame "$A")" 4096
	expect_probe a no pinned "$(frame "$A")"
	await_place a 1000000
	say a bar "$B"
	expect_whole a
	expect_registers a f1010000
}

video_ram_returns_elsewhere_and_there() {
	another_device_comes
	say a devbar 6.0 10 f8000000
	say a bar "$A"
	expect_whole a "$A"
	expect_registers a f8000000
	await_place a "$A"
	expect_quiet a
}

# Its home is wanted, too: it takes shelter, also for a save.
nowhere_to_go() {
	create a shim puppet "device_model_args_hvm=[$XHCI, \"-device\", \"qemu-xhci,addr=7\"]"
	remember_views a
	say a decode 0
	say a devbar 6.0 10 01010000
	say a devbar 7.0 10 f1010000
	expect_registers a 01010000
	expect_registers a f1010000
	expect_probe a 0 pages 0x1000 4096
	save a
	restore a
	expect_registers a 01010000
	expect_registers a f1010000
	say a bar "$B"
	expect_whole a
	expect_one_memory a
	expect_quiet a
}

stock_hides_the_other_device() {
	stock_leaves_pages
	create a stock puppet "device_model_args_hvm=[$XHCI]"
	say a decode 0
	say a devbar 6.0 10 f1010000
	expect a value abc00010 read f1010000
	say a write f1010078 5
	expect a value 00000005 read f1010078
	expect_probe a 4096 pages "$(frame "$A")" 4096
}

# ---- the option ROM ----

ROM=/usr/share/seabios/vgabios-stdvga.bin

# as the guest reads it
first_word() {
	od -A n -t x4 -N 4 "$ROM" | tr -d ' '
}

# expect_rom GUEST: at its BAR, as the guest and as QEMU see it.
expect_rom() {
	say "$1" rom f8000000
	expect "$1" value "$(first_word)" read f8000000
	qmp "$1" pmemsave "{ \"val\": $((0xf8000000)), \"size\": 65536,
		\"filename\": \"$live_dir/rom\" }"
	say "$1" rom 0
	# its last pages are as Xen gave them
	head -c "$(wc -c <"$ROM")" "$live_dir/rom" | cmp - "$ROM"
}

# With 64 MiB the ROM is at an address that a BAR can have, and the BAR goes
# there first; with 72 the video RAM's home is partly in the way as well.  All
# that the device model has populated is 16 MiB and the ROM: 4112 pages.
# first_bar_over_rom stock|shim MEMORY HOME
first_bar_over_rom() {
	create a "$1" unplaced "memory=$2"
	expect_probe a 4112 pages "$3" 4112
	say a decode 1
	expect_rom a
	say a bar 04000000
}

rom_steps_aside() {
	first_bar_over_rom shim "$1" "$2"
	expect_probe a 4112 pages "$2" 16384
	expect a access direct status
	say a mark 123
	remember_views a
	for _ in 1 2; do
		expect_whole a 4000000
		expect_one_memory a
		expect_rom a
		await_place a 4000000
		save a
		restore a
	done
	say a bar "$B"
	expect_whole a
	expect_rom a
	expect_quiet a
}

rom_at_the_bar() {
	rom_steps_aside 64 0x3000
}

rom_and_home_at_the_bar() {
	rom_steps_aside 72 0x3800
}

# Another device comes to where it is, and stays there for a save.
rom_under_another_device() {
	create a shim puppet "device_model_args_hvm=[$XHCI]"
	expect_rom a
	say a devbar 6.0 10 02000000
	for _ in 1 2; do
		expect_registers a 02000000
		expect_rom a
		save a
		restore a
	done
	say a devbar 6.0 10 f8010000
	expect_rom a
	save a
	restore a
	expect_rom a
	ktap_equal '2000000 2000000' "$(records a | awk '{ print $1, $2 }' | tail -n 1)"
	expect_whole a "$A"
	expect_quiet a
}

stock_loads_roms() {
	qemu_before 10 || ktap_skip 'QEMU loads no ROM while it restores, since 10'
}

# The ROM's pages are freed; a restored QEMU loads it where they were.
stock_writes_the_rom_over_the_picture() {
	stock_loads_roms
	first_bar_over_rom stock 64 0x3000
	expect_probe a 4096 pages 0x3000 16384
	say a mark 123
	say a check
	save a
	restore a
	expect a found "$(first_word)" check
}

stock_loses_half_of_the_pages() {
	first_bar_over_rom stock 72 0x3800
	expect_probe a 2048 pages 0x3800 16384
	save a
	! restore a || ktap_fail 'it was restored'
}

# ---- a device that is plugged in ----

# Its ROM's home is the first after the display's ROM, and under the BAR.
plug_in() {
	first_bar_over_rom "$1" 64 0x3000
	say a mark 123
	say a check
	qmp a device_add '{ "driver": "e1000", "id": "nic", "addr": "7" }'
}

home_under_the_bar() {
	plug_in shim
	expect_whole a 4000000
	expect_log a 1 '64 frames at 0x4040 are in use: populated at'
	# which is where its own pages are, and the ROM in them
	at=$(records a | awk '$1 == "4040000" { print $2 }')
	expect_probe a 64 pages "$(frame "$at")" 64
	expect_probe a 4096 pages 0x4000 4096
	say a bar "$B"
	expect_whole a
	save a -c
	records a | grep '^4040000 4040000 40000 ram@4040000$'
	expect_probe a 64 pages 0x4040 64
	expect_whole a "$B"
}

# Xen forgets where the picture's pages were.
stock_populates_over_the_picture() {
	plug_in stock
	not say a check
}

# ---- a device that the saved guest hadn't ----

# nics N: a line of configuration
nics() {
	printf 'device_model_args_hvm=["-nodefaults"'
	for _ in $(seq "$1"); do
		printf ', "-device", "e1000"'
	done
	echo ']'
}

# The ROMs of three NICs end, with 63 MiB, right below the BAR; that of a fourth
# would be the first frames of the picture.
restore_with_a_fourth_nic() {
	create a "$1" unplaced memory=63 "$(nics 3)"
	say a bar 04000000
	say a mark 123
	say a check
	save a
	config a "$1" unplaced memory=63 "$(nics 4)"
	restore a
}

rom_of_a_new_device() {
	restore_with_a_fourth_nic shim
	expect_whole a 4000000
	! qemu_before 10 || expect_log a 1 "saved guest hasn't"
	await_place a 4000000
}

stock_loads_the_rom_of_a_new_device_over_the_picture() {
	stock_loads_roms
	restore_with_a_fourth_nic stock
	expect a first 0 check
	not say a check
}

# ---- another display ----

# each_keeps_its_own DEVICE RELOCATED TRAPPED: which is which is QEMU's choice.
# Without a ROM behind the first one's memory the other's is where it can be
# restored, see below.
each_keeps_its_own() {
	two_displays "$PHYSMAP_DM" "$1" -global VGA.romfile=
	display a "$3" trapped "$A"
	say a mark 111
	display a "$2" direct "$B"
	say a mark 222
	# where the other one was, and where that one is now
	for at in $C f3000000; do
		display a "$2" direct "$at"
		say a check
		await_place a "$at"
		display a "$3" trapped "$B"
		say a check
	done
	ktap_equal 1 "$(records a | grep -c vga.vram)" 'records of video RAM'
	save a
	restore a
	display a "$3" trapped
	say a check
	display a "$2" direct
	say a check
	expect_empty a "$C"
	expect_quiet a
}

two_displays_the_second_is_relocated() {
	each_keeps_its_own secondary-vga 1 0
}

two_displays_the_first_is_relocated() {
	each_keeps_its_own bochs-display,vgamem=16777216 0 1
}

stock_traps_one_of_two_displays() {
	two_displays "$STOCK_DM" secondary-vga
	display a 0 trapped "$A"
	display a 1 direct "$B"
}

# QEMU looks for a restored block where it would be in a mapping of whole MiBs
# from the BAR on.  The second display's home is 256 KiB beyond one, its BAR is
# not, and QEMU asserts that this is the same.
save_off_the_mebibyte() {
	two_displays "$1" secondary-vga
	display a 1 direct "$A"
	say a mark 222
	save a
}

expect_abort() {
	all_logs a | grep "Assertion .p && p == memory_region_get_ram_ptr"
}

home_off_the_mebibyte() {
	save_off_the_mebibyte "$PHYSMAP_DM"
	if ! restore a; then
		expect_abort
		ktap_xfail 'no call of QEMU is behind the address that it asserts on'
	fi
	say a vga 1
	say a check
}

stock_aborts_over_a_home_off_the_mebibyte() {
	save_off_the_mebibyte "$STOCK_DM"
	! restore a || ktap_fail 'it was restored'
	expect_abort
}

live_test another_device_comes
live_more video_ram_returns_elsewhere_and_there
live_more nowhere_to_go
live_test stock_hides_the_other_device
live_more rom_at_the_bar 180
live_more rom_and_home_at_the_bar 180
live_more rom_under_another_device 180
live_more stock_writes_the_rom_over_the_picture
live_more stock_loses_half_of_the_pages
live_more home_under_the_bar
live_more stock_populates_over_the_picture
live_more rom_of_a_new_device
live_more stock_loads_the_rom_of_a_new_device_over_the_picture
live_more two_displays_the_second_is_relocated 180
live_more two_displays_the_first_is_relocated 180
live_more stock_traps_one_of_two_displays
live_more home_off_the_mebibyte
live_more stock_aborts_over_a_home_off_the_mebibyte
live_run "$@"
