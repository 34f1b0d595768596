#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Do tracers find what Documentation/tracing.rst promises?  The products' notes have
# each probe, with as many arguments as the page has; and where the kernel traces,
# the script for bpftrace prints what the device model has done.
# shellcheck disable=SC2016,SC2154,SC2317 # of paths.sh; reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/../docs/documented.sh"
. "$here/paths.sh"
page=$top/Documentation/tracing.rst

# "NAME ARGUMENTS" of a product's probes; a place that is there twice counts once.
notes() {
	readelf -n "$1" | awk '
	$1 == "Provider:"	{ ours = $2 == "xenphysmap" }
	$1 == "Name:"		{ name = $2 }
	$1 == "Arguments:" && ours { print name, NF - 1 }' | sort -u
}

promised() {
	sed -n 's/^``\([a-z_]*\)(\([^)]*\))``$/\1 \2/p' "$page" | tr -d , | awk '{ print $1, NF - 1 }' |
	sort
}

notes_are_as_documented() {
	[ -r "$page" ] || ktap_skip "no documentation here"
	[ -e /usr/include/sys/sdt.h ] || [ -n "$(ls /usr/include/*/sys/sdt.h)" ] ||
		ktap_skip "no sys/sdt.h (systemtap-sdt-dev) here"
	promised >"$KTAP_TMP/promised"
	cat "$KTAP_TMP/promised"
	[ "$(wc -l <"$KTAP_TMP/promised")" -ge 6 ] || ktap_fail "these can't be all"
	for product in xenphysmap-preload.so libxenphysmap.so.1 libxenphysmap.a; do
		notes "$objtree/$product" | diff "$KTAP_TMP/promised" - || ktap_fail "$product"
	done
}

# Nothing that has to be resolved, and nobody that is told: a nop, and a note.
nothing_is_needed() {
	for product in xenphysmap-preload.so libxenphysmap.so.1; do
		! nm -D "$objtree/$product" | grep -i 'sdt\|semaphore' || ktap_fail "$product"
	done
}

# The script that ships, attached to the product while it runs.
bpftrace_script() {
	command -v bpftrace >/dev/null || ktap_skip "no bpftrace here"
	bpftrace -e 'BEGIN { exit(); }' >"$KTAP_TMP/words" 2>&1 || {
		cat "$KTAP_TMP/words"
		ktap_skip "bpftrace can't trace here"
	}
	sed "s|@pkglibdir@|$objtree|" "$top/shim/xenphysmap.bt.in" >"$KTAP_TMP/script"
	bpftrace -B line "$KTAP_TMP/script" >"$KTAP_TMP/traced" 2>"$KTAP_TMP/words" &
	tracer=$!
	trap 'kill $tracer 2>/dev/null || :' EXIT
	start_traced
	tell boot
	# it says that it attaches, and not that it has; it does so in their order
	until grep -q '^[0-9]* move .*; [1-9][0-9]* us' "$KTAP_TMP/traced" &&
	      grep -q '^[0-9]* barrier .*; [1-9][0-9]* us' "$KTAP_TMP/traced"; do
		tell move move map save
		kill -0 "$tracer" || ktap_fail "$(cat "$KTAP_TMP/words")"
	done
	tell move refused map save restore
	# what it has seen it prints later, and not all if it is ended before
	until grep -q '^[0-9]* restore ' "$KTAP_TMP/traced"; do
		tell map
	done
	stop
	kill -INT "$tracer"
	wait "$tracer" || :
	cat "$KTAP_TMP/traced"
	sed -n "s/; [0-9]* us\$//; s/^$pid //p" "$KTAP_TMP/traced" | sed '/^restore/q' |
		tail -n 7 >"$KTAP_TMP/seen"
	diff - "$KTAP_TMP/seen" <<-'END'
	move vga.vram: 64 frames to 0xe0000: 0, at 0xe0000 now
	publish vga.vram: 64 frames of 0x3000 at 0xe0000: 0
	move vga.vram: 64 frames to 0xd0000: -16, at 0xe0000 now
	map: 64 frames, 0xe0000 for 0x3000
	barrier of domain 1: 0
	map: 64 frames, 0xe0000 for 0x3000
	restore vga.vram: 64 frames of 0x3000 at 0xe0000
	END
	grep -q '^@move_us:' "$KTAP_TMP/traced"
}

# What the page has typed for perf, but with moves to be seen instead of a minute of
# sleep; in a directory, with a cache of files and, if need be, a tracefs of its own.
perf_use() {
	command -v perf >/dev/null || ktap_skip "no perf here"
	[ "$(id -u)" = 0 ] || ktap_skip "not root"
	start_traced
	tell boot
	echo 'for _ in 1 2 3; do echo move >&7; read -r _ <&8; done' >"$KTAP_TMP/moves"
	documented tracing perf | sed "s|/usr/lib/xenphysmap/|$objtree/|
		s|sleep 60|sh $KTAP_TMP/moves|" >"$KTAP_TMP/commands"
	grep -q 'sh .*/moves' "$KTAP_TMP/commands"
	cd "$KTAP_TMP"
	# shellcheck disable=SC2016 # for the other sh
	HOME=$KTAP_TMP unshare --mount --propagation private sh -c '
		trap "perf probe -q --del sdt_xenphysmap:move_end 2>/dev/null || :" EXIT
		[ -e /sys/kernel/tracing/uprobe_events ] ||
			mount -t tracefs tracefs /sys/kernel/tracing || exit 4
		sh -eux commands' >said 2>&1 || {
		status=$?
		cat said
		[ "$status" != 4 ] || ktap_skip "perf can't trace here: $(head -n 1 said)"
		ktap_fail "exit status $status"
	}
	stop
	cat said
	grep -q 'sdt_xenphysmap:restore  *\[SDT event\]' said
	ktap_equal 3 "$(grep -c 'traced .* sdt_xenphysmap:move_end: .* arg5=0' said)" moves
}

ktap_test notes_are_as_documented
ktap_test nothing_is_needed
ktap_test bpftrace_script bpftrace_script 60
ktap_test perf_use perf_use 60
ktap_run "$@"
