# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2154
#
# Draws what look() of guest.sh found: the guest's physical space, several
# times side by side.  Knows about columns only; asks nobody anything.

# set_glyphs unicode|ascii: insides are 15 wide.
set_glyphs()
{
	case $1 in
	unicode)
		video='▓▓ video RAM ▓▓' trapped='░░░ trapped ░░░'
		memory_='▒▒▒▒▒ RAM ▒▒▒▒▒' side='│' bar='◀BAR'
		top='┌───────────────┐' bottom='└───────────────┘'
		joint='├───────────────┤' gap='├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤'
		;;
	*)
		video='## video RAM ##' trapped='!!! trapped !!!'
		memory_='===== RAM =====' side='|' bar='<BAR'
		top='+---------------+' bottom='+---------------+'
		joint='+---------------+' gap='+- - - - - - - -+'
		;;
	esac
	empty='     empty     '
	mixed='???? mixed ????'
	unknown='??? unknown ???'
}

# edge GLYPHS COUNT: a line between two ranges, in each column.
edge()
{
	edges='          '
	for _ in $(seq "$2"); do
		edges="$edges$1     "
	done
	printf '%s\n' "$edges" | sed 's/ *$//'
}

# cell WORD ADDRESS BAR
cell()
{
	case $1 in
	video)		inside=$video ;;
	trapped)	inside=$trapped ;;
	memory)		inside=$memory_ ;;
	empty)		inside=$empty ;;
	mixed)		inside=$mixed ;;
	*)		inside=$unknown ;;
	esac
	pointer='     '
	[ "$3" != "$2" ] || pointer="$bar "
	printf '%s' "$side$inside$side$pointer"
}

# word NUMBER WORDS
word()
{
	echo "$2" | cut -d ' ' -f "$1"
}

# draw LOOK...: each what look() said once.
draw()
{
	edge "$top" $#
	number=1
	for range in "$first_place" "$second_place" "$home" "$ram"; do
		printf '%s  ' "$range"
		for found; do
			cell "$(word $number "$found")" "$range" \
				"$(word 5 "$found")"
		done | sed 's/ *$//'
		printf '\n'
		case $range in
		"$ram")		edge "$bottom" $# ;;
		# RAM reaches up to there
		"$home")	edge "$joint" $# ;;
		*)		edge "$gap" $# ;;
		esac
		number=$((number + 1))
	done
}
