#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# QEMU's -sandbox is in force before it is a device model, and kills whoever
# starts a process then.  So a process whose command line is that of such a
# device model has its publisher from the first; no other has.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

# of those that tests may use, see process.h; a pid is nobody else's
domid=$((1 + $$ % 32751))

cmdline() {
	{ tr '\0' ' ' <"$1/cmdline"; } 2>/dev/null || :
}

publishers() {
	for proc in /proc/[0-9]*; do
		[ "$(cmdline "$proc")" != "xenphysmap-publisher $domid " ] ||
			echo "${proc#/proc/}"
	done
}

# counted ARGUMENT...: how many publishers a process of this command line has;
# they end with it
counted() {
	mkfifo "$KTAP_TMP/in" "$KTAP_TMP/up"
	XENSTORED_PATH=/nonexistent LD_PRELOAD=$shim \
		sh -c 'echo >&3; read -r _' "$@" <"$KTAP_TMP/in" 3>"$KTAP_TMP/up" &
	exec 4>"$KTAP_TMP/in"
	read -r _ <"$KTAP_TMP/up"
	publishers | wc -l
	exec 4>&-
	wait $! || :
	for pid in $(publishers); do
		tail --pid="$pid" -f /dev/null
	done
	rm "$KTAP_TMP/in" "$KTAP_TMP/up"
}

early() {
	ktap_equal 1 "$(counted qemu -xen-domid "$domid" -sandbox on,spawn=deny)"
	ktap_equal 1 "$(counted qemu --sandbox on -S --xen-domid "$domid")"
}

only_where_needed() {
	ktap_equal 0 "$(counted qemu -xen-domid "$domid")"
	ktap_equal 0 "$(counted qemu -xen-domid "$domid" -sandbox off)"
	ktap_equal 0 "$(counted qemu -sandbox on)"
	ktap_equal 0 "$(counted qemu -sandbox on -xen-domid)"
	ktap_equal 0 "$(counted qemu -sandbox on -xen-domid "${domid}x")"
	ktap_equal 0 "$(counted qemu -sandbox on -xen-domid '')"
}

for name in early only_where_needed; do
	ktap_test "$name"
done
ktap_run "$@"
