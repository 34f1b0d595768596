#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# serve_test once more, under ThreadSanitizer, which makes a race a failure of
# the test in which it happens.  It doesn't bear an address space that is laid
# out as randomly as some kernels do.
# shellcheck disable=SC2154 # of lib.mk
set -eu
exec setarch -R "$objtree/selftests/publisher/serve_race" "$@"
