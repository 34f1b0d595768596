#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# On which suites does what was built for one of them load?  A device model that
# can't load its preload doesn't start, and one whose publisher can't start has no
# records.  No Xen: the suites' own loaders and QEMUs are asked, below chroot.
# The xenphysmap command isn't asked: libxenctrl has another name in each release.
# shellcheck disable=SC2154,SC2317
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/../ksft.sh"

testbed=$here/../testbed

# products SUITE|host: where they are
products() {
	CC=gcc
	out=$objtree
	if [ "$1" != host ]; then
		CC=$("$testbed/compiler" "$1")
		out=$objtree/testbed/$1/build
	fi
	mkdir -p "$objtree/testbed"
	flock "$objtree/testbed/make.lock" make -s -C "$here/../.." CC="$CC" O="$out" >&2
	echo "$out"
}

# in_suite SUITE COMMAND...
in_suite() {
	tree=$objtree/testbed/$1/tree
	shift
	chroot "$tree" busybox env LD_BIND_NOW=1 "$@"
}

# preload_loads PRODUCTS SUITE
preload_loads() {
	"$testbed/compiler" "$2" >/dev/null
	# shellcheck disable=SC1090,SC1091,SC2153 # what suites assign
	qemu=$(. "$testbed/suites/common"; . "$testbed/suites/$2"; echo "$QEMU")
	install -D "$1/xenphysmap-preload.so" "$objtree/testbed/$2/tree/loads/preload.so"
	in_suite "$2" LD_PRELOAD=/loads/preload.so "$qemu" --version
}

# publisher_loads PRODUCTS SUITE
publisher_loads() {
	install -D "$1/xenphysmap-publisher" "$objtree/testbed/$2/tree/loads/publisher"
	in_suite "$2" /loads/publisher 2>&1 | grep 'started by the shim'
}

# The publisher is left out: libxenstore has got a new name between 4.14 and 4.17.
oldest_preload_loads_everywhere() {
	from=$(products bullseye)
	for suite in bullseye bookworm trixie sid; do
		preload_loads "$from" "$suite"
	done
	publisher_loads "$from" bullseye
}

hosts_loads_on_newer() {
	(. /etc/os-release && [ "$VERSION_CODENAME" = bookworm ]) ||
		ktap_skip 'this host is not what is older than trixie and sid'
	from=$(products host)
	for suite in bookworm trixie sid; do
		preload_loads "$from" "$suite"
		publisher_loads "$from" "$suite"
	done
}

each_loads_at_home() {
	for suite in bullseye bookworm trixie sid; do
		from=$(products "$suite")
		preload_loads "$from" "$suite"
		publisher_loads "$from" "$suite"
	done
}

ktap_test oldest_preload_loads_everywhere oldest_preload_loads_everywhere 600
ktap_test hosts_loads_on_newer hosts_loads_on_newer 600
ktap_test each_loads_at_home each_loads_at_home 600
ktap_run "$@"
