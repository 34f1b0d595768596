#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Records that aren't the shim's own: those that a device model writes itself, as
# QEMU did up to 2.9, and those that somebody has left behind.  The first must
# not be fought over, the second must not be believed, and those that a restore
# needs must stay.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# expect_record PLACE: one, and the same whoever wrote it.
expect_record() {
	ktap_equal "8000000 ${1}000 40000 vga.vram" "$(dm_records)" 'records'
}

# is_recorded PLACE [NAME]
is_recorded() {
	[ "$(dm_records)" = "8000000 ${1}000 40000 ${2-vga.vram}" ]
}

# changes COMMAND...: how often the records change while it runs.
changes() {
	rm -f "$live_dir/changes"
	mkfifo "$live_dir/changes"
	xenstore-watch "$(physmap "$live_dm_domid")" >"$live_dir/changes" &
	watch=$!
	exec 9<"$live_dir/changes"
	# which speaks up once at its beginning
	read -r _ <&9
	"$@"
	# what is written here is seen after all that was written before
	xenstore-write "$(physmap "$live_dm_domid")/last" ''
	nr=0
	while read -r path <&9; do
		case $path in
		*/last)				break ;;
		*/start_addr|*/size|*/name)	nr=$((nr + 1)) ;;
		esac
	done
	kill "$watch"
	exec 9<&-
	xenstore-rm "$(physmap "$live_dm_domid")/last"
	echo "$nr"
}

# The order of QEMU up to 2.9: page by page to the BAR, then its own record.
writes_its_own() {
	dm_start 1
	dm_do move 0 f1000
	await "$(physmap "$live_dm_domid")" is_recorded f1000
	nr=$(changes dm_do record f1000)
	ktap_equal 3 "$nr" 'writes for its own record'
	expect_record f1000
	nr=$(changes dm_do move f1000 e0000)
	ktap_note "writes for a move: $nr"
	await "$(physmap "$live_dm_domid")" is_recorded e0000
	dm_do record e0000
	# libxl asks it to stop before it reads them
	nr=$(changes dm_do stop)
	ktap_equal 0 "$nr" 'writes at the end'
	expect_record e0000
	dm_end
}

leave_behind() {
	dir=$(physmap "$live_dm_domid")
	xenstore-write "$dir/8000000/start_addr" d0000000 \
		"$dir/8000000/size" 40000 "$dir/8000000/name" vga.vram \
		"$dir/9000000/start_addr" c0000000 \
		"$dir/9000000/size" 1000 "$dir/9000000/name" other
}

# It populates: what was left is of another guest, or of another device model.
starts_afresh() {
	dm_start 0 leave_behind
	await "$(physmap "$live_dm_domid")" is_recorded 8000 ram@8000000
	dm_do move 0 f1000
	await "$(physmap "$live_dm_domid")" is_recorded f1000
	dm_do stop
	expect_record f1000
	not grep -e wrong -e error "$live_dir/dm.log"
	dm_end
}

# The same for a guest of libxl's, in the directory that its domid will have.
next_guest_starts_afresh() {
	create first stock puppet
	next=$(($(domid first) + 1))
	dir=$(physmap $next)
	for home in 2000000 3000000 7000000; do
		xenstore-write "$dir/$home/start_addr" d0000000 \
			"$dir/$home/size" 1000 "$dir/$home/name" vga.vram
	done
	# libxl fails a whole save over one that lacks a node
	xenstore-write "$dir/8000000/start_addr" 8000000
	create a shim puppet
	ktap_equal "$next" "$(domid a)" 'domid'
	await_place a "$A"
	expect_whole a
	not grep -e ' d0000000 ' -e '^7000000 ' -e '^8000000 ' <<-END
	$(records a)
	END
	records a | grep "^[0-9a-f]* $A 1000000 vga.vram$"
	save a
	ktap_equal "$A" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
	expect_quiet a
}

# saved_by_2_9: as QEMU up to 2.9 has recorded it before its save, by hand: its
# video RAM is at the BAR, and at the BAR it stays when decode goes off.
saved_by_2_9() {
	create a stock puppet
	remember_views a
	xenstore-write "$(physmap "$(domid a)")/1000000/start_addr" "$A" \
		"$(physmap "$(domid a)")/1000000/size" 1000000 \
		"$(physmap "$(domid a)")/1000000/name" vga.vram
	say a decode 0
	save a
	ktap_equal "$A" "$(saved_place a)" 'record in the save'
	config a shim puppet
}

# Where its pages are is known before the guest's BAR tells.
goes_on_from_the_record() {
	restore a
	expect_log a 1 'vga.vram: restored, 4096 frames at 0xf1000'
	say a decode 1
	expect_whole a "$A"
	expect_one_memory a
	say a bar "$B"
	expect_whole a "$B"
	await_place a "$B"
	save a
	ktap_equal "$B" "$(saved_place a)" 'record in the next save'
}

record_of_2_9() {
	saved_by_2_9
	goes_on_from_the_record
}

# Its name is carried to a node that nobody looks at.
record_of_2_9_without_a_name() {
	saved_by_2_9
	offset=$(strings -t d -n 12 "$live_dir/a.save" |
		awk '$2 ~ /^physmap\/[0-9a-f]+\/name$/ { print $1 + length($2) - 4 }')
	printf nome | dd of="$live_dir/a.save" bs=1 seek="$offset" conv=notrunc 2>/dev/null
	ktap_equal '' "$(saved_place a)" 'record with a name in the save'
	restore a
	ktap_equal vga.vram "$(xenstore-read "$(physmap "$(domid a)")/1000000/name")"
	destroy a
	goes_on_from_the_record
}

live_test writes_its_own
live_test starts_afresh
live_more next_guest_starts_afresh
live_more record_of_2_9
live_more record_of_2_9_without_a_name
live_run "$@"
