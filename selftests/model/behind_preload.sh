#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The model as a shared object: a program that is linked with libxen finds it
# instead, and the preload that ships finds it behind itself, version nodes and
# all.  What the shim does there is the business of the other programs.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk; called by ksft.sh
. "$(dirname "$0")/../ksft.sh"

dir=$objtree/selftests/model

stock() {
	ktap_equal "Invalid argument
nothing" "$(LD_PRELOAD="$dir/fakexen.so" "$dir/behind_preload")"
}

shim() {
	ktap_equal pixels "$(XENPHYSMAP_LOG=error \
		LD_PRELOAD="$objtree/xenphysmap-preload.so $dir/fakexen.so" \
		"$dir/behind_preload")"
}

ktap_test stock
ktap_test shim
ktap_run "$@"
