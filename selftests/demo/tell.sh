# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# How the story is told: sentences that are checked before they are said, in
# paragraphs; lines of logs; notes for the table at the end.  Nothing in here
# knows what the story is about.  A sentence that isn't true is marked where it
# stands, and makes the end of the story a failure.

width=78
paragraph=''
untrue=''
chapter=''
notes=/run/notes
mkdir -p "$notes"

# say SENTENCE: to the end of the paragraph, with nothing to check.
say()
{
	paragraph="$paragraph${paragraph:+ }$1"
}

# tell SENTENCE COMMAND...: the sentence, if the command says that it is true.
tell()
{
	sentence=$1
	shift
	if "$@" >/dev/null 2>&1; then
		say "$sentence"
	else
		say "UNTRUE: <<$sentence>>"
		untrue="$untrue  $chapter: $sentence
"
	fi
}

end_paragraph()
{
	[ -z "$paragraph" ] || printf '%s\n' "$paragraph" |
		fold -s -w $width | sed 's/ *$//'
	paragraph=''
}

heading()
{
	chapter=$1
	printf '\n%s\n' "$1"
	printf '%s\n' "$1" | sed 's/./-/g'
}

# lines: what comes on stdin is what somebody else said; between paragraphs.
lines()
{
	fold -s -w $((width - 2)) | sed 's/^/  | /; s/ *$//'
}

# cite SENTENCE REGEXP FILE: there is such a line, and here is the last one.
cite()
{
	cited=$1
	line=$(sed -n "/$2/h; \${ x; p; }" "$3" 2>/dev/null) || :
	[ -n "$line" ] || cited="$cited $2"
	tell "$cited" [ -n "$line" ]
	end_paragraph
	[ -z "$line" ] || printf '%s\n' "$line" | lines
}

# note WHO WHAT VALUE, noted WHO WHAT
note()
{
	printf '%s\n' "$3" >"$notes/$1.$2"
}

noted()
{
	cat "$notes/$1.$2" 2>/dev/null || echo unknown
}

# grouped NUMBER: 1234567 as 1,234,567
grouped()
{
	printf '%s\n' "$1" | sed -e :a -e 's/^\([0-9]*[0-9]\)\([0-9]\{3\}\)/\1,\2/;ta'
}

# table_row TEXT WHAT: the same note of both.
table_row()
{
	printf '  %-34s %-19s %s\n' "$1" "$(noted stock "$2")" \
		"$(noted shim "$2")"
}

# end_story: its exit status.
end_story()
{
	end_paragraph
	[ -n "$untrue" ] || return 0
	printf 'The story did not go as told. Untrue:\n%s' "$untrue"
	return 1
}
