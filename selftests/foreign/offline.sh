#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Can the shim be built into somebody else's static program, by his makefile,
# compiler and libc, with or without a change to his source; and is it then
# what it is elsewhere?  Xen is the model here, and in the same process.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
export LC_ALL=C
[ -r "$top/Kbuild" ] || { echo "1..0 # SKIP no sources here"; exit 4; }

# build COMPILER [VARIABLE=VALUE]...: the example on the model, in $out
build() {
	out=$KTAP_TMP/out
	compiler=$1
	command -v "$compiler" >/dev/null || ktap_skip "no $compiler here"
	shift
	make -s -f "$here/build.mk" SRC="$top" OUT="$out" CC="$compiler" "$out/include"
	mkdir -p "$out/model"
	for file in "$here"/../model/fakexen/*.c; do
		name=${file##*/}
		[ -e "$out/model/${name%.c}.o" ] ||
		"$compiler" -std=gnu11 -D_GNU_SOURCE -O1 -isystem "$out/include" \
			-c -o "$out/model/${name%.c}.o" "$file"
	done
	make -s -f "$here/build.mk" SRC="$top" OUT="$out" CC="$compiler" \
		LIBXEN="$(echo "$out"/model/*.o)" "$@"
}

# lives PROGRAM: it does, has every page at the end, and nothing to complain of
lives() {
	"$1" 1 start restore >"$KTAP_TMP/said" 2>"$KTAP_TMP/log"
	cat "$KTAP_TMP/log"
	ktap_equal 5 "$(grep -c ' frames moved from ' "$KTAP_TMP/log")" "moves"
	ktap_equal 1 "$(grep -c ': restored, 4096 frames at 0xd0000' "$KTAP_TMP/log")" "restores"
	! grep -vE ' frames moved from |: restored, |: looking after ' "$KTAP_TMP/log" ||
		ktap_fail "complaints"
	grep -x '4096 pages found' "$KTAP_TMP/said"
	tail -n 1 "$KTAP_TMP/said" | grep -x '4096 pages right at 0xf1000'
}

both_live() {
	build "$1"
	lives "$out/dm-api"
	lives "$out/dm-wrap"
}

glibc() { both_live gcc; }
musl() { both_live musl-gcc; }

# The example without the shim: or else all this proves nothing.
stock_fails() {
	build gcc
	gcc -static -o "$out/dm-stock" "$out"/example/main.o "$out"/example/with_libxen.o \
		"$out"/model/*.o
	! "$out/dm-stock" 1 start >"$KTAP_TMP/said" || ktap_fail "no defect"
	ktap_equal '4096 pages right at 0xf1000' "$(cat "$KTAP_TMP/said")" "what stock does"
}

# defines FILE: what it shows to others
defines() {
	nm -g --defined-only "$1" | sed -n 's/^[0-9a-f]* [A-Z] //p' | sort
}

interposed() {
	printf '%s\n' '#include "symbols.h"' '#define ROW(t, f, name, ...) @name@' \
		'SYMBOLS_INTERPOSED(ROW)' |
	gcc -E -P -I"$top/shim" - | tr -s '@ ' '\n' | sed '/^$/d' | sort
}

shows_its_names_only() {
	build gcc
	interposed >"$KTAP_TMP/table"
	[ "$(wc -l <"$KTAP_TMP/table")" -gt 10 ]
	defines "$out/xenphysmap-wrap.o" >"$KTAP_TMP/wrap"
	sed 's/^/__wrap_/' "$KTAP_TMP/table" | diff - "$KTAP_TMP/wrap"
	tr ' ' '\n' <"$out/xenphysmap-wrap.opt" | sed '/^$/d; s/^--wrap=//' | sort |
		diff "$KTAP_TMP/table" -
	sed -n '/global:/,/local:/s/^[	 ]*\([a-z_]*\);.*/\1/p' "$top/shim/libxenphysmap.map" |
		sort >"$KTAP_TMP/map"
	defines "$out/xenphysmap-api.o" | diff "$KTAP_TMP/map" -
}

# Every name inside the shim is one of the program's, too, and not to be called.
names_may_meet() {
	build gcc
	for object in "$out"/shim/*.o; do
		# what isn't a name in C, as that of probes, no program has
		nm --defined-only "$object" | sed -n 's/^[0-9a-f]* [A-Z] \([A-Za-z0-9_]*\)$/\1/p'
	done | grep -vE '^(__wrap_|xenphysmap_)' | sort -u >"$KTAP_TMP/inside"
	[ "$(wc -l <"$KTAP_TMP/inside")" -gt 60 ]
	{
		echo 'void abort(void);'
		# by which the linker keeps what nobody calls
		echo '__attribute__((constructor)) static void keep(void) {}'
		sed 's/.*/void &(void) { abort(); }/' "$KTAP_TMP/inside"
	} >"$KTAP_TMP/names.c"
	gcc -O0 -w -c -o "$KTAP_TMP/names.o" "$KTAP_TMP/names.c"
	! ld -r -o "$KTAP_TMP/met.o" "$KTAP_TMP/names.o" "$out/shim/log.o" ||
		ktap_fail "they don't meet"
	rm "$out"/dm-*
	build gcc MORE="$KTAP_TMP/names.o"
	nm "$out/dm-wrap" | grep ' T log_line$'
	lives "$out/dm-api"
	lives "$out/dm-wrap"
}

# No loader to be had, and no second thread: nobody asks for one.
wants_no_loader_and_no_thread() {
	build "$1"
	for object in "$out/xenphysmap-api.o" "$out/xenphysmap-wrap.o"; do
		nm --undefined-only "$object" | sed 's/.* //' >"$KTAP_TMP/wants"
		grep -qx pthread_mutex_lock "$KTAP_TMP/wants"
		! grep -E '^(dl|pthread_create|pthread_cond|fork|system|exit$|abort$)' \
			"$KTAP_TMP/wants" || ktap_fail "wanted by ${object##*/}"
	done
	for program in "$out/dm-api" "$out/dm-wrap"; do
		! readelf -lW "$program" | grep -E 'INTERP|DYNAMIC' || ktap_fail "not static"
	done
	! nm "$out/dm-wrap" | grep -E ' dlsym| dlopen' || [ "$1" = gcc ] ||
		ktap_fail "a loader in ${1%-gcc}'s program"
}

glibc_wants() { wants_no_loader_and_no_thread gcc; }
musl_wants() { wants_no_loader_and_no_thread musl-gcc; }

# A libxenctrl that is linked in is one of those who call the shim.
libxenctrl_is_wrapped() {
	build gcc LIBXEN="$(pkg-config --static --libs xencontrol xenstore)" \
		MORE=-Wl,-y,__wrap_xendevicemodel_close >"$KTAP_TMP/said" 2>&1
	grep 'libxenctrl\.a(.*): reference to __wrap_xendevicemodel_close' "$KTAP_TMP/said"
}

for name in glibc musl stock_fails shows_its_names_only names_may_meet glibc_wants musl_wants \
	    libxenctrl_is_wrapped; do
	ktap_test "$name" "$name" 120
done
ktap_run "$@"
