#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Where the shim isn't wanted it has to be as if it weren't there: without the
# wrapper, in programs that aren't device models, in a device model's children.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

without_wrapper() {
	create a stock puppet
	expect_whole a
	not xenstore-exists "$(physmap "$(domid a)")"
	ktap_equal '' "$(publishers)" publishers
	expect_log a 0 xenphysmap
	not xenphysmap counters "$live_prefix"a
}

# with_and_without COMMAND...
with_and_without() {
	"$@" >"$KTAP_TMP/without" 2>&1
	LD_PRELOAD=$PHYSMAP_SHIM "$@" >"$KTAP_TMP/with" 2>&1
	cmp "$KTAP_TMP/with" "$KTAP_TMP/without"
	ktap_equal '' "$(publishers)" publishers
}

other_programs() {
	create a stock puppet
	with_and_without xl domid "$live_prefix"a
	with_and_without xl sharing
	with_and_without xenstore-ls -f "/local/domain/0/device-model"
	with_and_without "$STOCK_DM" --version
	with_and_without sh -c 'exec sh -c :'
}

# libxl-save-helper maps all of a guest's frames by the calls that are ours.
save_helper() {
	create a stock puppet
	live_file=$live_dir/a.save
	LD_PRELOAD=$PHYSMAP_SHIM xl save -c "$live_prefix"a "$live_file" \
		>"$KTAP_TMP/words" 2>&1
	not grep 'xenphysmap: ' "$KTAP_TMP/words"
	ktap_equal '' "$(publishers)" publishers
	destroy a
	restore a
	expect_whole a
}

# The script of a network device is started by QEMU, and sees the hypervisor.
children() {
	cat >"$live_dir/script" <<-END
	#!/bin/sh
	exec >>"$live_dir/script.out" 2>&1
	echo "preload: \$LD_PRELOAD"
	xenstore-ls /local/domain/0/domid
	xl domid Domain-0
	END
	chmod +x "$live_dir/script"
	tap=tap,id=t0,ifname=test0
	tap=$tap,script=$live_dir/script,downscript=$live_dir/script
	create a shim puppet "device_model_args_hvm=[\"-netdev\", \"$tap\"]"
	expect_whole a
	ktap_equal 1 "$(publishers | wc -w)" publishers
	pid=$(dm_pid a)
	destroy a
	await_exit "$pid"
	cat "$live_dir/script.out"
	ktap_equal 2 "$(grep -c "preload: $PHYSMAP_SHIM" "$live_dir/script.out")" \
		'scripts that had the shim'
	not grep 'xenphysmap:' "$live_dir/script.out"
}

live_test without_wrapper
live_test other_programs
live_more save_helper
live_more children
live_run "$@"
