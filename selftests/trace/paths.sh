# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # for those who source this
#
# Where the scripts of this collection find things, and how they have a device
# model do something.

# shellcheck disable=SC2154 # set by those who source this
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
own=$objtree/selftests/trace
shim=$objtree/xenphysmap-preload.so
ctl=$objtree/xenphysmap
export LC_ALL=C

# start PROGRAM...: its pid is $pid, and it hears what is said to descriptor 7.
start() {
	mkfifo "$KTAP_TMP/in" "$KTAP_TMP/out"
	"$@" <"$KTAP_TMP/in" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" 7>&- 8<&- &
	pid=$!
	exec 7>"$KTAP_TMP/in" 8<"$KTAP_TMP/out"
}

# start_traced: the device model, under the shim.
start_traced() {
	start env XENPHYSMAP_PUBLISHER="$own/scribe" XENPHYSMAP_LOG=debug \
		LD_PRELOAD="$shim $objtree/selftests/model/fakexen.so" "$own/traced"
}

# await_ok: until it has done what it was told.
await_ok() {
	read -r answer <&8 || answer=
	[ "$answer" = ok ] || {
		cat "$KTAP_TMP/err"
		ktap_fail "it doesn't answer"
	}
}

# tell WORD...: one after the other.
tell() {
	for word; do
		echo "$word" >&7
		await_ok
	done
}

stop() {
	exec 7>&- 8<&-
	wait "$pid"
}
