#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Are the shim's counters right, seen from outside, while the device model runs and
# without its help?  And does who reads them come to no harm by what is there?
# shellcheck disable=SC2154,SC2317 # of paths.sh; reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

# The page is found by what only root may look at, and not everywhere.
need_map_files() {
	[ "$(id -u)" = 0 ] || ktap_skip "not root"
	[ -d /proc/self/map_files ] || ktap_skip "no /proc/PID/map_files here"
}

# counted NAME=VALUE...: all others are 0.
counted() {
	"$ctl" counters --pid "$pid" >"$KTAP_TMP/seen"
	awk '$2 { print $1 "=" $2 }' "$KTAP_TMP/seen" | sort >"$KTAP_TMP/counted"
	printf '%s\n' "$@" | sort | diff - "$KTAP_TMP/counted"
}

counts() {
	need_map_files
	start_traced
	tell boot
	counted moves=1 frames_moved=64 records_published=3
	tell move
	counted moves=2 frames_moved=128 records_published=4
	tell refused
	counted moves=2 frames_moved=128 records_published=4 errors_taken=1 moves_spared=1
	tell map
	counted moves=2 frames_moved=128 records_published=4 errors_taken=1 moves_spared=1 \
		maps_translated=1
	tell save
	counted moves=2 frames_moved=128 records_published=4 errors_taken=1 moves_spared=1 \
		maps_translated=1 barriers=1
	tell restore
	stop
}

restored() {
	need_map_files
	start_traced
	tell boot move save
	"$ctl" counters --pid "$pid" >"$KTAP_TMP/before"
	tell restore
	"$ctl" counters --pid "$pid" >"$KTAP_TMP/after"
	diff "$KTAP_TMP/before" "$KTAP_TMP/after" >"$KTAP_TMP/changed" || :
	sed -n 's/^> \([a-z_]*\)  *\([0-9]*\)$/\1=\2/p' "$KTAP_TMP/changed" | sort >"$KTAP_TMP/new"
	cat "$KTAP_TMP/new"
	grep -x restored_by_record=1 "$KTAP_TMP/new"
	grep -x maps_translated=1 "$KTAP_TMP/new"
	grep -x maps_kept=1 "$KTAP_TMP/new"
	stop
}

json() {
	need_map_files
	start_traced
	tell boot
	"$ctl" counters --json --pid "$pid" >"$KTAP_TMP/json"
	grep '"domid": 1,' "$KTAP_TMP/json"
	grep '"frames_moved": 64,' "$KTAP_TMP/json"
	names=$("$ctl" counters --pid "$pid" | wc -l)
	ktap_equal $((names + 1)) "$(grep -c '": [0-9]' "$KTAP_TMP/json")" members
	stop
}

# It stays where it is, without a descriptor, and doesn't get any shorter.
no_descriptor() {
	need_map_files
	start_traced
	tell boot
	ls -l "/proc/$pid/fd" >"$KTAP_TMP/fds"
	! grep counters "$KTAP_TMP/fds" || ktap_fail "a descriptor is left"
	page=$(sed -n 's|^\([^ ]*\) rw-s .* /memfd:xenphysmap-counters (deleted)$|\1|p' "/proc/$pid/maps")
	ktap_equal 4096 "$(stat -L -c %s "/proc/$pid/map_files/$page")" "length"
	! truncate -s 0 "/proc/$pid/map_files/$page" || ktap_fail "cut off"
	"$ctl" counters --pid "$pid" >/dev/null
	stop
}

# Not even to be looked at by others.
nobody_else() {
	need_map_files
	command -v setpriv >/dev/null || ktap_skip "no setpriv here"
	start_traced
	tell boot
	cp "$ctl" "$KTAP_TMP/ctl"
	chmod 711 "$KTAP_TMP"
	! setpriv --reuid 65534 --clear-groups --inh-caps=-all \
		"$KTAP_TMP/ctl" counters --pid "$pid" 2>"$KTAP_TMP/said" || ktap_fail "served"
	grep "Permission denied" "$KTAP_TMP/said"
	stop
}

# refuses WORDS ARGUMENT...
refuses() {
	words=$1
	shift
	status=0
	"$ctl" counters "$@" >"$KTAP_TMP/seen" 2>"$KTAP_TMP/said" || status=$?
	cat "$KTAP_TMP/said"
	ktap_equal 1 "$status" "exit status"
	ktap_equal '' "$(cat "$KTAP_TMP/seen")" "stdout"
	ktap_equal 1 "$(wc -l <"$KTAP_TMP/said")" "lines on stderr"
	grep -q "^xenphysmap: .*$words" "$KTAP_TMP/said"
}

liars() {
	need_map_files
	for how in empty short other; do
		start "$own/liar" $how
		await_ok
		refuses "aren't of this version" --pid "$pid"
		stop
		rm "$KTAP_TMP/in" "$KTAP_TMP/out"
	done
	start "$own/liar" "more than there are"
	await_ok
	counted moves=7
	stop
}

no_counters() {
	need_map_files
	refuses 'has no counters' --pid $$
	refuses 'No such process' --pid 2147483647
	for wrong in x 0 -1 99999999999999999999; do
		refuses 'no process id' --pid -- $wrong
	done
	for wrong in '' '--pid' '1 2' '--wrong 1'; do
		status=0
		# shellcheck disable=SC2086 # words
		"$ctl" counters $wrong >/dev/null 2>&1 || status=$?
		ktap_equal 2 "$status" "exit status of '$wrong'"
	done
}

for name in counts restored json no_descriptor nobody_else liars no_counters; do
	ktap_test "$name"
done
ktap_run "$@"
