# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# What the host side's parts share: words for the user, and tools that have to
# be there.  Sourced by dom0; says everything on stderr, because stdout belongs
# to the script that runs in dom0.

say()
{
	printf 'testbed: %s\n' "$*" >&2
}

die()
{
	say "$@"
	exit 125
}

# need_tools PROGRAM=PACKAGES...: install what is missing.
need_tools()
{
	local pair missing=()

	for pair; do
		# shellcheck disable=SC2206 # a list
		command -v "${pair%%=*}" >/dev/null ||
			missing+=(${pair#*=})
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	say "installing ${missing[*]}"
	{
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends -o DPkg::Lock::Timeout=300 \
			"${missing[@]}"
	} </dev/null >"$cache/tools.log" 2>&1 || {
		tail -n 20 "$cache/tools.log" >&2
		die "can't install ${missing[*]}"
	}
}

# locked NAME COMMAND...: one at a time of those with this name.
locked()
{
	local name=$1

	shift
	( flock 9; "$@" ) 9>"$O/testbed/$name.lock"
}

# make_run: $run, a directory for this run.  It is locked as long as any process
# of the run lives; one that isn't was left by a run that was killed.
make_run()
{
	local old

	exec 9>"$O/testbed/runs.lock"
	flock 9
	for old in "$O"/testbed/run.*; do
		[ ! -d "$old" ] || flock -n "$old/lock" rm -rf "$old" || :
	done
	run=$(mktemp -d "$O/testbed/run.XXXXXX")
	exec {run_lock}>"$run/lock"
	flock "$run_lock"
	exec 9>&-
}

# in_group COMMAND...: in a process group of its own, which can be ended as one.
# The end of everything if it fails: to ask for its status would switch off
# errexit within.
in_group()
{
	local job

	set -m
	( set +m; "$@" ) </dev/null >&2 &
	job=$!
	set +m
	children=("$job")
	wait "$job" || die "nothing to run"
	children=()
}

# Whatever happens, this is the end of everything that was started.
clean_up()
{
	local pid

	trap '' HUP INT TERM
	for pid in ${children[@]+"${children[@]}"}; do
		kill -TERM -- "-$pid" 2>/dev/null ||
			kill -TERM "$pid" 2>/dev/null || :
	done
	wait
	rm -rf "$run"
}
