#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The packages as files: the same bytes from another folder, at another time and in
# another place; no error of lintian's; and in each what is said to be in it.
# shellcheck disable=SC2154,SC2317 # of paths.sh; reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

all="libxenphysmap1 libxenphysmap-dev xenphysmap xenphysmap-selftests"

# files PACKAGE: one a line.
files() {
	dpkg-deb --fsys-tarfile "$debs/$1"_*.deb | tar -tf - | sed 's|^\.||; /\/$/d' | sort
}

version() {
	packages
	wanted=$(make -s --no-print-directory -C "$top" print-VERSION)
	for package in $all; do
		ktap_equal "$wanted" "$(dpkg-deb -f "$debs/$package"_*.deb Version)" "$package"
	done
}

contents() {
	packages
	ktap_equal "/usr/lib/x86_64-linux-gnu/libxenphysmap.so.1" \
		"$(files libxenphysmap1 | grep -v /usr/share/doc/)" libxenphysmap1
	files libxenphysmap-dev | grep -v /usr/share/doc/ >"$KTAP_TMP/dev"
	diff - "$KTAP_TMP/dev" <<-'END'
	/usr/include/xenphysmap.h
	/usr/lib/x86_64-linux-gnu/libxenphysmap-wrap.a
	/usr/lib/x86_64-linux-gnu/libxenphysmap.a
	/usr/lib/x86_64-linux-gnu/libxenphysmap.so
	/usr/lib/x86_64-linux-gnu/pkgconfig/xenphysmap-wrap.pc
	/usr/lib/x86_64-linux-gnu/pkgconfig/xenphysmap.pc
	/usr/lib/x86_64-linux-gnu/xenphysmap/xenphysmap-wrap.opt
	/usr/share/man/man3/xenphysmap.3.gz
	END
	files xenphysmap >"$KTAP_TMP/tools"
	grep -E '^(/usr)?/lib/systemd/system/xenphysmap-handover.service$' "$KTAP_TMP/tools"
	for file in bin/xenphysmap lib/xenphysmap/xenphysmap-dm lib/xenphysmap/xenphysmap-preload.so \
		    lib/xenphysmap/xenphysmap-publisher share/xenphysmap/xenphysmap.bt \
		    share/man/man1/xenphysmap.1.gz share/man/man7/xenphysmap-preload.7.gz; do
		grep -x "/usr/$file" "$KTAP_TMP/tools"
	done
	files xenphysmap-selftests | grep -x /usr/lib/xenphysmap/selftests/live/start.sh
	files xenphysmap-selftests | grep -x /usr/lib/xenphysmap/selftests/guest/puppet
}

# The preload is of no release of Xen, and works with those of all.
depends() {
	packages
	dpkg-deb -x "$debs"/xenphysmap_*.deb "$KTAP_TMP/root"
	! readelf -dW "$KTAP_TMP/root/usr/lib/xenphysmap/xenphysmap-preload.so" | grep 'NEEDED.*libxen' ||
		ktap_fail "it needs a libxen of its own"
	dpkg-deb -f "$debs"/libxenphysmap1_*.deb Depends | grep 'libxendevicemodel1 '
	dpkg-deb --ctrl-tarfile "$debs"/libxenphysmap1_*.deb | tar -xOf - ./symbols |
		grep 'xenphysmap_open@XENPHYSMAP_1.0 1.0.0'
}

lintian_() {
	command -v lintian >/dev/null || ktap_skip "no lintian here"
	packages
	lintian --allow-root --fail-on error --tag-display-limit 0 "$debs"/*.changes \
		>"$KTAP_TMP/said" 2>"$KTAP_TMP/words" || {
		cat "$KTAP_TMP/said" "$KTAP_TMP/words"
		ktap_fail "lintian: status $?"
	}
	cat "$KTAP_TMP/said"
	ktap_note "$(grep -c '^W:' "$KTAP_TMP/said" || :) warnings"
}

same_bytes() {
	packages
	(umask 027 && export TZ=Asia/Tokyo && build_into "$own/another/place")
	number=0
	for deb in "$debs"/*.deb; do
		cmp "$deb" "$own/another/place/deb/${deb##*/}"
		number=$((number + 1))
	done
	ktap_note "$number packages"
	[ "$number" -ge 4 ]
}

ktap_test version version 900
ktap_test contents
ktap_test depends
ktap_test lintian lintian_ 300
ktap_test same_bytes same_bytes 900
ktap_run "$@"
