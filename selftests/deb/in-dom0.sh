#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# in-dom0.sh TEST...: in the testbed's dom0, install /root/deb and run what it brings.
# That dom0 has no package database, so dependencies can't be looked at here.
set -eu

[ ! -e /usr/bin/xenphysmap ] || { echo "1..0 # SKIP it is installed already"; exit 4; }
mkdir -p /var/lib/dpkg/info
touch /var/lib/dpkg/status
for package in libxenphysmap1 xenphysmap xenphysmap-selftests; do
	dpkg -F depends -i "/root/deb/${package}"_*.deb >&2
done
rm -r /root/deb
exec /usr/lib/xenphysmap/selftests/live/start.sh /usr/lib/xenphysmap/selftests/live "$@"
