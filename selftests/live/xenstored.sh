#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Bad days of xenstored, and of those who share it with us: it stops, it goes
# away and comes back, somebody writes the same nodes without a pause, somebody
# reads them all the time.  QEMU never waits for it, and the truth gets in, by
# itself; what a reader sees on the way there is whole and was true a moment
# ago.  Failure means a guest that hangs on xenstored, or a save that carries a
# wrong record.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# moves GUEST NUMBER: as fast as the guest can; how long they took is in $took, in
# hundredths of a second.
moves() {
	took=$(now)
	left=$2
	while [ "$left" -gt 0 ]; do
		say "$1" movebars $((left < 50 ? left : 50)) "$B" "$C" "$A" \
			e1000000 e2000000 e3000000 d1000000 d2000000
		left=$((left - 50))
	done
	took=$(($(now) - took))
}

# stopped: nobody answers for as long as the guest takes for more moves than the
# socket to the publisher has room for messages (277, by Linux's default limit).
stopped() {
	create_small a
	moves a 50
	free=$took
	await_place a "$(ask a at status)"
	pid=$(pidof xenstored oxenstored)
	trap 'kill -CONT "$pid"; live_clean_up' EXIT
	kill -STOP "$pid"
	moves a 300
	expect_whole a
	grep '^State:.*stopped' "/proc/$pid/status"
	at=$(ask a at status)
	kill -CONT "$pid"
	start=$(now)
	await_place a "$at"
	ktap_note "50 moves took $((free / 100)) s, 300 more with xenstored" \
		"stopped $((took / 100)) s; the record was right" \
		"$(($(now) - start))0 ms after it went on"
}

# Another xenstored takes over the connections of the one before.
replaced_live() {
	command -v xenstore-control >/dev/null ||
		ktap_skip 'no xenstore-control here'
	daemon=$(readlink "/proc/$(pidof xenstored oxenstored)/exe")
	create_small a
	say a moving 100000 "$B" "$C" "$A" e1000000
	for _ in 1 2 3; do
		xenstore-control live-update "$daemon" >"$live_dir/update" 2>&1 ||
			ktap_skip "this xenstored can't be replaced live:" \
				"$(cat "$live_dir/update")"
		expect a verdict pass status
	done
	say a stop
	await_place a "$(ask a at status)"
	expect_whole a
	expect_quiet a
}

# ---- gone, and back at the same socket ----

# What xenstored keeps is lost when it ends (it begins with an empty tree), and
# with it all of libxl's; so what ends is a relay between it and the guest's
# device model and publisher.
relay_start() {
	mkfifo "$live_dir/relay.says"
	socat -d -d "UNIX-LISTEN:$live_dir/xenstored,fork" \
		UNIX-CONNECT:/run/xenstored/socket 2>"$live_dir/relay.says" &
	relay=$!
	exec 8<"$live_dir/relay.says"
	while read -r live_line <&8; do
		case $live_line in
		*listening*)	break ;;
		esac
	done
	cat <&8 >/dev/null &
	exec 8<&-
}

relay_end() {
	ktap_kill_tree "$relay"
	wait "$relay" || :
	rm "$live_dir/xenstored" "$live_dir/relay.says"
}

# await_log GUEST PATTERN
await_log() {
	mkfifo "$live_dir/log"
	tail -f -n +1 "$live_xenlog/qemu-dm-$live_prefix$1.log" >"$live_dir/log" &
	grep -m 1 -e "$2" <"$live_dir/log"
	kill $!
}

gone_for_a_while() {
	relay_start
	trap 'relay_end; live_clean_up' EXIT
	cat >"$live_dir/relayed" <<-END
	#!/bin/sh
	export XENSTORED_PATH="$live_dir/xenstored"
	exec "$PHYSMAP_DM" "\$@"
	END
	chmod +x "$live_dir/relayed"
	create a "$live_dir/relayed" puppet
	say a bar "$B"
	await_place a "$B"
	relay_end
	say a bar "$C"
	expect_whole a
	await_log a 'xenstore .* a record: .*; trying on'
	ktap_equal "$B" "$(place a)" 'record while it is gone'
	say a bar "$A"
	expect_whole a
	relay_start
	await_place a "$A"
	for at in $B $C; do
		say a bar "$at"
		await_place a "$at"
	done
	expect_log a 1 'xenstore .* a record: .*; trying on'
	qmp a query-status | grep '"status": "running"'
	save a
	ktap_equal "$C" "$(saved_place a)" 'record in the save'
}

# ---- others ----

# Two writers, each of which alone is faster than the publisher's transactions:
# between any two of its requests they change what it has read.
hostile_writers() {
	create_small a
	dir=/local/domain/0/device-model/$(domid a)
	meddle writes "$dir" >"$live_dir/writes" &
	writer=$!
	meddle transactions "$dir" >"$live_dir/transactions" &
	other=$!
	trap 'kill "$writer" "$other"; live_clean_up' EXIT
	moves a 50
	start=$(now)
	await_place a "$(ask a at status)"
	late=$(($(now) - start))
	trap live_clean_up EXIT
	kill "$writer" "$other"
	wait "$writer" "$other"
	ktap_note "50 moves in $((took / 100)) s, the record right ${late}0 ms" \
		"after the last one; against $(cat "$live_dir/writes"), and" \
		"$(cat "$live_dir/transactions")"
	expect_whole a
}

# reader NAME [-t]: its pid is in $reader; what it says comes from a fifo.
reader() {
	mkfifo "$live_dir/$1"
	# shellcheck disable=SC2086 # no word, or one
	look ${2-} "$changes" "$(physmap "$(domid a)")" \
		"$live_xenlog/qemu-dm-${live_prefix}a.log" >"$live_dir/$1" &
	reader=$!
}

# The guest goes on until both have seen enough.
changes=${CHANGES:-$((20 * ${ROUNDS:-5}))}

readers_see_the_truth() {
	create_small a
	await_place a "$A"
	reader plain
	plain=$reader
	reader transactions -t
	trap 'kill "$plain" "$reader"; live_clean_up' EXIT
	exec 3<"$live_dir/plain" 4<"$live_dir/transactions"
	say a moving 100000 "$B" "$C" "$A" e1000000 e2000000 e3000000 \
		d1000000 d2000000
	for fd in 3 4; do
		read -r line <&"$fd"
		ktap_equal enough "$line" 'reader'
	done
	say a stop
	await_place a "$(ask a at status)"
	trap live_clean_up EXIT
	kill "$plain" "$reader"
	ktap_note "without transactions: $(cat <&3)"
	ktap_note "with transactions: $(cat <&4)"
	wait "$plain"
	wait "$reader"
}

live_test stopped 240
live_more replaced_live
live_more gone_for_a_while
live_test hostile_writers 90
live_test readers_see_the_truth $((240 + changes / 2))
live_run "$@"
