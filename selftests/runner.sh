#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Run the programs of test collections, nest their KTAP in one document as it
# comes, and judge each by what it said *and* how it ended: a program that
# dies, hangs, plans nothing or does less than planned has not passed, however
# many "ok" it printed. It must not know what the programs test.
#
# usage: [JOBS=n] runner.sh COLLECTION:PROGRAM...
# JOBS programs run at a time (1); their words come in the order given.
# A collection's timeout for each of its programs, in seconds, is the line
# timeout=N (0: none) of COLLECTION/settings beside this script.
# Exit status: 0; 4 if all was skipped; 1 if anything failed or nothing ran.
set -u

jobs=${JOBS:-1}
unset JOBS		# is not for those that a program runs
default_timeout=45
grace=5			# seconds between asking a program to end and killing it
mark=$'\036'		# begins the lines that are ours, not the program's
here=$(cd "$(dirname "$0")" && pwd)

declare -A total=([pass]=0 [fail]=0 [xfail]=0 [xpass]=0 [skip]=0 [error]=0)
declare -a skipped=() failed=()

# Of the program that runs:
title=
problem=		# what makes its word worthless, if anything
skip_reason=
last_words=
declare -a planned=() seen=() bad=()	# its open documents, by depth

count() { # VERDICT NAME DIRECTIVE REASON
	local what="$2${3:+ # $3 $4}"

	total[$1]=$((total[$1] + 1))
	case $1 in
	skip) skipped+=("$what") ;;
	fail|error|xpass) failed+=("$what") ;;
	esac
}

trouble() {
	problem=${problem:-$1}
}

# ---- what a program says ----

document_open() { # DEPTH
	[[ ! -v seen[$1] ]] || (( seen[$1] == 0 )) || document_close "$1"
	planned[$1]=
	seen[$1]=0
	bad[$1]=0
}

document_close() { # DEPTH
	if [[ -z ${planned[$1]} ]]; then
		trouble "no plan"
	elif (( seen[$1] != planned[$1] )); then
		trouble "planned ${planned[$1]} results, had ${seen[$1]}"
	fi
	unset "planned[$1]" "seen[$1]" "bad[$1]"
}

plan() { # DEPTH NUMBER [DIRECTIVE REASON]
	if [[ ! -v seen[$1] || -n ${planned[$1]} ]]; then
		document_open "$1"
	fi
	planned[$1]=$2
	if (( $1 == 0 && $2 == 0 )) && [[ ${3^^} == SKIP\ ?* ]]; then
		skip_reason=${3:5}
	fi
}

# A result is counted if it is a leaf, that is, if no results are nested in it.
# Else those were; but it may know of a failure or an error of its own.
result() { # DEPTH ok|not_ok NUMBER NAME [# DIRECTIVE REASON]
	local depth=$1 name=" ${4#- }" word='' reason='' verdict
	local nested=0 nested_bad=0 is_bad=0 k

	if [[ $name == *" # "* ]]; then
		read -r word reason <<<"${name#* # }"
		name=${name%% # *}
	fi
	case $2/${word^^} in
	*/SKIP) verdict=skip ;;
	*/XPASS) verdict=xpass ;;
	*/XFAIL|not_ok/TODO) verdict=xfail ;;
	not_ok/TIMEOUT|not_ok/ERROR) verdict=error ;;
	not_ok/*) verdict=fail ;;
	*) verdict=pass ;;
	esac
	for k in "${!seen[@]}"; do
		if (( k > depth )); then
			nested=$((nested + seen[k]))
			nested_bad=$((nested_bad + bad[k]))
			document_close "$k"
		fi
	done
	[[ -v seen[depth] ]] || document_open "$depth"
	seen[depth]=$((seen[depth] + 1))
	(( 10#$3 == seen[depth] )) ||
		trouble "result $3 where ${seen[depth]} was due"
	case $verdict in
	fail|error|xpass) is_bad=1 ;;
	esac
	if (( nested == 0 )) || [[ $verdict == error ]] ||
	   [[ $verdict == fail && $nested_bad == 0 ]]; then
		count "$verdict" "$title:$name" "${word^^}" "$reason"
	fi
	bad[depth]=$((bad[depth] + (is_bad || nested_bad)))
}

# Print one line two spaces deep. What is not KTAP, or is KTAP nested in
# nothing, is made a diagnostic, so that the whole stays a valid document.
take_line() {
	local line=${1%$'\r'} text indent depth

	text=${line#"${line%%[! ]*}"}
	indent=$((${#line} - ${#text}))
	depth=$((indent / 2))
	if (( indent % 2 )) || { (( depth )) && [[ ! -v seen[depth-1] ]]; }; then
		text=
	fi
	if [[ $text == "KTAP version "* || $text == "TAP version "* ]]; then
		document_open "$depth"
	elif [[ $text =~ ^1\.\.([0-9]+)(\ +#\ *(.*))?$ ]]; then
		plan "$depth" "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
	elif [[ $text =~ ^(ok|not\ ok)\ ([0-9]+)(\ .*)?$ ]]; then
		result "$depth" "${BASH_REMATCH[1]/ /_}" "${BASH_REMATCH[2]}" \
			"${BASH_REMATCH[3]# }"
	elif [[ $line == *[!\ ]* ]]; then
		last_words=$text
		[[ ${line#"${line%%[! ]*}"} == "#"* ]] || line="# $line"
	fi
	printf '  %s\n' "$line"
}

# ---- how a program ends ----

timeout_of() { # COLLECTION
	local seconds

	seconds=$(sed -n 's/^timeout=\([0-9]*\)$/\1/p' "$here/$1/settings" \
		  2>/dev/null)
	echo "${seconds:-$default_timeout}"
}

# What the program is worth, from what it said and from how it ended: sets
# verdict, and directive and reason of its result line.
judge() { # STATUS SECONDS LIMIT
	local status=$1 how="exit status $1" silent=1 results=0 any_bad=0 k

	for k in "${!seen[@]}"; do
		silent=0
		results=$((results + seen[k]))
		any_bad=$((any_bad + bad[k]))
		(( k == 0 )) || trouble "nested results that nothing sums up"
		document_close "$k"
	done
	(( status <= 128 )) || how="signal $((status - 128))"
	verdict=error
	directive=ERROR
	if (( status == 124 || (status == 137 && $3 && $2 >= $3) )); then
		directive=TIMEOUT
		reason="$(( $3 && $2 >= $3 ? $3 : $2 )) s"
	elif (( results == 0 && status == 4 && silent )) ||
	     { (( results == 0 && (status == 0 || status == 4) )) &&
	       [[ -n $skip_reason ]]; }; then
		verdict=skip
		directive=SKIP
		reason=${skip_reason:-${last_words:-no reason given}}
	elif (( results == 0 )); then
		reason="$how, ${problem:-no results}"
	elif [[ -n $problem ]] || (( status > 128 )); then
		reason="$how${problem:+, $problem}"
	elif (( status != 0 && status != 4 && !any_bad )); then
		reason="$how, though nothing failed"
	else
		verdict=pass
		(( any_bad == 0 )) || verdict=fail
		directive=''
	fi
}

# Run a program into its spool: what it says, then how and when it ended.  Not
# its end of file counts: what it leaves behind may keep that open.  timeout(1)
# leads a process group, which is how all of it is found and ended.
launch() { # NUMBER COLLECTION PROGRAM
	local began=$SECONDS status=0

	exec >>"$spool/$1" 2>&1 </dev/null
	timeout -k "$grace" "$(timeout_of "$2")" "$3" &
	echo $! >"$spool/$1.group"
	wait $! || status=$?
	kill -KILL -- "-$!" 2>/dev/null
	rm "$spool/$1.group"
	echo "${mark}status $status $((SECONDS - began))"
}

# Programs start in order, as many at a time as there may be.
launch_all() { # COLLECTION:PROGRAM...
	local number=0 argument

	for argument; do
		number=$((number + 1))
		(( number <= jobs )) || wait -n
		launch "$number" "${argument%%:*}" "${argument#*:}" &
	done
	wait
}

run() { # NUMBER COLLECTION PROGRAM
	local line status=137 seconds=0 verdict directive reason='' ok=ok reader

	title="$2: ${3##*/}"
	problem='' skip_reason='' last_words=''
	planned=() seen=() bad=()
	exec {out}< <(exec tail -n +1 -f "$spool/$1")
	reader=$!
	while IFS= read -r line <&"$out"; do
		case $line in
		*"${mark}status "*)
			read -r status seconds <<<"${line##*"$mark"status }"
			line=${line%"$mark"*}
			[[ -z $line ]] || take_line "$line"
			break ;;
		*)
			take_line "$line" ;;
		esac
	done
	kill "$reader"
	exec {out}<&-
	judge "$status" "$seconds" "$(timeout_of "$2")"
	[[ $verdict == @(pass|skip) ]] || ok="not ok"
	echo "$ok $1 selftests: $title${directive:+ # $directive $reason}"
	# The others have results of their own, counted already.
	[[ $verdict != @(skip|error) ]] || count "$verdict" "$title" "$directive" "$reason"
}

# shellcheck disable=SC2317 # reached by the trap
interrupted() {
	local group

	kill "$launcher"
	for group in "$spool"/*.group; do
		[[ ! -s $group ]] || kill -TERM -- "-$(<"$group")"
	done
	exit 1
}

finish() {
	local name good bad

	for name in "${skipped[@]}"; do
		echo "# skipped: $name"
	done
	for name in "${failed[@]}"; do
		echo "# failed: $name"
	done
	good=$((total[pass] + total[xfail]))
	bad=$((total[fail] + total[xpass] + total[error]))
	echo "# Totals: pass:${total[pass]} fail:${total[fail]}" \
		"xfail:${total[xfail]} xpass:${total[xpass]}" \
		"skip:${total[skip]} error:${total[error]}"
	echo "$good passed, $bad failed, ${total[skip]} skipped"
	(( bad == 0 && good + total[skip] > 0 )) || exit 1
	(( good > 0 )) || exit 4
	exit 0
}

spool=$(mktemp -d)
trap 'rm -rf "$spool"' EXIT
trap interrupted HUP INT TERM
number=0
for argument; do
	number=$((number + 1))
	: >"$spool/$number"
done
launch_all "$@" &
launcher=$!
number=0
echo "KTAP version 1"
echo "1..$#"
for argument; do
	number=$((number + 1))
	run "$number" "${argument%%:*}" "${argument#*:}"
done
finish
