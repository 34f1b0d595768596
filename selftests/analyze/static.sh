#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs that read shim/ and look for mistakes.  What they find is
# either cured or in the file "allowed" with the reason why it isn't one; both
# lists must be the same, so that none gets longer than it need be.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk; called by ksft.sh
set -eu
. "$(dirname "$0")/../ksft.sh"

here=$srctree/selftests/analyze
# the version is a string, which only ctl.c looks into
flags="-std=gnu11 -D_GNU_SOURCE -DXENPHYSMAP_VERSION=__FILE__ -Iinclude -Ishim -Ishim/ctl"

expect_allowed() { # TOOL < "FILE CHECK" of each finding
	sort >"$KTAP_TMP/found"
	sed -n "s/^$1 //p" "$here/allowed" | sort >"$KTAP_TMP/allowed"
	diff -u "$KTAP_TMP/allowed" "$KTAP_TMP/found" && return
	grep -E '(warning|style|error):' "$KTAP_TMP/log" | head -n 40
	ktap_fail "$1: what is found isn't what is allowed"
}

# FILE:LINE:COLUMN: warning: words [CHECK], once for each line
findings() {
	sed -nE "s|^(.*/)?(shim/[^:]*):([0-9]+):[0-9]+: $1: .*\[([^]]*)\]$|\2 \4 \3|p" \
		"$KTAP_TMP/log" | sort -u | cut -d ' ' -f 1,2
}

gcc_analyzer() {
	cd "$srctree"
	for file in shim/*.c shim/ctl/*.c; do
		# shellcheck disable=SC2086
		gcc $flags -O2 -Wall -Wextra -fanalyzer -c -o "$KTAP_TMP/o" "$file"
	done >"$KTAP_TMP/log" 2>&1
	findings warning | expect_allowed gcc
}

cppcheck_() {
	cd "$srctree"
	# shellcheck disable=SC2086
	cppcheck --quiet --std=c11 --enable=warning,style,performance,portability \
		--template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		${flags#* } shim/*.c shim/ctl/*.c >"$KTAP_TMP/log" 2>&1
	findings '[a-z]+' | expect_allowed cppcheck
}

# tidy CHECKS: after those of the file.
tidy() {
	cd "$srctree"
	# shellcheck disable=SC2016 # for the other sh
	printf '%s\n' shim/*.c shim/ctl/*.c | xargs -P 2 -n 4 sh -c '
		config=$1 checks=$2 flags=$3; shift 3
		clang-tidy --quiet --config-file="$config" --checks="$checks" "$@" -- $flags' sh \
		"$here/clang-tidy.yaml" "$1" "$flags" >"$KTAP_TMP/log" 2>&1
}

clang_tidy() {
	tidy ''
	findings warning | expect_allowed clang-tidy
}

# It walks through all paths of each function, and takes a hundred times as long.  What it
# isn't asked for wants the functions of C11's annex K, which glibc hasn't.
clang_analyzer() {
	tidy '-*,clang-analyzer-*,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
	findings warning | expect_allowed clang-analyzer
}

ktap_test gcc_analyzer gcc_analyzer 120
ktap_test cppcheck cppcheck_ 60
ktap_test clang_tidy clang_tidy
[ -z "${MORE-}" ] || ktap_test clang_analyzer clang_analyzer 300
ktap_run "$@"
