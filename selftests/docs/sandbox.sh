#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# sandbox.sh DIRECTORY TREE SCRIPT: run SCRIPT as a reader of a manual would, as
# root, in TREE; what it installs is gone afterwards.  For a mount namespace of
# its own: DIRECTORY, an empty one, gets a file system in memory, and what is
# written to the system or to TREE ends there.  Exits with 4 if that can't be.
set -eu

directory=$1 tree=$2 script=$3
build=${objtree:-$tree/build}

# layer SOURCE TARGET: SOURCE is to be seen at TARGET, and not to be changed.
layers=0
layer() {
	layers=$((layers + 1))
	mkdir -p "$directory/$layers/upper" "$directory/$layers/work"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$directory/$layers/upper" \
		-o "workdir=$directory/$layers/work" "$2"
}

{
	mount -t tmpfs tmpfs "$directory" &&
		layer /usr /usr && layer /etc /etc && layer /var /var &&
		layer "$tree" "$tree"
	mkdir -p "$tree/build"
	[ "$build" = "$tree/build" ] || layer "$build" "$tree/build"
} || exit 4

unset MAKEFLAGS MFLAGS MAKELEVEL O objtree srctree
export DEBIAN_FRONTEND=noninteractive
cd "$tree"
exec sh -eux "$script" </dev/null
