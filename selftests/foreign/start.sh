#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# start.sh HARNESS DIRECTORY: in dom0, run the example device models of DIRECTORY.
# They are static programs with nothing of the host's in them, so that what
# works here works in a stub domain that has no more than they have.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu

# shellcheck source=../ksft.sh
. "$1"
own=$2
shift 2

publisher=/usr/lib/xenphysmap/xenphysmap-publisher

# with_guest LIBC...: on a domain of its own, in $domid
with_guest() {
	for libc; do
		[ -x "$own/$libc/dm-wrap" ] || ktap_skip "no $libc-gcc where this was built"
	done
	domid=$("$own/toolstack" create)
	records=/local/domain/0/device-model/$domid/physmap
	trap 'xenstore-rm "${records%/physmap}" || :; "$own/toolstack" destroy "$domid" || :' EXIT
}

# The only record, as libxl would carry it: its three nodes.
expect_record() {
	ktap_equal "3000000 $1 1000000 vga.vram" "$(xenstore-list "$records") $(
		for node in start_addr size name; do
			printf '%s ' "$(xenstore-read "$records/3000000/$node")"
		done | sed 's/ $//')" "record"
	ktap_note "$records/3000000: at $1"
}

# life FIRST SECOND: one device model after the other, as over a save
life() {
	"$own/$1" "$domid" start
	expect_record d0000000
	"$own/$2" "$domid" restore
	expect_record f1000000
}

for libc in glibc musl; do
	for entry in api wrap; do
		eval "${libc}_$entry() { with_guest $libc; life $libc/dm-$entry $libc/dm-$entry; }"
		ktap_test "$libc.$entry" "${libc}_$entry" 60
	done
done

# What one has written the other reads.
each_other() {
	with_guest glibc musl
	life glibc/dm-api musl/dm-wrap
}

# Records by a process of its own, which heeds the toolstack's directory.
by_publisher() {
	with_guest glibc
	xenstore-write "${records%/physmap}" ''
	export XENPHYSMAP_PUBLISHER=$publisher
	life glibc/dm-wrap glibc/dm-api
}

# A publisher that isn't there is told, and the guest is served without.
no_publisher() {
	with_guest glibc
	XENPHYSMAP_PUBLISHER=/nonexistent "$own/glibc/dm-wrap" "$domid" start 2>"$KTAP_TMP/log"
	grep 'no publisher (No such file or directory)' "$KTAP_TMP/log"
	! xenstore-exists "$records" || ktap_fail "records"
	! XENPHYSMAP_PUBLISHER=/nonexistent "$own/glibc/dm-api" "$domid" restore 2>"$KTAP_TMP/log" ||
		ktap_fail "opened without a way to the records that were asked for"
	grep 'No such file or directory' "$KTAP_TMP/log"
}

ktap_test each_other each_other 60
ktap_test by_publisher by_publisher 60
ktap_test no_publisher no_publisher 60
ktap_run "$@"
