#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Is the shim inert in a process that is no device model?  It is inherited by
# every program that is started below one, and by one that is only asked for
# its version.  Each is run without the shim and with it: what it prints, which
# descriptors it has and what it asks of the kernel must be the same.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

qemu=${XENPHYSMAP_QEMU:-/usr/libexec/xen-qemu-system-i386}

# run WITHOUT|WITH PROGRAM...: output and exit status in files of that name
run() {
	under=$1
	shift
	status=0
	if [ "$under" = with ]; then
		LD_PRELOAD=$shim "$@" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" || status=$?
	else
		"$@" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" || status=$?
	fi
	{
		cat "$KTAP_TMP/out"
		echo "--- stderr:"
		cat "$KTAP_TMP/err"
		echo "--- status: $status"
	} >"$KTAP_TMP/$under"
}

# alike PROGRAM...: with the shim as without
alike() {
	run without "$@"
	run with "$@"
	cat "$KTAP_TMP/with"
	diff "$KTAP_TMP/without" "$KTAP_TMP/with"
}

is_mapped() {
	# shellcheck disable=SC2016 # expanded by that shell
	LD_PRELOAD=$shim /bin/sh -c 'cat /proc/$$/maps' | grep -qF "$shim" ||
		ktap_fail "the shim isn't loaded at all"
}

program() {
	is_mapped
	alike /bin/true
	alike /bin/ls /
	alike /bin/sh -c 'echo this; echo that >&2; exit 3'
}

qemu_version() {
	[ -x "$qemu" ] || ktap_skip "no $qemu here"
	alike "$qemu" -version
	grep -q "^QEMU emulator version" "$KTAP_TMP/with"
}

# Calls of libxen that the shim has no part in, and one that it passes on.
libxen_program() {
	alike "$own/linked"
	grep -qx "dummy handle closed" "$KTAP_TMP/with"
}

descriptors() {
	# shellcheck disable=SC2016 # expanded by that shell
	alike /bin/sh -c 'ls /proc/$$/fd'
}

# trace WITHOUT|WITH PROGRAM...: how often it makes which system call, but for
# those of the loader on the shim itself
trace() {
	under=$1
	shift
	[ "$under" = without ] || set -- -E "LD_PRELOAD=$shim" "$@"
	strace -f -e trace=%process,%network,write,open,openat,pipe2,dup2,eventfd2 \
		-o "$KTAP_TMP/trace" "$@" >"$KTAP_TMP/out" 2>&1
	grep -vF "\"$shim\"" "$KTAP_TMP/trace" |
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' | sort | uniq -c >"$KTAP_TMP/$under"
}

traced_alike() {
	trace without "$@"
	trace with "$@"
	cat "$KTAP_TMP/with"
	grep -q ' execve$' "$KTAP_TMP/with"
	diff "$KTAP_TMP/without" "$KTAP_TMP/with"
}

kernel_is_asked_the_same() {
	command -v strace >/dev/null || ktap_skip "no strace here"
	strace -o "$KTAP_TMP/trace" true || ktap_skip "strace can't trace here"
	traced_alike "$own/linked"
	[ ! -x "$qemu" ] || traced_alike "$qemu" -version
}

for name in program qemu_version libxen_program descriptors kernel_is_asked_the_same; do
	ktap_test "$name"
done
ktap_run "$@"
