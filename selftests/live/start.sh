#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# start.sh DIRECTORY [NAME=VALUE]... [GLOB]...: in dom0, run the groups of tests
# in DIRECTORY that have a test of such a name, or have the name themselves; all
# of them without a GLOB.  Of these SHARE=N/M takes one in M, and MACHINE=NAME
# those that say live_machine=NAME.  Must not assume where it is itself: a
# testbed moves it.
set -eu

cd "$1"
shift
export TESTS=
for word; do
	case $word in
	*=*)	export "${word?}" ;;
	*)	TESTS="$TESTS $word" ;;
	esac
done
: "${SHARE:=1/1}"

# shellcheck source=/dev/null
. "$PWD/../ksft.sh"

groups=
number=0
# shellcheck disable=SC2013 # words
for group in $(grep -lx 'live_run "$@"' ./*.sh); do
	[ "$(sed -n 's/^live_machine=//p' "$group")" = "${MACHINE-}" ] ||
		continue
	[ -n "$(sh "$group" -l)" ] || continue
	number=$((number + 1))
	[ $((number % ${SHARE#*/})) = $((${SHARE%/*} % ${SHARE#*/})) ] ||
		continue
	groups="$groups $group"
done
# shellcheck disable=SC2086 # names without blanks
ktap_run_scripts $groups
