#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# What the command says of guests that run: is it what a real Xen, a real QEMU
# and the guest say?  And does it see what somebody has spoilt?
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# told STATUS SUBCOMMAND...: what it prints is in $live_dir/told.
told() {
	wanted=$1
	shift
	status=0
	xenphysmap "$@" >"$live_dir/told" || status=$?
	cat "$live_dir/told" >&2
	ktap_equal "$wanted" "$status" "exit status of $1"
}

# tells PATTERN: a line of it.
tells() {
	grep -q -e "$1" "$live_dir/told" || ktap_fail "not told: $1"
}

# One under the shim, whose BAR has moved; one without, whose BAR has too.
# typed PAGE NAME: an example of the manual's, of a guest of this name.
typed() {
	documented "$1" "$2" | sed "s/ guest / ${live_prefix}a /" >"$live_dir/commands"
	cat "$live_dir/commands" >&2
	(cd "$live_dir" && sh -eu ./commands) >"$live_dir/told"
	cat "$live_dir/told" >&2
}

two_guests() {
	create a shim puppet
	create b stock puppet
	say a bar "$B"
	say b bar "$B"
	await_place a "$B"
}

lists() {
	two_guests
	told 0 list
	a="^ *$(domid a)  ${live_prefix}a  *yes  *"
	tells "${a}vga.vram  *16384  *1000000  *$B  placed\$"
	tells "${a}ram@2000000  *64  *2000000  *2000000  at home\$"
	tells "^ *$(domid b)  ${live_prefix}b  *no  *no records\$"
	told 0 list "$(domid b)"
	ktap_equal 2 "$(wc -l <"$live_dir/told")" lines
	told 0 list --json "${live_prefix}a"
	tells '"place": 3758096384,'
	tells '"state": "placed"'
	tells '"shim": true'
	told 1 list "${live_prefix}none"
	destroy b
}

shows() {
	two_guests
	told 0 show "${live_prefix}a"
	tells "16 MiB  vga.vram, placed; its home is 1000000\$"
	tells "16 MiB  home of vga.vram, empty\$"
	tells "64 KiB  ram@2000000, at home\$"
	tells "64 KiB  special pages\$"
	tells "^ *$B +-*+\$"
	tells '^ *100000000 +-*+$'
	told 0 show "$(domid b)"
	tells "^ *$A +-*+\$"
	tells '16 MiB  pages of no block$'
	told 0 show --svg "${live_prefix}a"
	tells '^<svg .*>$'
	tells '^</svg>$'
	told 0 show --json "${live_prefix}a"
	tells '"kind": "block placed"'
	typed xenphysmap picture
	grep -q 'vga.vram, placed' "$live_dir/guest.svg"
	told 1 show 0
}

verifies() {
	stock_leaves_pages
	two_guests
	told 3 verify
	tells "agrees   vga.vram  *placed at $B: 4096 of 4096 pages\$"
	tells "its BAR is $B, the guest's memory is behind it, 16 of 16 pages look alike"
	tells "DIFFERS  vga.vram  *at $B: 0 of 4096 pages\$"
	tells "no record of it"
	typed xenphysmap monitor
	tells 'needs a look'
	grep -q '"pages missing"' "$live_dir/state.json"
	told 0 verify "${live_prefix}a"
	say a decode 0
	told 0 verify "${live_prefix}a"
	tells 'its decode is off'
	say a decode 1
	say a bar "$C"
	await_place a "$C"
	told 0 verify "${live_prefix}a"
}

# Pages that go behind everybody's back.
sees_missing_pages() {
	create a shim puppet
	await_place a "$A"
	probe a move $((0x$A / 4096 + 8)) 8 $((0x90000))
	told 3 verify "${live_prefix}a"
	tells "DIFFERS  vga.vram  *placed at $A: 4088 of 4096 pages\$"
	told 3 verify --json "${live_prefix}a"
	tells '"pages missing"'
	told 0 show "${live_prefix}a"
	tells '32 KiB  vga.vram by its record, but NO PAGES$'
	probe a move $((0x90000)) 8 $((0x$A / 4096 + 8))
	told 0 verify "${live_prefix}a"
	expect_whole a
}

# Stock QEMU, restored with decode off, has a video RAM of its own.
sees_another_memory() {
	create a stock puppet
	say a decode 0
	save a
	restore a
	say a decode 1
	told 3 verify "${live_prefix}a"
	tells 'memory of its own is behind it'
	tells 'QEMU has another memory than the guest'
}

# next_line PATTERN: the next line of what is watched.
next_line() {
	read -r line <&9
	echo "$line" >&2
	echo "$line" | grep -q -e "$1" || ktap_fail "watch: no '$1' but '$line'"
}

watches() {
	create a shim puppet
	await_place a "$A"
	mkfifo "$live_dir/watch"
	xenphysmap watch "${live_prefix}a" >"$live_dir/watch" &
	watching=$!
	exec 9<"$live_dir/watch"
	next_line "$(domid a) ${live_prefix}a: vga.vram, 16384 KiB, placed at $A\$"
	next_line 'ram@2000000, 64 KiB, at home at 2000000$'
	say a bar "$B"
	next_line "vga.vram, 16384 KiB, moved from $A to $B\$"
	say a bar "$C"
	next_line "moved from $B to $C\$"
	destroy a
	cat <&9 >"$live_dir/told"
	exec 9<&-
	tells 'is gone$'
	status=0
	wait "$watching" || status=$?
	ktap_equal 0 "$status" 'exit status'
}

# A guest that comes after it has been started.
watches_all() {
	mkfifo "$live_dir/watch"
	xenphysmap watch >"$live_dir/watch" &
	watching=$!
	exec 9<"$live_dir/watch"
	create a shim puppet
	while read -r line <&9; do
		case $line in
		*"${live_prefix}a: vga.vram, 16384 KiB, "*" $A")	break ;;
		esac
	done
	kill "$watching"
	exec 9<&-
}

doctor_says() {
	create a shim puppet
	told 0 doctor
	tells '^xen  *ok  *Xen [0-9.]*.*; dom0, PV'
	tells "^qemu  *ok  *$(readlink -f "$STOCK_DM"), "
	tells '^bindings  *ok  *[0-9]* calls .* get to the shim, none passes it by$'
	tells '^guests  *ok  *1 of 1 device models run under the shim$'
	tells '^Ready\.$'
	typed xenphysmap ready
	tells "${live_prefix}a  *yes "
	# a QEMU that the shim can't get into, and what is none
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec %s "$@"\n' "$STOCK_DM" >"$live_dir/deaf"
	chmod +x "$live_dir/deaf"
	told 3 doctor --emulator "$live_dir/deaf"
	tells '^bindings  *PROBLEM  *[0-9]* calls '
	told 3 doctor --emulator /bin/true
	tells '^qemu  *PROBLEM'
	tells '^Not ready\.$'
}

# refused PATTERN SUBCOMMAND...: nothing but one line that says so, and 1.
refused() {
	pattern=$1
	shift
	told 1 "$@" 2>"$live_dir/words"
	cat "$live_dir/words" >&2
	ktap_equal '0 1' "$(wc -l <"$live_dir/told") $(wc -l <"$live_dir/words")" "lines of $*"
	grep -q "^xenphysmap: $pattern" "$live_dir/words" || ktap_fail "not said: $pattern"
}

says_why_not() {
	for word in list show verify watch counters replace; do
		for name in "${live_prefix}none" 32751 ''; do
			refused "$name: no such domain\$" "$word" "$name"
		done
	done
	told 0 list 0
	tells '^ *0  Domain-0  *-  *no device model$'
	refused 'Domain-0: it has no device model$' verify 0
	refused 'Domain-0: it has no device model' counters Domain-0
	if ! grep -qs PVH /sys/hypervisor/guest_type; then
		refused "Domain-0: isn't an HVM guest\$" show 0
		refused '0: is no HVM guest$' replace 0
	fi
	create b stock puppet
	refused "$(domid b): process [0-9]* has no counters" counters "$(domid b)"
}

# A device model that has crashed; records and pages are still there.
knows_a_dead_one() {
	create a shim puppet
	await_place a "$A"
	pid=$(dm_pid a)
	kill -KILL "$pid"
	await_exit "$pid"
	told 0 list "${live_prefix}a"
	tells '  -  *vga.vram '
	told 0 show "${live_prefix}a"
	told 1 verify "${live_prefix}a"
	tells "agrees   vga.vram  *placed at $A: 4096 of 4096 pages\$"
	tells "note  *its QEMU can't be asked: "
	refused "${live_prefix}a: process $pid: No such process\$" counters "${live_prefix}a"
	refused "${live_prefix}a: its device model is dead (.*) and has left no state\$" \
		replace "${live_prefix}a"
}

live_test lists
live_more shows 180
live_test verifies 180
live_more sees_missing_pages
live_more sees_another_memory 180
live_more says_why_not
live_more knows_a_dead_one
live_more watches
live_more watches_all
live_more doctor_says 180
live_run "$@"
