#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Memory behind BARs that QEMU doesn't relocate: of a display that isn't the last
# that was made.  Stock traps every access, and a save is right because the pages
# are at home.  With XENPHYSMAP_BARS=all they are at the BAR while the guest runs,
# and at home whenever a stock QEMU might take over.  Failure means pages that are
# lost, or in a place where another device's registers should be.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

export XENPHYSMAP_BARS=all

# Of 16 MiB, as each display here.  QEMU relocates the one in brackets.
SECOND=secondary-vga			# 0, (1)
BOCHS=bochs-display,vgamem=16777216	# (0), 1

# both_direct DEVICE OTHER [WORD]...: at A and B; OTHER is the one that QEMU leaves.
both_direct() {
	live_other=$2
	live_device=$1
	shift 2
	two_displays "$PHYSMAP_DM" "$live_device" "$@"
	display a "$live_other" direct "$A"
	say a mark 111
	display a $((1 - live_other)) direct "$B"
	say a mark 222
}

expect_both() {
	for live_number in 0 1; do
		display a "$live_number" direct
		say a check
	done
}

# follows DEVICE OTHER
follows() {
	both_direct "$1" "$2"
	expect_both
	display a "$2" direct "$C"
	say a check
	expect_empty a "$A"
	expect_probe a yes pinned "$(frame "$C")"
	say a decode 0
	say a size
	say a decode 1
	expect a access direct status
	expect_both
	display a "$2" direct f3000000
	expect_both
	expect_quiet a
}

secondary_vga_follows() {
	follows "$SECOND" 0
}

bochs_display_follows() {
	follows "$BOCHS" 1
}

# Twice, with a move between; and not only by the word of the device model: its
# own view of the memory is what was written through the BAR.
save_and_restore() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	for at in $C $A; do
		save a
		restore a
		expect_both
		display a 0 direct "$at"
		expect_both
	done
	expect_quiet a
}

bochs_save_and_restore() {
	both_direct "$BOCHS" 1
	save a
	restore a
	expect_both
	expect_quiet a
}

decode_off_at_the_save() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	display a 0 direct
	say a decode 0
	save a
	restore a
	say a decode 1
	expect_both
	display a 0 direct "$C"
	expect_both
	expect_quiet a
}

# A guest that goes on after it was saved.
checkpoint() {
	both_direct "$SECOND" 0
	save a -c
	expect_both
	expect_quiet a
}

paused_and_saved() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	save a -p
	xl_do unpause "${live_prefix}a"
	expect_both
}

# restored_by PATH BARS: all that was written is there, and trapped.
restored_by() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	say a vga 0
	seen=$(dm_view a)
	save a
	write_divider "$1"
	export XENPHYSMAP_BARS="$2"
	restore a
	display a 1 direct
	say a check
	display a 0 trapped
	say a check
	ktap_equal "$seen" "$(dm_view a)" "QEMU's view"
	say a mark 333
	say a check
}

restored_by_stock() {
	restored_by "$STOCK_DM" all
}

no_more() {
	restored_by "$PHYSMAP_DM" vga
	ktap_equal 0 "$(records a | grep -c bar@)" 'records of what is followed'
	expect_quiet a
}

off_unless_asked() {
	unset XENPHYSMAP_BARS
	two_displays "$PHYSMAP_DM" "$SECOND"
	display a 0 trapped "$A"
	expect_log a 0 'bar@'
}

live_migration() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	for at in $C $A; do
		migrate a
		expect_both
		display a 0 direct "$at"
		expect_both
	done
}

# The next device model finds it by its record, as a restored one does.
replaced() {
	both_direct "$SECOND" 0 -global VGA.romfile=
	for at in $C $A; do
		xenphysmap replace "${live_prefix}a"
		expect_both
		display a 0 direct "$at"
		expect_both
	done
	expect_quiet a
}

# Requests are looked at by a device model that has given up nearly everything.
confined() {
	restrictable
	write_divider "$PHYSMAP_DM"
	create a "$live_dir/divider" unplaced memory=48 videoram=32 dm_restrict=1 \
		vkb_device=0 "device_model_args_hvm=[\"-device\", \"$SECOND,addr=6\"]"
	display a 0 direct "$A"
	say a mark 111
	display a 0 direct "$C"
	say a check
	grep -q '^Uid:.0' "/proc/$(dm_pid a)/status" && ktap_fail 'QEMU is root'
	expect_quiet a
}

# ---- what else is as long ----

# The Xen platform device has registers of 16 MiB, of which a guest makes a place for
# grant tables: pages there would be freed.
registers_as_long() {
	both_direct "$SECOND" 0
	say a pci
	live_platform=$(echo "$live_answer" | tr ' ' '\n' | sed -n 's/=5853:0001.*//p')
	say a devbar "$live_platform" 14 e8000000
	expect_probe a 0 pages 0xe8000 4096
	display a 0 direct
	say a decode 0
	say a devbar "$live_platform" 14 "$C"
	expect_probe a 0 pages "$(frame "$C")" 4096
	say a decode 1
	expect_both
	expect_quiet a
}

# Both of the others are followed, each by its device.
three_displays() {
	write_divider "$PHYSMAP_DM"
	create a "$live_dir/divider" unplaced memory=80 videoram=48 \
		"device_model_args_hvm=[\"-device\", \"$BOCHS,addr=5\", \"-device\", \"$SECOND,addr=6\"]"
	display a 0 direct "$A"
	say a mark 111
	display a 1 direct "$B"
	say a mark 222
	display a 2 direct "$C"
	say a mark 333
	display a 1 direct f3000000
	for number in 0 1 2; do
		display a "$number" direct
		say a check
	done
	expect_quiet a
}

# ---- QXL ----

# qxl RAM VRAM: a second display with two memories, of MiB; at D0000000 and C0000000.
qxl() {
	write_divider "$PHYSMAP_DM"
	create a "$live_dir/divider" unplaced memory=128 videoram=80 \
		"device_model_args_hvm=[\"-device\",
			\"qxl,addr=6,ram_size_mb=$1,vram_size_mb=$2\"]"
	display a 0 direct "$A"
	say a mark 111
	say a vga 1
	say a bar "$C"
	say a devbar 6.0 14 c0000000
}

# Of the 8,192 pages of 32 MiB: QEMU writes a header into the last ones when it starts,
# after a restore too.
UNHEADED=8000

expect_qxl() {
	expect_probe a $(($1 * 256)) pages "$(frame "$C")" $(($1 * 256))
	expect_probe a $(($2 * 256)) pages 0xc0000 $(($2 * 256))
	display a 1 direct
	say a vga 1 "$UNHEADED"
	say a check
	for live_at in c0000000 c0fff000; do
		expect a value 12345678 read "$live_at"
	done
	display a 0 direct
	say a check
}

qxl_follows() {
	qxl 32 16
	display a 1 direct
	say a vga 1 "$UNHEADED"
	say a mark 222
	for at in c0000000 c0fff000; do
		say a write "$at" 12345678
	done
	expect_qxl 32 16
	save a
	restore a
	expect_qxl 32 16
	expect_quiet a
}

# Which is which isn't known, and said.
qxl_of_equal_memories() {
	qxl 32 32
	expect_probe a 0 pages "$(frame "$C")" 8192
	expect_probe a 0 pages 0xc0000 8192
	display a 1 trapped
	expect_log a 2 'stays at home, .* its device has more of that length'
	display a 0 direct
	say a check
}

# ---- a screen that somebody looks at ----

# look COMMAND...: the viewer's answer.
look() {
	echo "$*" >&5
	read -r live_seen <&6
	echo "viewer: $* -> $live_seen" >&2
}

# watched BARS: a bochs-display of 320x200, that a viewer has seen all of.
watched() {
	export XENPHYSMAP_BARS="$1"
	two_displays "$PHYSMAP_DM" "$BOCHS,id=second" \
		-vnc "unix:$live_dir/vnc,display=second"
	say a vga 1 4
	say a bar "$B"
	say a devbar 6.0 18 f2000000
	say a write f2000500 0140b0c5
	say a write f2000504 002000c8
	say a write f2000508 00000041
	mkfifo "$live_dir/viewer.in" "$live_dir/viewer.out"
	viewer "$live_dir/vnc" <"$live_dir/viewer.in" >"$live_dir/viewer.out" &
	exec 5>"$live_dir/viewer.in" 6<"$live_dir/viewer.out"
	read -r live_seen <&6
	ktap_equal 320x200 "$live_seen" 'size of the screen'
	say a fill "$B" 1 00112233
	look all
	look next 5
}

trapped_drawing_is_seen() {
	watched vga
	say a fill "$B" 62 00445566
	look next 60
	ktap_equal 445566 "$live_seen" 'what the viewer sees'
}

# QEMU isn't told of changes, and a viewer that asks for all gets what it was told of.
direct_drawing_is_seen() {
	watched all
	expect a access direct status
	say a fill "$B" 62 00445566
	for live_wish in 'next 10' all; do
		look "$live_wish"
		[ "$live_seen" != 445566 ] || return 0
	done
	ktap_xfail 'no call of QEMU leads to what it knows of a second display'
}

# ---- what it is for, and what it costs ----

# Stock and shim in one run; a direct write may cost a thousandth of a trapped one.
gain() {
	two_displays "$STOCK_DM" "$SECOND"
	display a 0 trapped "$A"
	trapped=$(cost a 100)
	destroy a
	both_direct "$SECOND" 0
	display a 0 direct
	direct=$(cost a 100000)
	display a 1 direct
	relocated=$(cost a 100000)
	ktap_note "a million writes, kcycles: trapped $trapped, followed $direct, relocated $relocated"
	ktap_note "$((trapped / direct)) times faster"
	[ "$((direct * 1000))" -lt "$trapped" ]
	[ "$direct" -lt "$((relocated * 3))" ]
}

live_more secondary_vga_follows 180
live_more bochs_display_follows 180
live_test save_and_restore 180
live_more bochs_save_and_restore 180
live_more decode_off_at_the_save
live_more checkpoint
live_more paused_and_saved
live_more restored_by_stock
live_more no_more
live_more off_unless_asked
live_more live_migration 180
live_more replaced 180
live_more confined
live_more registers_as_long
live_more three_displays
live_more qxl_follows 180
live_more qxl_of_equal_memories
live_more trapped_drawing_is_seen
live_more direct_drawing_is_seen
live_more gain
live_run "$@"
