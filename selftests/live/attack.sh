#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A device model with dm_restrict's restrictions that its guest has taken over:
# what it has of the shim is the socket to the publisher, and whatever else the
# shim may have left open.  Nothing outside its own guest's records may change by
# it, and nobody else's memory be seen.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# All of xenstore but the records that are the attacker's to write.
rest_of_xenstore() {
	xenstore-ls -f | grep -v "^$(physmap "$live_dm_domid")[/ ]"
}

# log_lines PATTERN
log_lines() {
	grep -c -e "$1" "$live_dir/dm.log" || :
}

# expect_harmless: to be called after an attack.
expect_harmless() {
	rest_of_xenstore >"$live_dir/after"
	diff "$live_dir/before" "$live_dir/after"
	ktap_equal "$publisher" "$(publishers "$live_dm_domid")" 'publisher'
	# what it is asked first, it may still be at what came before
	for at in f1000 e0000; do
		number=$((number + 1))
		dm_do ask "$at" "$(printf 'a%x' "$number")"
		ktap_equal "8000000 ${at}000 1000 vga.vram" \
			"$(dm_records | grep '^8000000 ')" 'record'
	done
	ktap_equal '0 1 2 3 4' "$(fds "$publisher")" \
		"publisher's descriptors"
}

begin() {
	number=0
	create other stock puppet
	dm_start 0
	dm_do move 0 f1000
	publisher=$(publishers "$live_dm_domid")
	[ -n "$publisher" ]
	dm_do restrict "$1"
	grep -q "^Uid:.*$((0x$1))" "/proc/$live_dm_pid/status"
	rest_of_xenstore >"$live_dir/before"
}

end() {
	memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$publisher/status")
	ktap_note "publisher's memory after all: $memory KiB"
	[ "$memory" -lt 8192 ]
	dm_end
	await_exit "$publisher"
	ktap_equal 1 "$(log_lines 'messages of its that were ignored')" 'summary'
	cat "$live_dir/dm.log"
}

nonsense() {
	begin 10007
	for _ in 1 2 3; do
		dm_do nonsense "$(printf %x "$(domid other)")"
	done
	expect_harmless
	for words in 'of another size' "that isn't ours" 'unknown type' "can't be true"; do
		ktap_equal 1 "$(log_lines "$words")" "$words"
	done
	end
}

descriptors() {
	begin 10007
	dm_do descriptors
	expect_harmless
	ktap_equal 1 "$(log_lines 'file descriptors')" 'lines'
	end
}

# xenstored has more to do than this: others are served meanwhile.
flood() {
	begin 10007
	dm_do flood
	expect_harmless
	ktap_equal 1 "$(log_lines 'more records than')" 'lines'
	say other status
	end
}

# It can't say any more then, but the process doesn't spin, and goes with it.
half_closed() {
	begin 10007
	dm_do shutdown
	ktap_equal "$publisher" "$(publishers "$live_dm_domid")" 'publisher'
	before=$(cut -d' ' -f14,15 "/proc/$publisher/stat")
	say other status
	ktap_equal "$before" "$(cut -d' ' -f14,15 "/proc/$publisher/stat")" 'its time'
	# another one isn't started by the one that did this
	dm_do move f1000 e0000
	dm_do stop
	ktap_equal "$publisher" "$(publishers "$live_dm_domid")" 'publisher'
	end
}

# First with all its privileges, so that it is known what would be seen.
reaches_nobody() {
	create other stock puppet
	dm_start 0
	dm_do move 0 f1000
	other=$(printf %x "$(domid other)")
	dm_do reach "$other" 100
	case $live_answer in
	*'calls=0'*|*'maps=0'*|*'ops=0'*|*'xenstore=0'*|*'files=0'*)
		ktap_fail "nothing to lose: $live_answer" ;;
	esac
	dm_do restrict 10007
	# what the shim opens late it would open now
	dm_do move f1000 e0000
	dm_do reach "$other" 100
	ktap_equal 'ok calls=0 maps=0 ops=0 xenstore=0 files=0' "$live_answer"
	dm_do fds
	with=$live_answer
	dm_end
	LD_PRELOAD='' puppet-dm <<-END >"$live_dir/stock.out"
	domain
	start 0
	move 0 f1000
	restrict 10007
	fds
	END
	domid=$(head -n 1 "$live_dir/stock.out")
	xl destroy "${domid#ok }" >&2
	ktap_equal "ok $((${with#ok } - 1))" "$(tail -n 1 "$live_dir/stock.out")" \
		'descriptors without the shim'
}

live_test nonsense
live_test descriptors
live_test flood
live_more half_closed
live_test reaches_nobody
live_run "$@"
