#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# What "xenphysmap inspect" says of a save, and what a restore then comes to:
# they have to be the same, under stock QEMU and under the shim.  Guests that
# stock loses or damages must be said to be, and must come up under the shim.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# inspected GUEST STATUS STOCK SHIM: what it says of GUEST's save.
inspected() {
	status=0
	xenphysmap inspect "$live_dir/$1.save" >"$live_dir/words" || status=$?
	cat "$live_dir/words" >&2
	ktap_equal "$2" "$status" 'exit status'
	grep -q "^stock QEMU: $3" "$live_dir/words" || ktap_fail "not said: $3"
	grep -q "^the shim:   $4" "$live_dir/words" || ktap_fail "not said: $4"
}

# made_by stock|shim COMMAND...: a save of a guest that has obeyed.
made_by() {
	create a "$1" puppet
	shift
	remember_views a
	for command; do
		# shellcheck disable=SC2086 # a command and its arguments
		say a $command
	done
	save a
}

# restored_by stock|shim [COMMAND...]: and all is well.
restored_by() {
	config a "$1" puppet
	restore a
	shift
	for command; do
		# shellcheck disable=SC2086
		say a $command
	done
	expect_whole a
	expect_one_memory a
}

unmoved() {
	made_by stock
	inspected a 0 'restores' 'restores'
	restored_by stock
	destroy a
	restored_by shim
}

moved_under_stock() {
	stock_leaves_pages
	made_by stock "bar $B"
	inspected a 3 'LOSES' 'restores it; .* was found'
	config a stock puppet
	! restore a || ktap_fail 'stock has restored it'
	restored_by shim
	await_place a "$B"
	save a
	inspected a 0 'restores' 'restores'
}

# Stock's guest has a video RAM of its own from then on; see decode.sh.
decode_off_under_stock() {
	stock_leaves_pages
	made_by stock 'decode 0'
	inspected a 3 'DAMAGES' 'restores it; .* was found'
	config a stock puppet
	restore a
	say a decode 1
	before=$(dm_view a)
	say a mark 333
	ktap_equal "$before" "$(dm_view a)" 'what stock QEMU sees'
	destroy a
	restored_by shim 'decode 1'
	say a bar "$C"
	expect_whole a
	expect_empty a "$A"
	await_place a "$C"
	save a
	restore a
	expect_whole a
}

# And where the BAR is enabled somewhere else.
decode_off_then_elsewhere() {
	made_by stock 'decode 0'
	restored_by shim "bar $B"
	expect_empty a "$A"
	await_place a "$B"
}

by_the_shim() {
	made_by shim "bar $B"
	inspected a 0 'restores' 'restores'
	restored_by stock
	destroy a
	made_by shim "bar $B" 'decode 0'
	inspected a 0 'restores' 'restores'
	restored_by stock 'decode 1'
}

# A place that somebody has chosen is taken if there can be video RAM.
chosen() {
	made_by stock "bar $B"
	export XENPHYSMAP_VRAM_AT="$C"
	config a shim puppet
	! restore a || ktap_fail 'it was restored from nothing'
	all_logs a | grep 'there is no video RAM at 0xd0000'
	export XENPHYSMAP_VRAM_AT="$A"
	restored_by shim
	unset XENPHYSMAP_VRAM_AT
}

from_pipes() {
	made_by stock "bar $B"
	ktap_equal "$(xenphysmap inspect "$live_dir/a.save"; echo $?)" \
		"$(xenphysmap inspect - <"$live_dir/a.save"; echo $?)" 'from a pipe'
	# without its end, without its device model, and what isn't one
	for size in 40000000 1000000 1000 60 0; do
		status=0
		head -c "$size" "$live_dir/a.save" | xenphysmap inspect - || status=$?
		ktap_equal 1 "$status" "$size bytes"
	done
	ktap_equal 1 "$(xenphysmap inspect "$STOCK_DM" >/dev/null 2>&1; echo $?)" 'a program'
}

live_more unmoved 180
live_test moved_under_stock 240
live_more decode_off_under_stock 240
live_more decode_off_then_elsewhere 180
live_more by_the_shim 240
live_more chosen 180
live_more from_pipes
live_run "$@"
