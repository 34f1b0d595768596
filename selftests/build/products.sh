#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does the project build as it says it does?  With both compilers and every
# warning an error, into any folder, without touching the tree; and does what
# is installed work from where it was installed to?  A failure here is one for
# the person who types `make`.
# shellcheck disable=SC2154

. "$(dirname "$0")/../ksft.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)

# build_into FOLDER [WORD]...
build_into() {
	out=$1
	shift
	make -s -C "$top" O="$out" WERROR=1 "$@" >"$KTAP_TMP/log" 2>&1 || {
		cat "$KTAP_TMP/log"
		ktap_fail "make $* failed"
	}
	[ ! -s "$KTAP_TMP/log" ] || grep -v '^  ' "$KTAP_TMP/log" || :
}

# From nothing; and where building isn't what is tested, once for all such tests.
build() { build_into "$KTAP_TMP/out" "$@"; }
have_built() { build_into "$KTAP_TMP/../built" "$@"; }

with_compiler() {
	command -v "$1" >/dev/null || ktap_skip "no $1 here"
	build CC="$1"
	for product in libxenphysmap.so.1 libxenphysmap.a libxenphysmap-wrap.a \
		       xenphysmap-wrap.opt xenphysmap-preload.so xenphysmap-publisher \
		       xenphysmap; do
		[ -s "$KTAP_TMP/out/$product" ] || ktap_fail "$product was not built"
	done
}

gcc_builds() { with_compiler gcc; }
clang_builds() { with_compiler clang; }

state_of_tree() {
	(cd "$top" && find . -name .git -prune -o -path ./build -prune -o -newer "$KTAP_TMP/before" \
		-type f -print)
}

tree_stays_clean() {
	touch "$KTAP_TMP/before"
	build
	ktap_equal "" "$(state_of_tree)" "files that the build changed in the tree"
	make -s -C "$top" O="$KTAP_TMP/out" clean
	[ ! -e "$KTAP_TMP/out" ] || ktap_fail "make clean left something"
}

# Whoever builds this can tell that it is what others have built.
same_bytes_from_elsewhere() {
	have_built
	mkdir "$KTAP_TMP/elsewhere"
	(cd "$top" && cp -R Kbuild Makefile include shim "$KTAP_TMP/elsewhere")
	# a make around this one may have said where to build
	(umask 077 && cd "$KTAP_TMP/elsewhere" && TZ=Asia/Tokyo make -s O=build >/dev/null)
	for product in libxenphysmap.so.1 libxenphysmap.a libxenphysmap-wrap.a \
		       xenphysmap-wrap.opt xenphysmap-preload.so xenphysmap-publisher \
		       xenphysmap; do
		cmp "$out/$product" "$KTAP_TMP/elsewhere/build/$product" ||
			ktap_fail "$product differs"
	done
}

second_build_does_nothing() {
	have_built
	ktap_equal "" "$(make --no-print-directory -C "$top" O="$out" WERROR=1 | grep -E '^  (CC|LD|AR)')" \
		"what a second make builds"
}

installs() {
	have_built install DESTDIR="$KTAP_TMP/root" PREFIX=/opt/xpm
	root=$KTAP_TMP/root/opt/xpm
	for file in bin/xenphysmap lib/libxenphysmap.so lib/libxenphysmap.a \
		    lib/libxenphysmap-wrap.a lib/xenphysmap/xenphysmap-wrap.opt \
		    lib/pkgconfig/xenphysmap.pc lib/pkgconfig/xenphysmap-wrap.pc \
		    include/xenphysmap.h \
		    share/xenphysmap/xenphysmap.bt \
		    lib/xenphysmap/xenphysmap-preload.so lib/xenphysmap/xenphysmap-publisher \
		    lib/xenphysmap/stock-dm lib/xenphysmap/toolstack.conf \
		    share/bash-completion/completions/xenphysmap; do
		[ -e "$root/$file" ] || ktap_fail "$file was not installed"
	done
	"$root/bin/xenphysmap" --version
	for file in xenphysmap-dm stock-dm xl; do
		[ -x "$root/lib/xenphysmap/$file" ] || ktap_fail "$file is not executable"
	done
	# the command finds what was installed with it
	ktap_equal "$root/lib/xenphysmap/xenphysmap-preload.so" \
		"$("$root/bin/xenphysmap" run printenv LD_PRELOAD)" "the command's shim"
	grep -q "=LD_PRELOAD=/opt/xpm/lib/xenphysmap/xenphysmap-preload.so$" \
		"$root/lib/xenphysmap/toolstack.conf"
	grep -q "/opt/xpm/lib/xenphysmap/xenphysmap-preload.so" "$root/lib/xenphysmap/xenphysmap-dm"
	grep -q "=/opt/xpm/bin/xenphysmap handover$" \
		"$root/lib/systemd/system/xenphysmap-handover.service"
}

# given VERSION FILE: the arguments that a QEMU of this version gets when xl hands
# FILE over to it
given() {
	printf '#!/bin/sh\n[ "$1" != --version ] || exec echo "QEMU emulator version %s (x)"\n' \
		"$1" >"$KTAP_TMP/qemu"
	echo 'printf "%s\n" "$LD_PRELOAD" "$@"' >>"$KTAP_TMP/qemu"
	chmod +x "$KTAP_TMP/qemu"
	XENPHYSMAP_QEMU=$KTAP_TMP/qemu "$wrapper" -name 'a  b' -incoming fd:9 9<"$2" 2>&1 |
	grep -v 'ld.so: object' | tr '\n' ' '
}

# QEMU 11 takes no file by the number of a descriptor, and those before 8.2 none by
# its name.
wrapper_names_files() {
	have_built install DESTDIR= PREFIX="$KTAP_TMP/usr"
	wrapper=$KTAP_TMP/usr/lib/xenphysmap/xenphysmap-dm
	common="$KTAP_TMP/usr/lib/xenphysmap/xenphysmap-preload.so -name a  b -incoming"
	ktap_equal "$common fd:9 " "$(given 7.2.0 "$0")" 'QEMU 7.2, a file'
	ktap_equal "$common fd:9 " "$(given 10.0.13 "$0")" 'QEMU 10, a file'
	ktap_equal "$common file:/proc/self/fd/9 " "$(given 11.1.3 "$0")" 'QEMU 11, a file'
	ktap_equal "$common fd:9 " "$(given 11.1.3 /dev/null)" 'QEMU 11, no file'
}

# a device model of somebody else's, to be built against what was installed
foreign_program() {
	command -v pkg-config >/dev/null || ktap_skip "no pkg-config here"
	have_built install DESTDIR= PREFIX="$KTAP_TMP/usr"
	export PKG_CONFIG_PATH="$KTAP_TMP/usr/lib/pkgconfig"
	cat >"$KTAP_TMP/dm.c" <<-EOF
	#include <errno.h>
	#include <xenphysmap.h>
	int main(void)
	{
		return !(xenphysmap_open(1, 0, 0) == 0 && errno == EINVAL);
	}
	EOF
}

links_from_pkg_config() {
	foreign_program
	# shellcheck disable=SC2046
	gcc -Wall -Werror -o "$KTAP_TMP/dm" "$KTAP_TMP/dm.c" \
		$(pkg-config --cflags --libs xenphysmap)
	LD_LIBRARY_PATH="$KTAP_TMP/usr/lib" "$KTAP_TMP/dm"
}

# static PACKAGE SOURCE: all that it needs, and in an order that works
static() {
	# shellcheck disable=SC2046
	gcc -Wall -static -o "$KTAP_TMP/static" "$2" \
		$(pkg-config --static --cflags --libs "$1") 2>"$KTAP_TMP/warnings"
	! readelf -lW "$KTAP_TMP/static" | grep INTERP || ktap_fail "not static"
}

# the same, for programs that carry everything with them
links_static_from_pkg_config() {
	foreign_program
	static xenphysmap "$KTAP_TMP/dm.c"
	"$KTAP_TMP/static"
	nm "$KTAP_TMP/static" | grep ' T xenphysmap_open$'
	cat >"$KTAP_TMP/dm.c" <<-EOF
	#include <xenctrl.h>
	#include <xendevicemodel.h>
	int main(void)
	{
		return xendevicemodel_close(0) || xc_interface_close(0);
	}
	EOF
	static xenphysmap-wrap "$KTAP_TMP/dm.c"
	"$KTAP_TMP/static"
	nm "$KTAP_TMP/static" | grep ' T __wrap_xendevicemodel_close$'
	# libxenctrl closes a handle of its own with that of the program
	objdump -dr --no-show-raw-insn "$KTAP_TMP/static" |
	awk '/^[0-9a-f]+ </ { name = $2 } /(call|jmp).*<xendevicemodel_close>/ { print name }' \
		>"$KTAP_TMP/callers"
	ktap_equal '<next_xendevicemodel_close>:' "$(sort -u "$KTAP_TMP/callers")" \
		"who calls past the shim"
}

ktap_test gcc_builds gcc_builds 120
ktap_test clang_builds clang_builds 120
ktap_test tree_stays_clean tree_stays_clean 120
ktap_test same_bytes_from_elsewhere same_bytes_from_elsewhere 240
ktap_test second_build_does_nothing second_build_does_nothing 120
ktap_test installs installs 120
ktap_test wrapper_names_files wrapper_names_files 120
ktap_test links_from_pkg_config links_from_pkg_config 120
ktap_test links_static_from_pkg_config links_static_from_pkg_config 120
ktap_run "$@"
