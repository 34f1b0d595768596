#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What ksft.sh says of tests that end in every way a test can: the whole
# document, under each shell that scripts here are run by. Failures here mean
# that verdicts of shell tests, those in dom0 above all, can't be trusted.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../ksft.sh
. "$here/../ksft.sh"

# What only a shell's own words tell: what they differ in is not compared.
expected() {
	cat <<-'END'
	KTAP version 1
	1..19
	# seen by all
	ok 1 passes
	# before it
	# exit status 1
	not ok 2 fails
	# SHELL
	# exit status N
	not ok 3 unset_variable
	# the sum: expected '1', seen '2'
	# exit status 1
	not ok 4 unequal
	ok 5 skips # SKIP no device
	ok 6 skips_below # SKIP from a substitution
	ok 7 fails_as_known # XFAIL bug #42
	# exit status 2
	not ok 8 status_2
	# exit status 4
	not ok 9 status_4
	not ok 10 status_124 # TIMEOUT of what the test has run
	not ok 11 hangs # TIMEOUT 1 s
	# SHELL
	# exit status 137
	not ok 12 killed
	not ok 13 killed_with_its_judge # ERROR the shell of the test was killed
	# last words
	# exit status 7
	not ok 14 no_newline
	# ok 99 forged
	ok 15 speaks_ktap
	ok 16 reads_stdin
	ok 17 scratch.first
	ok 18 scratch.second
	# seed: -s 5
	# seed 5, rounds 1000
	ok 19 seeded
	# Totals: pass:6 fail:7 xfail:1 xpass:0 skip:2 error:3
	END
}

# canned SHELL OPTION...: fails if any process is left when it has ended.
canned() {
	{
		status=0
		# shellcheck disable=SC2086 # "env PATH=... sh"
		$shell "$here/canned.sh" "$@" >"$KTAP_TMP/out" 2>"$KTAP_TMP/err" ||
			status=$?
		echo "$status" >"$KTAP_TMP/status"
	} 8>&1 | timeout 20 cat || ktap_fail "processes left behind"
	cat "$KTAP_TMP/out"
	status=$(cat "$KTAP_TMP/status")
}

whole_document() {
	canned -s 5
	ktap_equal 1 "$status" "exit status"
	sed -e '/nobody_set_this/s/.*/# SHELL/' -e '/Killed/s/.*/# SHELL/' \
	    -e '/^# SHELL/,/^not ok 3/s/^\(# exit status\) [12]$/\1 N/' \
	    "$KTAP_TMP/out" >"$KTAP_TMP/general"
	expected | diff - "$KTAP_TMP/general"
}

exit_status() {
	canned -t passes -t skips
	ktap_equal 0 "$status" "a pass, a skip"
	canned -t skips
	ktap_equal 4 "$status" "a skip"
	canned -t fails_as_known
	ktap_equal 0 "$status" "a known failure"
	canned -t nobody
	ktap_equal "4 1..0 # SKIP no test of that name" \
		"$status $(tail -n 1 "$KTAP_TMP/out")"
}

selection() {
	canned -l
	ktap_equal 19 "$(wc -l <"$KTAP_TMP/out")" "tests listed"
	canned -l -t 'status_*' -t 's[ec]*' -T '*_4' -T '*.second'
	ktap_equal "status_2 status_124 scratch.first seeded" \
		"$(xargs <"$KTAP_TMP/out")"
	canned -h
	ktap_equal 0 "$status" "help"
	for wrong in -x -t stray; do
		canned "$wrong"
		ktap_equal "1 " "$status $(cat "$KTAP_TMP/out")" "$wrong"
		grep -q '^usage: ' "$KTAP_TMP/err"
	done
}

seed() {
	canned -t seeded -s 99 -i 3
	grep -qx '# seed: -s 99' "$KTAP_TMP/out"
	grep -qx '# seed 99, rounds 3' "$KTAP_TMP/out"
}

# Ended as runner.sh does it, it takes its tests with it. (The second kill: what
# bash has forked loses a signal that comes before it has become a program.)
told_to_end() {
	mkfifo "$KTAP_TMP/says"
	cat >"$KTAP_TMP/script" <<-END
	. "$here/../ksft.sh"
	forever() { echo here >"$KTAP_TMP/says"; sleep 1000; echo; }
	ktap_test forever forever 1000
	ktap_run
	END
	{
		# shellcheck disable=SC2086 # "env PATH=... sh"
		timeout 1000 $shell "$KTAP_TMP/script" &
		read -r _ <"$KTAP_TMP/says"
		kill -TERM $!
		wait $! || :
		kill -KILL -$! 2>/dev/null || :
	} 8>&1 >"$KTAP_TMP/out" | timeout 10 cat
	cat "$KTAP_TMP/out"
	ktap_equal "1..1" "$(tail -n 1 "$KTAP_TMP/out")"
}

# One document of several scripts, with their own nested in it.
scripts() {
	for name in passes skips fails; do
		cat >"$KTAP_TMP/$name" <<-END
		#!/bin/sh
		exec $shell "$here/canned.sh" -t $name
		END
		chmod +x "$KTAP_TMP/$name"
	done
	printf '#!/bin/sh\necho 1..1\nprintf "ok 1 a"\nexit 3\n' \
		>"$KTAP_TMP/three"
	chmod +x "$KTAP_TMP/three"
	cat >"$KTAP_TMP/script" <<-END
	. "$here/../ksft.sh"
	ktap_run_scripts "\$@"
	END
	status=0
	# shellcheck disable=SC2086 # "env PATH=... sh"
	$shell "$KTAP_TMP/script" "$KTAP_TMP/passes" "$KTAP_TMP/skips" \
		"$KTAP_TMP/fails" "$KTAP_TMP/three" >"$KTAP_TMP/out" || status=$?
	ktap_equal 1 "$status" "exit status"
	diff - "$KTAP_TMP/out" <<-'END'
	KTAP version 1
	1..4
	  KTAP version 1
	  1..1
	  # seen by all
	  ok 1 passes
	  # Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0
	ok 1 passes
	  KTAP version 1
	  1..1
	  ok 1 skips # SKIP no device
	  # Totals: pass:0 fail:0 xfail:0 xpass:0 skip:1 error:0
	ok 2 skips # SKIP all of it
	  KTAP version 1
	  1..1
	  # before it
	  # exit status 1
	  not ok 1 fails
	  # Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0
	# exit status 1
	not ok 3 fails
	  1..1
	  ok 1 a
	# exit status 3
	not ok 4 three
	# Totals: pass:1 fail:2 xfail:0 xpass:0 skip:1 error:0
	END
}

# Busybox with no other program in reach, as in dom0.
under_shell() { # SHELL TEST
	command -v "$1" >/dev/null || ktap_skip "no $1 here"
	shell=$1
	export TMPDIR="$KTAP_TMP"
	if [ "$1" = busybox ]; then
		mkdir "$KTAP_TMP/bin"
		busybox --install -s "$KTAP_TMP/bin"
		shell="env PATH=$KTAP_TMP/bin sh"
	fi
	"$2"
}

for name in whole_document exit_status selection seed told_to_end scripts; do
	for shell in sh bash busybox; do
		eval "${name}_$shell() { under_shell $shell $name; }"
		ktap_test "$name.$shell" "${name}_$shell"
	done
done
ktap_run "$@"
