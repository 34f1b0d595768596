#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# A guest that is restored with other devices than it was saved with.  QEMU puts
# the option ROM of each NIC into guest frames after video RAM, in the order of
# its command line; nothing but our records says how it was, and since 10, which
# maps no ROM when it is restored, nothing says how it is.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# nics DEVICE...: a line of configuration
nics() {
	printf 'device_model_args_hvm=["-nodefaults"'
	for nic; do
		printf ', "-device", "%s"' "$nic"
	done
	echo ']'
}

# restore_with DEVICE...
restore_with() {
	sed -i '/^device_model_args_hvm=/d' "$live_dir/a.cfg"
	nics "$@" >>"$live_dir/a.cfg"
	restore a
}

saved_with() {
	create a shim puppet "$(nics "$@")"
	say a bar "$B"
	ktap_equal $((2 + $#)) "$(records a | wc -l)" records
	save a
}

four_of_four() {
	saved_with e1000 e1000 e1000 e1000
	restore_with e1000 e1000 e1000 e1000
	expect_whole a "$B"
	expect_quiet a
	expect_log a 0 'saved guest'
}

# The fourth is in a MiB of its own: 64 KiB of video BIOS, 256 KiB for each.
fourth_of_three() {
	saved_with e1000 e1000 e1000
	restore_with e1000 e1000 e1000 e1000
	! qemu_before 10 || expect_log a 1 "saved guest hasn't"
	expect_whole a "$B"
}

# The third is not, and QEMU maps that MiB once more for it.
third_of_two() {
	saved_with e1000 e1000
	restore_with e1000 e1000 e1000
	! qemu_before 10 || expect_log a 1 "saved guest hasn't"
	expect_whole a "$B"
}

# QEMU itself gives up, because of the fourth one's registers.
three_of_four() {
	saved_with e1000 e1000 e1000 e1000
	not restore_with e1000 e1000 e1000
	! qemu_before 10 ||
		all_logs a | grep "ram@2100000: the saved guest's block of 64 frames"
	restore_with e1000 e1000 e1000 e1000
	expect_whole a "$B"
}

live_more four_of_four
live_more fourth_of_three
live_more third_of_two
live_test three_of_four

live_run "$@"
