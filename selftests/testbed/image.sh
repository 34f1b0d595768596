# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# When what is kept of a suite in $cache is built again: each stage if what it
# is made from has changed, which a stamp tells, and not by age, so that a run
# needs no network once the image is there.  Sourced by dom0.

# hash_of FILE...: one hash for the contents of all of them.
hash_of()
{
	cat "$@" | sha256sum | cut -d' ' -f1
}

# stale STAGE HASH
stale()
{
	[ "$(cat "$cache/$1.stamp" 2>/dev/null)" != "$2" ]
}

update_tree()
{
	local hash

	hash=$(hash_of "$here/suites/common" "$here/suites/$suite" \
		"$here/packages.sh")
	if stale tree "$hash"; then
		rm -f "$cache"/*.stamp
		build_tree
		echo "$hash" >"$cache/tree.stamp"
	fi
}

update_image()
{
	local hash

	update_tree
	hash=$(hash_of "$cache/tree.stamp" "$here/base.sh")
	if stale base "$hash"; then
		rm -f "$cache/base.stamp"
		build_base
		echo "$hash" >"$cache/base.stamp"
	fi
	[ "$stubdom" = yes ] || return 0
	hash=$(hash_of "$cache/tree.stamp" "${stubdom_sources[@]}")
	if stale stubdom "$hash"; then
		rm -f "$cache/stubdom.stamp"
		build_stubdom
		echo "$hash" >"$cache/stubdom.stamp"
	fi
}
