#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program "calls" under the shim, with a fake libxen stacked below it and
# the real one, which nothing is to reach, below that.
# shellcheck disable=SC2154 # what isn't assigned here is in paths.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/paths.sh"

# there may be a xenstored here, and it is none of these tests' business
XENSTORED_PATH=/nonexistent LD_PRELOAD="$shim $own/fake.so" exec "$own/calls" "$@"
