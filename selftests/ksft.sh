# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# The test harness for shell scripts, sourced by them: KTAP version 1 on
# stdout, a subshell and a timeout for each test. POSIX sh, because it also
# runs in a dom0 where busybox is all there is.
# A script lists its tests, then hands over its command line:
#
#	. "$(dirname "$0")/../ksft.sh"
#	keeps_place() { ...; }
#	ktap_test keeps_place                   # NAME [FUNCTION [SECONDS]]
#	ktap_run "$@"
#
# A test runs under set -eu: it passes if it comes to its end. What it prints
# is shown if it fails; if it passes only what it says with ktap_note is.
# It has $KTAP_TMP, an empty directory, to itself, and is to end what it
# started in the background: only a timeout does that for it.

ktap_default_timeout=30
ktap_tests=
ktap_include=
ktap_exclude=
ktap_list_only=
ktap_seed=
ktap_rounds=
ktap_count=0
ktap_pass=0 ktap_fail=0 ktap_xfail=0 ktap_skip=0 ktap_error=0

# List a test. Without FUNCTION, it is the function called NAME.
ktap_test() {
	ktap_tests="$ktap_tests$1 ${2:-$1} ${3:-$ktap_default_timeout}
"
}

# ---- for tests ----

ktap_note() {
	printf '%s\n' "$*" >>"$ktap_dir/notes"
	printf '%s\n' "$*" >&2
}

# This cannot be tested here, because...
ktap_skip() {
	printf %s "${*:-no reason given}" | tr '\n' ' ' >"$ktap_dir/reason"
	exit 4
}

# This failed as it is known to, because...
ktap_xfail() {
	printf %s "${*:-no reason given}" | tr '\n' ' ' >"$ktap_dir/reason"
	exit 2
}

ktap_fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# ktap_equal EXPECTED SEEN [WHAT]
ktap_equal() {
	[ "$1" = "$2" ] && return
	ktap_fail "${3:+$3: }expected '$1', seen '$2'"
}

# What a random test begins with: -s, else the clock. Shown in any case.
ktap_seed() {
	[ -n "$ktap_seed" ] || ktap_seed=$(date +%s)
	ktap_note "seed: -s $ktap_seed"
	# shellcheck disable=SC2034 # for the test
	KTAP_SEED=$ktap_seed
}

# How many rounds a random test is to make: -i, else what it proposes.
ktap_iterations() {
	printf '%s\n' "${ktap_rounds:-$1}"
}

# ---- running them ----

ktap_usage() {
	echo "usage: ${0##*/} [-l] [-t NAME]... [-T NAME]... [-s SEED] [-i ITERATIONS]"
	echo "  -l  list the tests selected, run none"
	echo "  -t  run only the tests so named, -T all but them: globs as sh's"
	echo "  -s  seed, and -i number of rounds, of random tests"
}

# ktap_matches NAME PATTERNS, one a line
ktap_matches() {
	while IFS= read -r ktap_glob; do
		# shellcheck disable=SC2254 # a pattern is what it is
		case $1 in
		$ktap_glob) return 0 ;;
		esac
	done <<-END
	$2
	END
	return 1
}

ktap_selected() {
	if [ -n "$ktap_exclude" ] && ktap_matches "$1" "$ktap_exclude"; then
		return 1
	fi
	[ -z "$ktap_include" ] || ktap_matches "$1" "$ktap_include"
}

# Kill a process and what it has started, the parents stopped first so that
# nothing new appears meanwhile. (There may be no setsid and no job control.)
ktap_kill_tree() {
	kill -STOP "$1" 2>/dev/null || return 0
	grep -slx "PPid:	$1" /proc/[0-9]*/status |
	while IFS=/ read -r _ _ ktap_child _; do
		ktap_kill_tree "$ktap_child"
	done
	kill -KILL "$1" 2>/dev/null || :
}

# ktap_judge FUNCTION SECONDS: what becomes of it, in the file "verdict".
ktap_judge() {
	: >"$ktap_dir/notes"
	: >"$ktap_dir/reason"
	rm -rf "$ktap_dir/status" "$KTAP_TMP"
	mkdir "$KTAP_TMP"
	mkfifo "$ktap_dir/status"
	(
		set +e
		(
			set -eu
			"$1"
		) 9>&-
		echo $? >&9
	) 9>"$ktap_dir/status" >"$ktap_dir/log" 2>&1 </dev/null &
	ktap_pid=$!
	# Only the outer subshell has the writing end: this ends with it.
	# (busybox has a word to say when it kills head.)
	{ timeout "$2" head -n 1 <"$ktap_dir/status" >"$ktap_dir/verdict"
	} 2>/dev/null || {
		echo timeout >"$ktap_dir/verdict"
		ktap_kill_tree "$ktap_pid"
	}
	wait "$ktap_pid" 2>/dev/null || :
	ktap_pid=
	[ -s "$ktap_dir/verdict" ] || echo died >"$ktap_dir/verdict"
}

# Standard input as diagnostics; its last line may lack a newline.
ktap_diagnostics() {
	while IFS= read -r ktap_line || [ -n "$ktap_line" ]; do
		printf '# %s\n' "$ktap_line"
	done
}

# ktap_result NAME STATUS TIMEOUT
# 4 and 2 count only with a reason from ktap_skip or ktap_xfail: many a program
# exits with them when it breaks, and set -e passes that on.
ktap_result() {
	ktap_reason=$(cat "$ktap_dir/reason")
	ktap_show=log
	ktap_ok='not ok'
	ktap_why=
	ktap_last=
	case $2${ktap_reason:+ reason} in
	0*)
		ktap_show=notes
		ktap_ok=ok
		ktap_pass=$((ktap_pass + 1)) ;;
	'4 reason')
		ktap_show=notes
		ktap_ok=ok
		ktap_why=" # SKIP $ktap_reason"
		ktap_skip=$((ktap_skip + 1)) ;;
	'2 reason')
		ktap_ok=ok
		ktap_why=" # XFAIL $ktap_reason"
		ktap_xfail=$((ktap_xfail + 1)) ;;
	timeout*)
		ktap_why=" # TIMEOUT $3"
		ktap_error=$((ktap_error + 1)) ;;
	124*)
		ktap_why=" # TIMEOUT of what the test has run"
		ktap_error=$((ktap_error + 1)) ;;
	died*)
		ktap_why=" # ERROR the shell of the test was killed"
		ktap_error=$((ktap_error + 1)) ;;
	*)
		ktap_last="exit status $2"
		ktap_fail=$((ktap_fail + 1)) ;;
	esac
	ktap_diagnostics <"$ktap_dir/$ktap_show"
	[ -z "$ktap_last" ] || echo "# $ktap_last"
	ktap_count=$((ktap_count + 1))
	printf '%s %s %s%s\n' "$ktap_ok" "$ktap_count" "$1" "$ktap_why"
}

ktap_options() {
	while getopts hlt:T:s:i: ktap_opt; do
		case $ktap_opt in
		l) ktap_list_only=y ;;
		t) ktap_include="$ktap_include${ktap_include:+
}$OPTARG" ;;
		T) ktap_exclude="$ktap_exclude${ktap_exclude:+
}$OPTARG" ;;
		s) ktap_seed=$OPTARG ;;
		i) ktap_rounds=$OPTARG ;;
		h) ktap_usage; exit 0 ;;
		*) ktap_usage >&2; exit 1 ;;
		esac
	done
	[ $OPTIND -gt $# ] || { ktap_usage >&2; exit 1; }
}

ktap_begin() {
	ktap_dir=$(mktemp -d "${TMPDIR:-/tmp}/ktap.XXXXXX")
	KTAP_TMP=$ktap_dir/tmp
	trap 'rm -rf "$ktap_dir"' EXIT
	ktap_pid=
	trap '[ -z "$ktap_pid" ] || ktap_kill_tree "$ktap_pid"; exit 1' \
		HUP INT TERM
	echo "KTAP version 1"
}

# The exit status of the script: kselftest's.
ktap_end() {
	echo "# Totals: pass:$ktap_pass fail:$ktap_fail xfail:$ktap_xfail" \
		"xpass:0 skip:$ktap_skip error:$ktap_error"
	[ $((ktap_fail + ktap_error)) -eq 0 ] || exit 1
	[ $((ktap_pass + ktap_xfail)) -gt 0 ] || exit 4
	exit 0
}

# ktap_run "$@": run the tests listed. Does not return.
ktap_run() {
	ktap_options "$@"
	ktap_todo=
	ktap_plan=0
	while read -r ktap_name ktap_function ktap_seconds; do
		[ -n "$ktap_name" ] || continue
		ktap_selected "$ktap_name" || continue
		ktap_plan=$((ktap_plan + 1))
		ktap_todo="$ktap_todo$ktap_name $ktap_function $ktap_seconds
"
	done <<-END
	$ktap_tests
	END
	if [ -n "$ktap_list_only" ]; then
		printf %s "$ktap_todo" | sed 's/ .*//'
		exit 0
	fi
	ktap_begin
	if [ $ktap_plan -eq 0 ]; then
		echo "1..0 # SKIP no test of that name"
		exit 4
	fi
	echo "1..$ktap_plan"
	while read -r ktap_name ktap_function ktap_seconds; do
		[ -n "$ktap_name" ] || continue
		ktap_judge "$ktap_function" "$ktap_seconds"
		read -r ktap_verdict <"$ktap_dir/verdict"
		ktap_result "$ktap_name" "$ktap_verdict" "$ktap_seconds s"
	done <<-END
	$ktap_todo
	END
	ktap_end
}

# ktap_run_scripts SCRIPT...: run each, its KTAP nested two spaces deep under
# its own result, as it comes. For those who cannot have runner.sh, in dom0.
# Does not return.
ktap_run_scripts() {
	ktap_begin
	echo "1..$#"
	for ktap_script; do
		{
			ktap_status=0
			"$ktap_script" </dev/null || ktap_status=$?
			echo "$ktap_status" >"$ktap_dir/verdict"
		} | while IFS= read -r ktap_line || [ -n "$ktap_line" ]; do
			printf '  %s\n' "$ktap_line"
		done
		read -r ktap_verdict <"$ktap_dir/verdict"
		: >"$ktap_dir/log"
		: >"$ktap_dir/notes"
		: >"$ktap_dir/reason"
		[ "$ktap_verdict" != 4 ] || echo "all of it" >"$ktap_dir/reason"
		ktap_result "${ktap_script##*/}" "$ktap_verdict" "its own"
	done
	ktap_end
}
