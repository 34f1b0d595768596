# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # for those who source this
#
# Where the scripts of this collection find things, and the packages, which the first
# of them that needs some builds.

# shellcheck disable=SC2154 # set by those who source this
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
own=$objtree/selftests/deb
export LC_ALL=C

if [ ! -r "$top/Kbuild" ]; then
	echo "1..0 # SKIP no sources here"
	exit 4
fi
if ! command -v dpkg-buildpackage >/dev/null || ! command -v dh >/dev/null; then
	echo "1..0 # SKIP no dpkg-dev and debhelper here"
	exit 4
fi

# sources: what packages are made from, as one word.
sources() {
	(cd "$top" && find Kbuild Makefile include shim selftests Documentation -type f \
		! -path 'selftests/deb/*' -exec sha256sum {} + | sort | sha256sum | cut -d' ' -f1)
}

# build_into DIRECTORY: packages in DIRECTORY/deb.
build_into() {
	rm -rf "$1"
	mkdir -p "$1"
	DEB_BUILD_OPTIONS=nocheck make --no-print-directory -C "$top" O="$1" deb \
		>"$1/log" 2>&1 && return
	tail -n 40 "$1/log"
	ktap_fail "make deb"
}

build_once() {
	of=$(sources)
	[ "$(cat "$own/host/sources" 2>/dev/null)" != "$of" ] || return 0
	build_into "$own/host"
	echo "$of" >"$own/host/sources"
}

# packages: they are in $debs, of these sources, for all scripts that run now.
packages() {
	debs=$own/host/deb
	mkdir -p "$own"
	( flock 9; build_once 9>&- ) 9>"$own/lock"
}
