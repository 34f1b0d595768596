#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# start.sh DIRECTORY [GLOB]...: in dom0, run the groups of tests in DIRECTORY
# that have a test of such a name, or have the name themselves; all of them
# without a GLOB.  Must not assume where it is itself: a testbed moves it.
set -eu

cd "$1"
shift
export TESTS="$*"

# shellcheck source=../ksft.sh
. ../ksft.sh

groups=
for group in $(grep -lx 'live_run "$@"' ./*.sh); do
	[ -z "$(sh "$group" -l)" ] || groups="$groups $group"
done
# shellcheck disable=SC2086 # names without blanks
ktap_run_scripts $groups
