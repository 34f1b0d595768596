#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What runner.sh makes of programs that speak well or badly and end in every
# way: the program's own line, what is counted, the exit status. Failures here
# mean that the last line of a run, which people and CI read, can't be trusted.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../ksft.sh
. "$here/../ksft.sh"

# program NAME: a canned test program, from standard input
program() {
	{ echo '#!/bin/sh'; cat; } >"$KTAP_TMP/$1"
	chmod +x "$KTAP_TMP/$1"
}

# run NAME...: by a copy of the runner, so that we decide of its settings
run() {
	mkdir -p "$KTAP_TMP/c"
	cp "$here/../runner.sh" "$KTAP_TMP"
	programs=
	for name; do
		programs="$programs c:$KTAP_TMP/$name"
	done
	{
		status=0
		# shellcheck disable=SC2086 # one argument each
		"$KTAP_TMP/runner.sh" $programs >"$KTAP_TMP/log" || status=$?
		echo "$status" >"$KTAP_TMP/status"
	} 8>&1 | timeout "${patience:-20}" cat ||
		ktap_fail "processes left behind"
	cat "$KTAP_TMP/log"
	status=$(cat "$KTAP_TMP/status")
}

# verdict RESULT EXIT_STATUS LAST_LINE: of one program, run alone
verdict() {
	ktap_equal "KTAP version 1 1..1" "$(sed 2q "$KTAP_TMP/log" | xargs)"
	ktap_equal "$1" "$(grep -E '^(not )?ok' "$KTAP_TMP/log")" result
	ktap_equal "$2" "$status" "exit status"
	ktap_equal "$3" "$(tail -n 1 "$KTAP_TMP/log")" "last line"
}

said() {
	grep -qxF "$1" "$KTAP_TMP/log" || ktap_fail "'$1' isn't there"
}

unsaid() {
	! grep -q "$1" "$KTAP_TMP/log" || ktap_fail "'$1' is there"
}

good() {
	program good <<-'END'
	echo KTAP version 1
	echo 1..5
	echo "# a word"
	echo ok 1 a
	echo "ok 2 - b # SKIP no device # 3"
	echo "ok 3 c # XFAIL bug #7"
	echo "not ok 4 d # TODO"
	echo "ok 5 e # skip as bats says it"
	END
	run good
	verdict "ok 1 selftests: c: good" 0 "3 passed, 0 failed, 2 skipped"
	said "  ok 3 c # XFAIL bug #7"
	said "  # a word"
	said "# skipped: c: good: b # SKIP no device # 3"
	said "# skipped: c: good: e # SKIP as bats says it"
	said "# Totals: pass:1 fail:0 xfail:2 xpass:0 skip:2 error:0"
}

bad() {
	program bad <<-'END'
	echo 1..5
	echo ok 1 a
	echo not ok 2 b
	echo "not ok 3 c # TIMEOUT 30 s"
	echo "not ok 4 d # ERROR no memory"
	echo "ok 5 e # XPASS bug 8"
	exit 1
	END
	run bad
	verdict "not ok 1 selftests: c: bad" 1 "1 passed, 4 failed, 0 skipped"
	said "# failed: c: bad: b"
	said "# failed: c: bad: c # TIMEOUT 30 s"
	said "# failed: c: bad: e # XPASS bug 8"
	said "# Totals: pass:1 fail:1 xfail:0 xpass:1 skip:0 error:2"
}

# An exit status of 0 makes no failure good.
bad_but_says_0() {
	program bad <<-'END'
	echo 1..1
	echo not ok 1 a
	END
	run bad
	verdict "not ok 1 selftests: c: bad" 1 "0 passed, 1 failed, 0 skipped"
}

says_1_but_good() {
	program good <<-'END'
	echo 1..1
	echo ok 1 a
	exit 23
	END
	run good
	verdict "not ok 1 selftests: c: good # ERROR exit status 23, though nothing failed" \
		1 "1 passed, 1 failed, 0 skipped"
}

too_few() {
	program few <<-'END'
	echo 1..3
	echo ok 1 a
	echo ok 2 b
	END
	run few
	verdict "not ok 1 selftests: c: few # ERROR exit status 0, planned 3 results, had 2" \
		1 "2 passed, 1 failed, 0 skipped"
	said "# failed: c: few # ERROR exit status 0, planned 3 results, had 2"
	said "# Totals: pass:2 fail:0 xfail:0 xpass:0 skip:0 error:1"
}

too_many() {
	program many <<-'END'
	echo 1..1
	echo ok 1 a
	echo ok 2 b
	END
	run many
	verdict "not ok 1 selftests: c: many # ERROR exit status 0, planned 1 results, had 2" \
		1 "2 passed, 1 failed, 0 skipped"
}

out_of_order() {
	program order <<-'END'
	echo 1..3
	echo ok 1 a
	echo ok 3 c
	echo ok 2 b
	END
	run order
	verdict "not ok 1 selftests: c: order # ERROR exit status 0, result 3 where 2 was due" \
		1 "3 passed, 1 failed, 0 skipped"
}

no_plan() {
	program planless <<-'END'
	echo ok 1 a
	END
	run planless
	verdict "not ok 1 selftests: c: planless # ERROR exit status 0, no plan" \
		1 "1 passed, 1 failed, 0 skipped"
}

mute() {
	program mute <<-'END'
	echo "all is well"
	END
	run mute
	verdict "not ok 1 selftests: c: mute # ERROR exit status 0, no results" \
		1 "0 passed, 1 failed, 0 skipped"
	program empty_plan <<-'END'
	echo 1..0
	END
	run empty_plan
	verdict "not ok 1 selftests: c: empty_plan # ERROR exit status 0, no results" \
		1 "0 passed, 1 failed, 0 skipped"
}

crash() {
	program crash <<-'END'
	echo 1..2
	echo ok 1 a
	kill -SEGV $$
	END
	run crash
	verdict "not ok 1 selftests: c: crash # ERROR signal 11, planned 2 results, had 1" \
		1 "1 passed, 1 failed, 0 skipped"
	program late <<-'END'
	echo 1..1
	echo ok 1 a
	kill -KILL $$
	END
	run late
	verdict "not ok 1 selftests: c: late # ERROR signal 9" \
		1 "1 passed, 1 failed, 0 skipped"
}

absent() {
	run absent
	verdict "not ok 1 selftests: c: absent # ERROR exit status 127, no results" \
		1 "0 passed, 1 failed, 0 skipped"
}

skip() {
	program skip <<-'END'
	echo "KTAP version 1"
	echo "1..0 # SKIP no Xen"
	exit 4
	END
	run skip
	verdict "ok 1 selftests: c: skip # SKIP no Xen" \
		4 "0 passed, 0 failed, 1 skipped"
	said "# skipped: c: skip # SKIP no Xen"
	program wordy <<-'END'
	echo "no socat here"
	exit 4
	END
	run wordy
	verdict "ok 1 selftests: c: wordy # SKIP no socat here" \
		4 "0 passed, 0 failed, 1 skipped"
	program all <<-'END'
	echo 1..2
	echo "ok 1 a # SKIP x"
	echo "ok 2 b # SKIP y"
	exit 4
	END
	run all
	verdict "ok 1 selftests: c: all" 4 "0 passed, 0 failed, 2 skipped"
}

# To give up in the middle is no skip.
skip_too_late() {
	program late <<-'END'
	echo 1..2
	echo "ok 1 a"
	exit 4
	END
	run late
	verdict "not ok 1 selftests: c: late # ERROR exit status 4, planned 2 results, had 1" \
		1 "1 passed, 1 failed, 0 skipped"
	program promises <<-'END'
	echo 1..2
	exit 4
	END
	run promises
	verdict "not ok 1 selftests: c: promises # ERROR exit status 4, planned 2 results, had 0" \
		1 "0 passed, 1 failed, 0 skipped"
}

# Deaf to polite signals, and not alone.
time_out() {
	program deaf <<-'END'
	trap '' TERM
	echo 1..2
	echo ok 1 a
	sh -c 'trap "" TERM; sleep 1000; sleep 1000' &
	sleep 1000
	sleep 1000
	END
	mkdir "$KTAP_TMP/c"
	echo timeout=1 >"$KTAP_TMP/c/settings"
	run deaf
	verdict "not ok 1 selftests: c: deaf # TIMEOUT 1 s" \
		1 "1 passed, 1 failed, 0 skipped"
	said "# failed: c: deaf # TIMEOUT 1 s"
	# One that reports a timeout of what it has run.
	program reports <<-'END'
	exit 124
	END
	echo timeout=0 >"$KTAP_TMP/c/settings"
	run reports
	verdict "not ok 1 selftests: c: reports # TIMEOUT 0 s" \
		1 "0 passed, 1 failed, 0 skipped"
}

leftovers() {
	program leaves <<-'END'
	echo 1..1
	sleep 1000 &
	echo ok 1 a
	END
	run leaves
	verdict "ok 1 selftests: c: leaves" 0 "1 passed, 0 failed, 0 skipped"
	# A daemon is not killed, and nobody waits for it.
	program daemon <<-END
	echo 1..1
	setsid sh -c 'echo \$\$ >$KTAP_TMP/pid; exec sleep 1000' &
	while [ ! -s $KTAP_TMP/pid ]; do :; done
	echo ok 1 a
	END
	patience=3
	! (run daemon) || ktap_fail "the descriptor tells nothing"
	kill "$(cat "$KTAP_TMP/pid")"
	status=$(cat "$KTAP_TMP/status")
	verdict "ok 1 selftests: c: daemon" 0 "1 passed, 0 failed, 0 skipped"
}

noise() {
	program noise <<-'END'
	echo 1..2
	echo "what is this"
	echo "ok computer" >&2
	echo "    1..7"
	echo "   ok 3 odd"
	printf 'ok 1 a\r\n'
	printf '\n'
	printf 'ok 2 b'
	END
	run noise
	verdict "ok 1 selftests: c: noise" 0 "2 passed, 0 failed, 0 skipped"
	said "  # what is this"
	said "  # ok computer"
	said "  #     1..7"
	said "  ok 1 a"
	said "  ok 2 b"
}

nested() {
	program nested <<-'END'
	cat <<-TEXT
	KTAP version 1
	1..3
	  KTAP version 1
	  1..2
	    KTAP version 1
	    1..3
	    ok 1 x
	    not ok 2 y
	    ok 3 z # SKIP why
	  not ok 1 xy
	  ok 2 z
	not ok 1 s
	  KTAP version 1
	  1..1
	  ok 1 x
	ok 2 t
	  KTAP version 1
	  1..0 # SKIP none
	ok 3 u # SKIP none
	TEXT
	exit 1
	END
	run nested
	verdict "not ok 1 selftests: c: nested" 1 "3 passed, 1 failed, 2 skipped"
	said "      not ok 2 y"
	said "# failed: c: nested: y"
	said "# skipped: c: nested: u # SKIP none"
}

# What sums up may know of a failure that its parts do not.
nested_own() {
	program own <<-'END'
	cat <<-TEXT
	1..3
	  1..1
	  ok 1 x
	not ok 1 s
	  1..1
	  not ok 1 x
	not ok 2 t # ERROR dom0 died
	  1..1
	  not ok 1 x
	ok 3 u
	TEXT
	exit 1
	END
	run own
	verdict "not ok 1 selftests: c: own" 1 "1 passed, 4 failed, 0 skipped"
	said "# failed: c: own: s"
	said "# failed: c: own: t # ERROR dom0 died"
	said "# failed: c: own: x"
	said "# Totals: pass:1 fail:3 xfail:0 xpass:0 skip:0 error:1"
}

# A failure stays one, though all that sums it up says "ok".
nested_hidden() {
	program hidden <<-'END'
	cat <<-TEXT
	1..1
	  1..1
	    1..1
	    not ok 1 x
	  ok 1 y
	ok 1 z
	TEXT
	END
	run hidden
	verdict "not ok 1 selftests: c: hidden" 1 "0 passed, 1 failed, 0 skipped"
}

nested_too_few() {
	program few <<-'END'
	cat <<-TEXT
	1..1
	  1..2
	  ok 1 x
	ok 1 s
	TEXT
	END
	run few
	verdict "not ok 1 selftests: c: few # ERROR exit status 0, planned 2 results, had 1" \
		1 "1 passed, 1 failed, 0 skipped"
	program open <<-'END'
	cat <<-TEXT
	1..1
	ok 1 s
	  1..1
	  ok 1 x
	TEXT
	END
	run open
	verdict "not ok 1 selftests: c: open # ERROR exit status 0, nested results that nothing sums up" \
		1 "2 passed, 1 failed, 0 skipped"
}

# The runner may run itself, two levels deep, and each leaf counts once.
runner_in_runner() {
	program inner <<-'END'
	echo 1..2
	echo ok 1 a
	echo not ok 2 b
	exit 1
	END
	program outer <<-END
	exec "$here/../runner.sh" "suite:$KTAP_TMP/inner" "other:$KTAP_TMP/inner"
	END
	run outer
	verdict "not ok 1 selftests: c: outer" 1 "2 passed, 2 failed, 0 skipped"
	said "    not ok 2 b"
}

# Results are to be seen when they come: this one waits for us to see one.
live() {
	mkfifo "$KTAP_TMP/says" "$KTAP_TMP/go"
	program slow <<-END
	echo 1..2
	echo ok 1 a
	read -r answer <"$KTAP_TMP/go"
	echo ok 2 \$answer
	END
	"$here/../runner.sh" "c:$KTAP_TMP/slow" >"$KTAP_TMP/says" &
	while IFS= read -r line; do
		echo "$line"
		[ "$line" != "  ok 1 a" ] || echo seen >"$KTAP_TMP/go"
	done <"$KTAP_TMP/says" >"$KTAP_TMP/log"
	wait $!
	said "  ok 2 seen"
}

told_to_end() {
	mkfifo "$KTAP_TMP/says"
	program slow <<-'END'
	echo 1..1
	sleep 1000
	sleep 1000
	END
	{
		"$here/../runner.sh" "c:$KTAP_TMP/slow" >"$KTAP_TMP/says" &
		while IFS= read -r line; do
			[ "$line" != "  1..1" ] || kill -TERM $!
		done <"$KTAP_TMP/says"
		wait $! && echo 0 || echo $?
	} 8>&1 >"$KTAP_TMP/status" | timeout 10 cat
	ktap_equal 1 "$(cat "$KTAP_TMP/status")" "exit status"
}

nothing() {
	run
	ktap_equal "1 0 passed, 0 failed, 0 skipped" \
		"$status $(tail -n 1 "$KTAP_TMP/log")"
}

several() {
	program good <<-'END'
	echo 1..1
	echo ok 1 a
	END
	program skip <<-'END'
	echo no
	exit 4
	END
	run good skip
	ktap_equal "0 1 passed, 0 failed, 1 skipped" \
		"$status $(tail -n 1 "$KTAP_TMP/log")"
	program few <<-'END'
	echo 1..2
	END
	run good few skip good
	ktap_equal "1 2 passed, 1 failed, 1 skipped" \
		"$status $(tail -n 1 "$KTAP_TMP/log")"
	said "1..4"
	said "ok 4 selftests: c: good"
}

# The first ends when the second has run, and is still the first to be heard.
at_once() {
	mkfifo "$KTAP_TMP/go"
	program first <<-END
	read -r answer <"$KTAP_TMP/go"
	echo 1..1
	echo ok 1 \$answer
	END
	program second <<-END
	echo 1..1
	echo ok 1 b
	echo after >"$KTAP_TMP/go"
	END
	export JOBS=2
	run first second first second
	unset JOBS
	ktap_equal "0 4 passed, 0 failed, 0 skipped" \
		"$status $(tail -n 1 "$KTAP_TMP/log")"
	ktap_equal "after b after b" \
		"$(sed -n 's/^  ok 1 //p' "$KTAP_TMP/log" | xargs)"
}

# The second opinion on our format: the TAP consumer of perl.
prove_agrees() {
	command -v prove >/dev/null || ktap_skip "no prove here"
	program good <<-'END'
	echo KTAP version 1
	echo 1..2
	echo "ok 1 a # SKIP b"
	echo "some words"
	echo "ok 2 c # XFAIL d"
	END
	program outer <<-END
	exec "$here/../runner.sh" "a:$KTAP_TMP/good" "b:$KTAP_TMP/good"
	END
	program skip <<-'END'
	echo no
	exit 4
	END
	run good skip outer
	ktap_equal 0 "$status" "exit status"
	prove -v -e cat "$KTAP_TMP/log"
	program bad <<-'END'
	echo 1..2
	echo not ok 1 a
	exit 1
	END
	run good bad good bad
	! prove -v -e cat "$KTAP_TMP/log" >"$KTAP_TMP/opinion" 2>&1 ||
		ktap_fail "prove sees no failure"
	cat "$KTAP_TMP/opinion"
	grep -q 'Failed tests: *2, 4$' "$KTAP_TMP/opinion"
	! grep -q 'Parse errors' "$KTAP_TMP/opinion"
}

for name in good bad bad_but_says_0 says_1_but_good too_few too_many \
	    out_of_order no_plan mute crash absent skip skip_too_late \
	    time_out leftovers noise nested nested_own nested_hidden \
	    nested_too_few runner_in_runner live told_to_end nothing several at_once \
	    prove_agrees; do
	ktap_test "$name"
done
ktap_run "$@"
