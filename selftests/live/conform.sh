#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Xen and xenstored, asked what the model of them is asked.  What the model
# answers otherwise is wrong there, and so is every test that rests on it.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# The programs that make domains are for the Xen whose libxenctrl they have.
ask_xen() {
	conform >"$KTAP_TMP/xen" 2>&1 && return
	cat "$KTAP_TMP/xen"
	not grep -q 'libxenctrl.so.*cannot open' "$KTAP_TMP/xen" ||
		ktap_skip 'built for the libxenctrl of another Xen'
	return 1
}

# results_of RELEASE FILE: without their numbers, which differ.
results_of() {
	sed -n "s/^\(.*ok\) [0-9]* $1\./\1 /p" "$2"
}

model_answers_as_xen_does() {
	ask_xen
	release=$(sed -n 's/.*ok 1 \([0-9.]*\)\..*/\1/p' "$KTAP_TMP/xen")
	conform_model "$release" >"$KTAP_TMP/model"
	results_of "$release" "$KTAP_TMP/model" >"$KTAP_TMP/expected"
	results_of "$release" "$KTAP_TMP/xen" >"$KTAP_TMP/seen"
	diff "$KTAP_TMP/expected" "$KTAP_TMP/seen"
	ktap_note "$(wc -l <"$KTAP_TMP/seen") groups, as Xen $release answers"
	[ "$(wc -l <"$KTAP_TMP/seen")" -gt 20 ]
}

# The table is the model's too: conform_store of selftests/model.
xenstore_answers_as_the_model_does() {
	conform_store
}

live_test model_answers_as_xen_does 300
live_test xenstore_answers_as_the_model_does
live_run "$@"
