# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # for those who source this
#
# Where the scripts of this collection find things, and the table of names as
# the compiler sees it: no list of symbols is kept anywhere in these tests.

# shellcheck disable=SC2154 # set by those who source this
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
own=$objtree/selftests/preload
shim=$objtree/xenphysmap-preload.so
# what sorts and what compares must agree
export LC_ALL=C

if [ ! -r "$top/shim/symbols.h" ]; then
	echo "1..0 # SKIP no sources here"
	exit 4
fi

# The rows of SYMBOLS_INTERPOSED or SYMBOLS_USED: name and node, or NULL.
table() {
	printf '%s\n' '#include "symbols.h"' \
		'#define ROW(type, failure, name, node, ...) @row name node' \
		"$1(ROW)" |
	"${CC:-cc}" -E -P -I"$top/shim" - | tr -d '"\n' | sed 's/ *@row */\n/g' |
	sed '/^$/d' | sort
}

# The names alone.
names() {
	table "$1" | sed 's/ .*//'
}

# imports FILE: the names that it wants from others
imports() {
	nm -D --undefined-only "$1" | sed 's/.* //; s/@.*//' | sort -u
}

# exports FILE: name, and node where it has one, of all that others can see
exports() {
	nm -D --defined-only --with-symbol-versions "$1" |
	sed '/ A /d; s/^[0-9a-f]* [A-Za-z] //; s/@@*/ /' | sort
}
