#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From package to guest: the packages are installed in the dom0 of a real Xen, and the
# tests that are in one of them run there, with nothing of this tree beside them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
objtree=${objtree:-$here/../../build}
export O=$objtree
: "${TESTS=restricted there_and_back checkpoint save_helper}"

# packages are made by the collection's first script, or here
# shellcheck source=paths.sh disable=SC1091
debs=$(sh -ec 'here=$1; ktap_fail() { echo "$*" >&2; exit 1; }; . "$here/paths.sh"; packages >&2
	echo "$debs"' sh "$here")
json=$(ldconfig -p | awk '/libjson-c\.so\.5 .*x86-64/ { print $NF; exit }')
files=()
for package in libxenphysmap1 xenphysmap xenphysmap-selftests; do
	for deb in "$debs/${package}"_*.deb; do
		files+=(--file "$deb:/root/deb/")
	done
done
# shellcheck disable=SC2086 # words
exec "$here/../testbed/dom0" --no-shim --timeout 1500 "${files[@]}" \
	--file "$json:/usr/lib/x86_64-linux-gnu/libjson-c.so.5" "$here/in-dom0.sh" $TESTS
