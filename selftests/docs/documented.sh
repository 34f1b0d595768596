# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2154 # $top of those who source this
#
# For scripts on the host that run what a page has; those in dom0 have live/lib.sh.

# documented PAGE NAME: what PAGE.rst says that NAME of this script is, see README.rst.
documented() {
	collection=$(basename "$(dirname "$0")")
	awk -v want="$collection/${0##*/} $2" -f "$top/selftests/docs/blocks.awk" \
		"$top/Documentation/$1.rst" >"$KTAP_TMP/documented"
	[ -s "$KTAP_TMP/documented" ] || ktap_fail "$1.rst has no '$2'"
	cat "$KTAP_TMP/documented"
}
