#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# The shim for every guest, by the toolstack's environment: whatever the guest's
# configuration says, over restores and reboots, but not for a guest that isn't
# to have it; and off again, for one that runs.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

part=${PHYSMAP_DM%/*}

# typed PAGE NAME: as a reader of the manual does, but in $live_dir and not in /usr/local.
typed() {
	documented "$1" "$2" | sed "s|/usr/lib/xenphysmap|$part|; s|/usr/local/sbin|$live_dir/sbin|" \
		>"$live_dir/commands"
	cat "$live_dir/commands" >&2
	sh -eu "$live_dir/commands"
}

# xl, as it is after what the manual says.
front() {
	mkdir -p "$live_dir/sbin"
	typed enable front
	PATH=$live_dir/sbin:$PATH
}

# shim_of GUEST: what the command says.
shim_of() {
	xenphysmap list "$live_prefix$1" | awk 'NR == 2 { print $3 }'
}

# Like the guests of people who have never heard of it.
plain() {
	config "$1" stock puppet device_model_override=
	xl_do create "$live_dir/$1.cfg"
	learn_domid "$1"
}

one_guest() {
	config a stock puppet device_model_override=
	documented enable config >>"$live_dir/a.cfg"
	xl_do create "$live_dir/a.cfg"
	learn_domid a
	ktap_equal yes "$(shim_of a)" shim
	expect_whole a
}

every_guest() {
	front
	ktap_equal "$live_dir/sbin/xl" "$(command -v xl)" xl
	# by Debian's other name for it, too
	typed enable xen
	# shellcheck disable=SC2016 # for the other sh
	printf '#!/bin/sh\necho "$LD_PRELOAD"\n' >"$live_dir/xen"
	chmod +x "$live_dir/xen"
	ktap_equal "$PHYSMAP_SHIM" "$(PATH=$PATH:$live_dir "$live_dir/sbin/xen")" xen
	plain a
	ktap_equal yes "$(shim_of a)" shim
	typed enable is_it_on >"$live_dir/told"
	grep -q "${live_prefix}a  *yes  " "$live_dir/told"
	remember_views a
	say a bar "$B"
	await_place a "$B"
	expect_whole a
	qemu_before 11 ||
		ktap_skip 'as far as a restore: QEMU takes no file by its number, since 11'
	save a
	restore a
	ktap_equal yes "$(shim_of a)" 'shim after a restore'
	expect_whole a "$B"
	expect_one_memory a
	expect_quiet a
}

is_running_anew() {
	learn_domid a 2>/dev/null && [ "$(domid a)" != "$1" ] &&
	[ "$(xenstore-read "/local/domain/0/device-model/$(domid a)/state" \
		2>/dev/null)" = running ]
}

after_a_reboot() {
	front
	config a stock puppet device_model_override= 'on_reboot="restart"'
	xl_do create "$live_dir/a.cfg"
	learn_domid a
	id=$(domid a)
	say a reset
	await /local/domain/0/device-model is_running_anew "$id"
	ktap_equal yes "$(shim_of a)" shim
	expect_whole a
}

# As a service has it, and in a toolstack that isn't asked for its name.
from_the_environment() {
	line=$(sed -n 's/^Environment=//p' "$part/toolstack.conf")
	ktap_equal "LD_PRELOAD=$PHYSMAP_SHIM" "$line" 'the drop-in'
	config a stock puppet device_model_override=
	env "$line" xl create "$live_dir/a.cfg"
	learn_domid a
	ktap_equal yes "$(shim_of a)" shim
	ktap_equal 1 "$(publishers | wc -w)" publishers
	not grep -l "$PHYSMAP_SHIM" /proc/1/maps
}

restricted() {
	front
	restrictable
	# libxl's own QEMU, where that can be had restricted
	override=
	qemu_before 10 || override="\"$live_qemu\""
	config a stock puppet "device_model_override=$override" dm_restrict=1 vkb_device=0
	xl_do create "$live_dir/a.cfg"
	learn_domid a
	ktap_equal yes "$(shim_of a)" shim
	say a bar "$B"
	await_place a "$B"
	expect_whole a
}

but_not_this_one() {
	front
	config a stock puppet device_model_override=
	documented enable but_not >>"$live_dir/a.cfg"
	xl_do create "$live_dir/a.cfg"
	learn_domid a
	plain b
	ktap_equal 'no yes' "$(shim_of a) $(shim_of b)" shims
	not grep -q xenphysmap-preload "/proc/$(dm_pid a)/environ"
	expect_log a 0 xenphysmap
	destroy b
}

# What else is preloaded stays, in its order, whichever of the two is called.
other_objects() {
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$LD_PRELOAD"\n' >"$live_dir/qemu"
	chmod +x "$live_dir/qemu"
	for preload in '' "$PHYSMAP_SHIM" /nowhere/a.so "/nowhere/a.so:$PHYSMAP_SHIM:/nowhere/b.so"; do
		others=$(echo "$preload" | sed "s|$PHYSMAP_SHIM||; s|::|:|; s|:\$||")
		for name in stock-dm xenphysmap-dm; do
			wanted=$others
			[ "$name" = stock-dm ] || wanted=$PHYSMAP_SHIM${others:+:$others}
			ktap_equal "$wanted" "$(LD_PRELOAD=$preload XENPHYSMAP_QEMU=$live_dir/qemu \
				"$part/$name" 2>/dev/null)" "$name, $preload"
		done
	done
}

# Without a reboot, and without a trace; and on again.
off_while_it_runs() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	await_place a "$B"
	documented enable running | sed "s/ guest\$/ ${live_prefix}a/" >"$live_dir/commands"
	sh -eu "$live_dir/commands"
	ktap_equal no "$(shim_of a)" shim
	ktap_equal '' "$(records a)" records
	ktap_equal '' "$(publishers "$(domid a)")" publishers
	expect_whole a "$B"
	expect_one_memory a
	xenphysmap replace "${live_prefix}a"
	ktap_equal yes "$(shim_of a)" 'shim, on again'
	say a bar "$C"
	await_place a "$C"
	expect_whole a
	expect_one_memory a
}

live_more one_guest
live_test every_guest 240
live_more after_a_reboot
live_more from_the_environment
live_more restricted
live_more but_not_this_one
live_more other_objects
live_more off_while_it_runs 180
live_run "$@"
