#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does "make docs" make all of the pages, without a word of Sphinx's, and are the
# man pages such that man has nothing to say either?  A failure here is one for the
# person who types `make docs`, `make install` or `man xenphysmap`.
# shellcheck disable=SC2016,SC2317 # RST's backquotes; reached through ktap_test
set -eu
. "$(dirname "$0")/../ksft.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
[ -r "$top/Documentation/conf.py" ] || { echo "1..0 # SKIP no documentation here"; exit 4; }
command -v sphinx-build >/dev/null || { echo "1..0 # SKIP no Sphinx here"; exit 4; }

pages='xenphysmap.1 xenphysmap.3 xenphysmap-record.5 xenphysmap-preload.7'

# make's flags for the tests are none for this
made() {
	env -u MAKEFLAGS -u MFLAGS make -s -C "$top" O="$KTAP_TMP/out" "$@"
}

builds_without_a_word() {
	made docs >"$KTAP_TMP/words" 2>&1 || { cat "$KTAP_TMP/words"; ktap_fail 'make docs failed'; }
	cat "$KTAP_TMP/words"
	[ ! -s "$KTAP_TMP/words" ]
	for page in "$top"/Documentation/*.rst; do
		[ -s "$KTAP_TMP/out/docs/html/$(basename "$page" .rst).html" ] ||
			ktap_fail "no HTML of $page"
	done
	made install-docs DESTDIR="$KTAP_TMP/root" PREFIX=/opt/xpm >/dev/null
	[ -s "$KTAP_TMP/root/opt/xpm/share/doc/xenphysmap/html/index.html" ]
	for page in $pages; do
		[ -s "$KTAP_TMP/root/opt/xpm/share/man/man${page##*.}/$page" ] || ktap_fail "no $page"
	done
	man_is_content
}

# As man does it.
man_is_content() {
	command -v groff >/dev/null || { ktap_note 'no groff here: man pages are not read'; return; }
	for page in $pages; do
		groff -man -ww -Tutf8 -P-cbou "$KTAP_TMP/out/docs/man/$page" >"$KTAP_TMP/text"
		grep -q NAME "$KTAP_TMP/text"
	done 2>"$KTAP_TMP/warnings"
	cat "$KTAP_TMP/warnings"
	[ ! -s "$KTAP_TMP/warnings" ] || ktap_fail 'groff has something to say'
}

# What is wrong has to be an error, or nothing above is worth much.
fails_for_a_reference_to_nowhere() {
	mkdir "$KTAP_TMP/tree"
	cp -R "$top/Documentation" "$top/README.rst" "$top/Makefile" "$top/Kbuild" \
		"$top/include" "$KTAP_TMP/tree"
	mkdir -p "$KTAP_TMP/tree/selftests/testbed"
	cp "$top/selftests/packages" "$top/selftests/README.rst" "$KTAP_TMP/tree/selftests"
	cp "$top/selftests/testbed/README.rst" "$KTAP_TMP/tree/selftests/testbed"
	echo 'See :doc:`nowhere`.' >>"$KTAP_TMP/tree/Documentation/threat.rst"
	! env -u MAKEFLAGS make -s -C "$KTAP_TMP/tree" O="$KTAP_TMP/out" docs \
		>"$KTAP_TMP/words" 2>&1 || ktap_fail 'make docs succeeded'
	cat "$KTAP_TMP/words"
	grep -q 'threat.rst.*nowhere' "$KTAP_TMP/words"
}

ktap_test builds_without_a_word '' 120
ktap_test fails_for_a_reference_to_nowhere '' 120
ktap_run "$@"
