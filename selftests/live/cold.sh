#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A guest that is started, and whose BAR is placed once: the case that works
# without the shim, and that it has to leave working.  What is new is the
# records, and the readers of those are old: libxl, and QEMU up to 2.9.  A
# failure of format or order here is a save that fails elsewhere.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# Every write below physmap, as xenstored sees it.  For each connection: is it
# in a transaction, and what has it written there?  One that is refused, because
# somebody else wrote meanwhile, is none.  Since 4.18 "io:" is before a line, the
# domid behind the connection, and an answer has two lines.
# A record whose name is there already is renewed without it.
read_trace() {
	sed 's/^io: //; /^OUT(START)/d; s/^OUT(END)/OUT/; s/^\([INOUT]* [^ ]*\) (d[0-9]*)/\1/' "$1" |
	awk '
	$1 == "OUT" && ended[$2] != "" {
		if ($5 == "ERROR" && /EAGAIN/)
			refused++
		else if (ended[$2] == " start_addr size name")
			records++
		else
			renewed++
		ended[$2] = ""
	}
	$1 != "IN" { next }
	$5 == "TRANSACTION_START" { inside[$2] = 1; wrote[$2] = ""; next }
	$5 == "WRITE" && $6 ~ /\/physmap\// {
		sub(/.*\//, "", $6)
		if (inside[$2])
			wrote[$2] = wrote[$2] " " $6
		else
			print "outside of a transaction:", $0
	}
	$5 == "TRANSACTION_END" {
		inside[$2] = 0
		if (wrote[$2] == "")
			next
		if (wrote[$2] ~ /^ start_addr size( name)?$/ && $6 == "(T")
			ended[$2] = wrote[$2]
		else
			print "one transaction:" wrote[$2], $6
	}
	END {
		print "records:", records, "renewed:", renewed
		print "refused:", refused + 0 >"/dev/stderr"
	}'
}

publishes_as_qemu_did() {
	create a shim puppet memory=64
	expect_whole a "$A"
	await_place a "$A"
	ktap_equal "3000000 $A 1000000 vga.vram
4000000 4000000 10000 ram@4000000" "$(records a)" records
	# per record a directory and three nodes, and nothing else
	ktap_equal 8 "$(xenstore-ls -f "$(physmap "$(domid a)")" | wc -l)" nodes
	expect_quiet a
}

publishes_each_record_at_once() {
	pidof xenstored >/dev/null || ktap_skip 'oxenstored logs otherwise'
	xenstore-control logfile "$KTAP_TMP/trace"
	xenstore-control log on
	create a shim puppet
	await_place a "$A"
	for at in $B $C; do
		say a bar "$at"
		await_place a "$at"
	done
	xenstore-control log off
	# two blocks, then the video RAM by its name; its first place and two more
	grep -e TRANSACTION_END -e ERROR "$KTAP_TMP/trace" >&2 || :
	ktap_equal 'records: 3 renewed: 3' "$(read_trace "$KTAP_TMP/trace")"
}

live_test publishes_as_qemu_did
live_test publishes_each_record_at_once
live_run "$@"
