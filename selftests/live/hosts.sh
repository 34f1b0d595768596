#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317,SC2016,SC2029
#
# Live migration as it is meant: to another host, by xl's own ssh, of a guest that
# moves its BAR meanwhile; and what becomes of the guest when the stream ends half
# way, the wire goes, or the other host can't have it.  Failure means that a guest
# arrives with another memory than it left with, or that a source which has to go
# on with its guest can't.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# shellcheck disable=SC2034 # for start.sh
live_machine=hosts

name=${live_prefix}a

# at HOST COMMAND...: for sh, with all that this file has from lib.sh.
at() {
	[ -n "${TESTBED_HOST-}" ] || ktap_skip 'there is one host here'
	at_host=$1
	shift
	if [ "$at_host" = "$TESTBED_HOST" ]; then
		eval "$*"
		return
	fi
	ssh "$at_host" "set -eu; here=$(cd "$here" && pwd); . \$here/lib.sh; $*"
}

# begin stock|shim: a guest, and nothing on the other host.
begin() {
	trap 'at b live_clean_up; live_clean_up' EXIT
	at b live_clean_up
	create a "$1" puppet
	learnt='learn_domid a; ln -sf a.serial "$live_dir/a.socket"'
}

# cross FROM TO: it moves its BAR all the time.
cross() {
	at "$1" 'say a moving 100000 "$B" "$C"'
	at "$1" "xl_do migrate $name $2"
	at "$1" "not xl domid $name"
	at "$2" "$learnt"'
		ask a at stop
		expect_whole a
		await_place a "$(ask a at status)"
		expect_quiet a--incoming'
}

there_and_back() {
	begin shim
	for round in $(seq "${ROUNDS:-10}"); do
		start=$(now)
		cross a b
		cross b a
		ktap_note "round $round: $((($(now) - start) / 100)) s"
	done
	say a bar "$A"
	expect_whole a "$A"
	expect_empty a "$B"
}

# What has not moved stock can migrate, and what has moved it can't: the new
# QEMU aborts, and the old one goes on with a BAR that traps.
stock() {
	begin stock
	xl_do migrate "$name" b
	at b "$learnt; expect_whole a \"\$A\"; xl_do migrate $name a"
	eval "$learnt"
	say a bar "$B"
	not xl_do migrate "$name" b
	at b 'all_logs a | grep "Assertion .p && p == memory_region_get_ram_ptr"'
	expect a access trapped status
}

# transport COMMAND: of what xl sends, what it makes of it is sent.  Only ssh has the
# end that xl reads from: when it goes xl has to see that.
transport() {
	rm -f "$live_dir/sent"
	mkfifo "$live_dir/sent"
	cat >"$live_dir/ssh" <<-END
	#!/bin/sh
	exec 3<&0
	{ $1; } <&3 >"$live_dir/sent" &
	exec dbclient -y -y -K 2 "\$1" ". /testbed/environment; xl migrate-receive" \\
		<"$live_dir/sent" 3<&-
	END
	chmod +x "$live_dir/ssh"
}

is_alone() {
	[ "$(xenstore-list /local/domain)" = 0 ]
}

# libxl's helper is killed by SIGPIPE before it has switched log-dirty mode off, and
# as long as that is on a guest may be about to leave: its BAR waits.  What saves a
# guest without moving it switches it off.
end_log_dirty() {
	[ "$(probe a log-dirty)" = on ] || return 0
	ktap_note 'log-dirty mode was left on'
	xl_do save -c "$name" /dev/null
	expect_probe a off log-dirty
}

# The guest is where it was, all of it, and as able to move, to be recorded and to
# be migrated as if nobody had tried.
goes_on() {
	ask a at stop
	end_log_dirty
	expect_whole a
	await_place a "$(ask a at status)"
	for live_at in "$A" "$B"; do
		say a bar "$live_at"
		expect_whole a "$live_at"
		await_place a "$live_at"
	done
	expect_empty a "$A"
	expect_quiet a
	at b "$(sed -n '/^is_alone()/,/^}/p' "$0")
		await /local/domain is_alone"
}

fails() {
	say a moving 100000 "$B" "$C"
	not xl_do migrate -s "$live_dir/ssh" "$name" b
	tail -n 3 "$live_dir/xl.out" >&2
}

stock_is_left_in_log_dirty_mode() {
	begin stock
	expect_probe a off log-dirty
	transport 'head -c 1000000'
	not xl_do migrate -s "$live_dir/ssh" "$name" b
	grep 'fatal signal Broken pipe' "$live_dir/xl.out"
	expect_probe a on log-dirty
	expect_whole a "$A"
	end_log_dirty
	xl_do migrate "$name" b
	at b "$learnt; expect_whole a \"\$A\""
}

# In the header, in the first MiB of memory, and half way.
cut() {
	begin shim
	for bytes in 100 1000000 16000000; do
		echo "-- after $bytes bytes" >&2
		transport "head -c $bytes"
		fails
		goes_on
	done
	cross a b
}

wire_is_down() {
	begin shim
	transport 'head -c 8000000; ip link set eth0 down; cat'
	fails
	ip link set eth0 up
	goes_on
	cross a b
}

# All of it has arrived, and the guest is suspended.
no_device_model_there() {
	begin shim
	transport cat
	at b 'mv "$PHYSMAP_DM" "$PHYSMAP_DM.away"'
	trap 'at b "mv \"\$PHYSMAP_DM.away\" \"\$PHYSMAP_DM\""; at b live_clean_up; live_clean_up' EXIT
	fails
	goes_on
}

live_more there_and_back $((120 + ${ROUNDS:-10} * 120))
live_more stock 400
live_more stock_is_left_in_log_dirty_mode 300
live_more cut 600
live_more wire_is_down 400
live_more no_device_model_there 300
live_run "$@"
