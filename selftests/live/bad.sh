#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# What is wrong in xenstore, and what guests do that nobody should.  Records can
# be written by whoever has a hand in a save; a guest may put its BAR anywhere.
# Neither may cost the guest a page, the host a device model, or libxl its next
# save (which fails if a record lacks a node).
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# A device model that finds other records than those that libxl has restored:
# just before it starts the hook spoils them, by put and drop.
write_meddler() {
	cat >"$live_dir/meddler" <<-'END'
	#!/bin/sh
	case " $*" in
	*' -xen-domid '*)
		domid=${*#*-xen-domid }
		dir=/local/domain/0/device-model/${domid%% *}/physmap ;;
	*)	dir=/nowhere ;;
	esac
	put() {	# KEY START SIZE [NAME]: "-" for a node that shall be missing
		[ "$2" = - ] || xenstore-write "$dir/$1/start_addr" "$2"
		[ "$3" = - ] || xenstore-write "$dir/$1/size" "$3"
		[ "${4-x}" = - ] || xenstore-write "$dir/$1/name" "${4-x}"
	}
	drop() {
		xenstore-rm "$dir/$1"
	}
	END
	cat "$live_dir/hook" >>"$live_dir/meddler"
	echo "exec '$PHYSMAP_DM' \"\$@\"" >>"$live_dir/meddler"
	chmod +x "$live_dir/meddler"
}

# restore_meddled GUEST, with the hook on stdin.
restore_meddled() {
	cat >"$live_dir/hook"
	write_meddler
	config "$1" "$live_dir/meddler" puppet
	restore "$1"
}

malformed() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	save a
	restore_meddled a <<-'END'
	put zz 3000000 1000
	put 3000000 3000000 1000 -
	put 3100000 - 1000
	put 3200000 3200000 -
	put 4000000 0x5000000 1000
	put 5000000 -1 1000
	put 6000000 6000000 0
	put 7000000 7000000 fffffffffffff000
	put 7100000 fffffffffffff000 2000
	put 8000000 8000800 1000
	put 8100000 8100000 800
	put 8100800 8200000 1000
	put 9000000 9000000 1000 "$(printf '%0300d' 7)"
	put 9100000 9100000 1000 "$(printf 'a\001b')"
	put 9200000 9200000 1000 ''
	put a000000 F0000000 1000
	put 0b000000 b000000 1000
	put c000000 10000000000000000 1000
	put d000000 'd000000 ' 1000
	put e000000 '' 1000
	END
	expect_log a 20 'is malformed'
	expect_whole a "$B"
	expect_one_memory a
	say a bar "$C"
	expect_whole a
	await_place a "$C"
	ktap_equal 2 "$(records a | wc -l)" records
	save a
	config a shim puppet
	restore a
	expect_whole a
}

# What the shim has to keep from libxl: half of a record is the end of a save.
stock_cannot_save_with_half_a_record() {
	create a stock puppet
	xenstore-write "$(physmap "$(domid a)")/1000000/start_addr" "$A"
	not xl_do save "$live_prefix"a "$live_dir/a.save"
	grep 'physmap' "$live_dir/xl.out"
	xenstore-rm "$(physmap "$(domid a)")"
	save a
}

# restore_untrue COUNT, with as many lines "WHAT HOOK" on stdin: records that are
# well-formed, and not true.
restore_untrue() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	save a
	seen=0
	while read -r what hook; do
		seen=$((seen + 1))
		echo "-- $what"
		echo "$hook" | restore_meddled a
		expect_whole a "$B"
		expect_one_memory a
		say a bar "$C"
		expect_whole a "$C"
		expect_empty a "$B"
		await_place a "$C"
		dm_log a | grep 'xenphysmap: .*record'
		pid=$(dm_pid a)
		destroy a
		await_exit "$pid"
	done
	ktap_equal "$1" "$seen" 'untrue records tried'
}

untrue() {
	restore_untrue 2 <<-'END'
	shifted		put 1000000 e0001000 1000000 vga.vram
	others-pages	put 1000000 2000000 10000 vga.vram
	END
}

untrue_in_other_ways() {
	restore_untrue 5 <<-'END'
	unpopulated	put 1000000 a8000000 1000000 vga.vram
	short		put 1000000 e0000000 800000 vga.vram
	long		put 1000000 e0000000 2000000 vga.vram
	same-home	put 1800000 a4000000 1000000 ram@1800000
	same-place	put 3000000 e0800000 1000000 ram@3000000
	END
}

none() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	save a
	restore_meddled a <<-'END'
	drop 1000000
	drop 2000000
	END
	expect_whole a "$B"
	expect_one_memory a
	await_place a "$B"
	say a bar "$C"
	expect_whole a "$C"
	expect_quiet a
}

# More than anybody has use for.
a_thousand() {
	create a shim puppet
	say a bar "$B"
	save a
	restore_meddled a <<-'END'
	for i in $(seq 1000); do
		key=$(printf %x $((0x3000000 + i * 4096)))
		echo "$dir/$key/start_addr" "$key"
		echo "$dir/$key/size" 1000
		echo "$dir/$key/name" x
	done | xargs -n 300 xenstore-write
	END
	expect_whole a "$B"
	say a bar "$C"
	expect_whole a "$C"
	save a
	config a shim puppet
	restore a
	expect_whole a "$C"
}

# In QEMU's view the RAM is in front of such a BAR, and it asks for no move.
bar_over_ram() {
	create a shim puppet memory=64
	remember_views a
	say a fill 02000000 64 5a5a5a5a
	say a bar 02000000
	for start in "$A" 3000000; do
		ktap_equal "$start" "$(place a)" record
		expect a value 5a5a5a5a read 02000000
		expect a value 5a5a5a5a read 0203fffc
		save a
		restore a
		expect a at 2000000 status
	done
	say a bar "$B"
	expect_whole a
	expect_one_memory a
	expect a value 5a5a5a5a read 02000000
	expect_quiet a
}

# Frames that are Xen's own are there, of the console, of xenstore; and devices
# that QEMU cuts out of the BAR, so that it relocates pieces.
bar_over_special_frames() {
	create a shim puppet
	remember_views a
	say a bar fe000000
	expect a access trapped status
	expect_log a 0 'frames moved from 0xf1000'
	dm_log a | grep 'xenphysmap: .*relocating'
	say a bar "$B"
	expect_whole a
	expect_one_memory a
	await_place a "$B"
}

live_test malformed
live_test stock_cannot_save_with_half_a_record
live_test untrue
live_more untrue_in_other_ways
live_test none
live_more a_thousand
live_test bar_over_ram
live_more bar_over_special_frames
live_run "$@"
