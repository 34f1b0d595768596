#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In a fresh system of each release: built from source by its own tools, installed by
# apt, used by somebody who builds a device model, removed without a trace.  Built
# there, since libxenctrl is another library in each.
# shellcheck disable=SC2016,SC2154,SC2317 # of paths.sh; reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
. "$here/paths.sh"

if ! command -v mmdebstrap >/dev/null || [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP no mmdebstrap here, or not root"
	exit 4
fi
mirror=${TESTBED_MIRROR:-http://deb.debian.org/debian}
needs=build-essential,debhelper,libjson-c-dev,libseccomp-dev,libxen-dev,pkg-config,systemtap-sdt-dev

# make_root SUITE: $root, with what a build needs; kept until that is another list.
make_root() {
	suite=$1
	root=$KTAP_TMP/root
	tar=$own/$suite.tar
	if [ "$(cat "$tar.needs" 2>/dev/null)" != "$mirror $needs" ]; then
		mkdir -p "$own"
		mmdebstrap --mode=root --variant=minbase --include="$needs" --quiet \
			"$suite" "$tar" "$mirror" >&2
		echo "$mirror $needs" >"$tar.needs"
	fi
	mkdir "$root"
	tar -C "$root" -xf "$tar"
	trap 'umount "$root/proc"' EXIT
	mount -t proc none "$root/proc"
	cp /etc/resolv.conf "$root/etc/"
}

in_root() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
		DEBIAN_FRONTEND=noninteractive DEB_BUILD_OPTIONS="nocheck nodoc" \
		DEB_BUILD_PROFILES=nodoc "$@"
}

# What is there, but for what a package manager writes for itself.
census() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./var/lib/dpkg \
		-o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log -o -path ./build \
		-o -path ./root \) -prune -o -type f -print | sort)
}

build_there() {
	packages
	mkdir -p "$root/build"
	cp -R "$debs/xenphysmap-"*/ "$root/build/tree"
	in_root sh -c 'cd /build/tree && dpkg-buildpackage -us -uc -b' >"$KTAP_TMP/log" 2>&1 || {
		tail -n 40 "$KTAP_TMP/log"
		ktap_fail "dpkg-buildpackage"
	}
	mkdir -p "$own/$suite"
	rm -f "$own/$suite"/*.deb
	cp "$root"/build/*.deb "$own/$suite/"
}

install_there() {
	in_root sh -c 'apt-get update -qq && apt-get install -qq -y --no-install-recommends \
		$(ls /build/*.deb | grep -v dbgsym)' >"$KTAP_TMP/log" 2>&1 || {
		tail -n 40 "$KTAP_TMP/log"
		ktap_fail "apt-get install"
	}
	in_root dpkg --verify xenphysmap xenphysmap-selftests libxenphysmap1 libxenphysmap-dev
	in_root xenphysmap --version
	in_root sh -c 'ldd /usr/bin/xenphysmap /usr/lib/xenphysmap/xenphysmap-p* >/tmp/ldd &&
		! grep "not found" /tmp/ldd'
	in_root sh -c 'LD_PRELOAD=/usr/lib/xenphysmap/xenphysmap-preload.so true'
	# a service for some; it is theirs to say so
	[ -z "$(find "$root/etc/systemd" -name 'xenphysmap*')" ] || ktap_fail "a service is enabled"
}

# Somebody else's device model, by what pkg-config says, in three ways.
build_with_it() {
	cp -R "$top/selftests/example" "$root/build/"
	in_root sh -ec 'cd /build/example
	cc -Wall -Werror -o api main.c with_api.c $(pkg-config --cflags --libs xenphysmap) \
		-lxenctrl -lxenevtchn -lxencall
	ldd api | grep "libxenphysmap.so.1 => /"
	cc -static -o static main.c with_api.c $(pkg-config --static --cflags --libs xenphysmap) \
		2>/dev/null
	cc -static -o wrap main.c with_libxen.c \
		$(pkg-config --static --cflags --libs xenphysmap-wrap) 2>/dev/null
	nm wrap | grep "T __wrap_xendevicemodel_relocate_memory"'
}

remove_there() {
	in_root apt-get purge -qq -y xenphysmap xenphysmap-selftests libxenphysmap1 \
		libxenphysmap-dev >"$KTAP_TMP/log" 2>&1
	in_root apt-get autoremove --purge -qq -y >>"$KTAP_TMP/log" 2>&1
}

on() {
	make_root "$1"
	build_there
	census >"$KTAP_TMP/before"
	install_there
	build_with_it
	remove_there
	census >"$KTAP_TMP/after"
	comm -13 "$KTAP_TMP/before" "$KTAP_TMP/after" | grep xenphysmap >"$KTAP_TMP/left" || :
	cat "$KTAP_TMP/left"
	[ ! -s "$KTAP_TMP/left" ] || ktap_fail "files are left"
	ktap_note "$(ls "$own/$1")"
}

bookworm() { on bookworm; }
trixie() { on trixie; }

ktap_test bookworm bookworm 1700
ktap_test trixie trixie 1700
ktap_run "$@"
