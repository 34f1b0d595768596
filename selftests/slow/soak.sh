#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Random lives for as long as SOAK_SECONDS says, another seed for each batch.
# One that fails prints how it is had again.
# shellcheck disable=SC1091,SC2154,SC2317 # of lib.mk and runner.sh
set -eu
. "$(dirname "$0")/../ksft.sh"

seconds=${SOAK_SECONDS:-180}

random_ops() {
	end=$(($(date +%s) + seconds))
	lives=0
	while [ "$(date +%s)" -lt "$end" ]; do
		"$objtree/selftests/model/random_ops" -i 2000 >"$KTAP_TMP/log" 2>&1 || {
			cat "$KTAP_TMP/log"
			ktap_fail "a life went wrong"
		}
		lives=$((lives + 4000))
	done
	ktap_note "$lives lives"
}

ktap_test random_ops random_ops $((seconds + 120))
ktap_run "$@"
