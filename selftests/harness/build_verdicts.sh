#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What lib.mk builds of a collection in a tree of two small files: that tests
# get the objects of Kbuild under the flags of the tests, that a change of
# either is seen, that nothing is written outside of O=. A failure here means
# that a test may have run against something else than the code that ships.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../ksft.sh
. "$here/../ksft.sh"

# A make above us has options and variables that are not for this tree.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES TARGETS O srctree objtree

tree() {
	[ -r "$here/../lib.mk" ] || ktap_skip "no sources here"
	tree=$KTAP_TMP/tree
	out=$KTAP_TMP/out
	mkdir -p "$tree/shim" "$tree/selftests/core" "$tree/selftests/guest"
	cp -r "$here/../lib.mk" "$here/../Makefile" "$here/../runner.sh" \
		"$here/../ksft.sh" "$here/../ksft.h" \
		"$here/../ksft_harness.h" "$tree/selftests"
	mkdir "$tree/selftests/harness"
	cp "$here"/*.h "$tree/selftests/harness"
	echo 'pure-y := shim/add.o' >"$tree/Kbuild"
	echo 'int add(int a, int b) { return a + b; }' >"$tree/shim/add.c"
	echo 'all:' >"$tree/selftests/guest/Makefile"
	cat >"$tree/selftests/core/Makefile" <<-'END'
	TEST_GEN_PROGS := add_test
	TEST_PROGS := list.sh
	add_test-y = $(pure-y)
	include ../lib.mk
	END
	cat >"$tree/selftests/core/add_test.c" <<-'END'
	#include <limits.h>
	#include "ksft_harness.h"
	int add(int a, int b);
	static volatile int top = INT_MAX;
	TEST(adds) { EXPECT_EQ(3, add(1, 2)); }
	TEST(overflows) { EXPECT_EQ(INT_MIN, add(top, 1)); }
	TEST_HARNESS_MAIN
	END
	cat >"$tree/selftests/core/list.sh" <<-'END'
	#!/bin/sh
	. "$(dirname "$0")/../ksft.sh"
	knows_trees() { [ -r "$srctree/Kbuild" ] && [ -d "$objtree" ]; }
	ktap_test knows_trees
	ktap_run "$@"
	END
	chmod +x "$tree/selftests/core/list.sh"
	find "$tree" | sort >"$KTAP_TMP/before"
}

# make_tests ARG...: log and exit status
make_tests() {
	status=0
	make -C "$tree/selftests" "$@" >"$KTAP_TMP/log" 2>&1 || status=$?
	cat "$KTAP_TMP/log"
}

last_line() {
	ktap_equal "$1" "$(grep ' passed, ' "$KTAP_TMP/log")"
}

clean_tree() {
	find "$tree" | sort | diff "$KTAP_TMP/before" -
}

flags_of_tests() {
	tree
	make_tests run_tests O="$out"
	[ "$status" -ne 0 ] || ktap_fail "make saw no failure"
	last_line "2 passed, 1 failed, 0 skipped"
	grep -q 'shim/add.c:1:.*signed integer overflow' "$KTAP_TMP/log"
	clean_tree
	# Without sanitizers everything is built anew, and this passes.
	make_tests run_tests O="$out" SANITIZE= CFLAGS=-fwrapv
	ktap_equal 0 "$status" "exit status"
	last_line "3 passed, 0 failed, 0 skipped"
}

changes_are_seen() {
	tree
	make_tests all O="$out" SANITIZE=
	make_tests all O="$out" SANITIZE=
	! grep -E 'CC|LD' "$KTAP_TMP/log" || ktap_fail "built again"
	echo 'int add(int a, int b) { return a - b; }' >"$tree/shim/add.c"
	make_tests run_tests O="$out" SANITIZE=
	last_line "1 passed, 2 failed, 0 skipped"
	# A header, found by its dependency file.
	echo '#define wrong 0' >>"$tree/selftests/ksft.h"
	make_tests all O="$out" SANITIZE=
	grep -q 'CC.*add_test.o' "$KTAP_TMP/log"
}

does_not_compile() {
	tree
	echo 'static int unused;' >>"$tree/shim/add.c"
	make_tests run_tests O="$out"
	[ "$status" -ne 0 ] || ktap_fail "make saw no failure"
	! grep ' passed, ' "$KTAP_TMP/log" || ktap_fail "tests were run"
}

output_directory() {
	tree
	make_tests all O=somewhere/else
	[ -x "$tree/somewhere/else/selftests/core/add_test" ]
	rm -r "$tree/somewhere"
	clean_tree
	make_tests all
	[ -x "$tree/build/selftests/core/add_test" ]
	make_tests clean
	rmdir "$tree/build"
	clean_tree
	make -C "$tree/selftests/core" O="$out" SANITIZE= CFLAGS=-fwrapv \
		run_tests >"$KTAP_TMP/log"
	last_line "3 passed, 0 failed, 0 skipped"
}

lists() {
	tree
	make_tests -s list
	ktap_equal "core: add_test core: list.sh" "$(xargs <"$KTAP_TMP/log")"
	clean_tree
	make_tests run_tests TARGETS=nothing O="$out"
	[ "$status" -ne 0 ] || ktap_fail "make saw no failure"
}

other_products() {
	tree
	cat >"$tree/selftests/core/Makefile" <<-'END'
	TEST_GEN_PROGS := add_test
	TEST_GEN_FILES := fake.so words.txt
	TEST_OBJS := shim/more.o
	add_test-y = $(pure-y)
	add_test-libs = -lm
	fake.so-y = $(pure-y)
	SANITIZE :=
	include ../lib.mk
	$(OUTPUT)/words.txt: ; echo words >$@
	END
	echo 'int more = 1;' >"$tree/shim/more.c"
	make_tests all O="$out" V=1
	ktap_equal words "$(cat "$out/selftests/core/words.txt")"
	! grep -q warning "$KTAP_TMP/log" || ktap_fail "make complains"
	nm -D "$out/selftests/core/fake.so" | grep -q ' T add$'
	nm "$out/selftests/core/add_test" | grep -q ' more$'
	grep -q 'add_test .*-lm' "$KTAP_TMP/log"
	! grep -q fsanitize "$KTAP_TMP/log" || ktap_fail "sanitizers"
}

installed() {
	tree
	echo timeout=9 >"$tree/selftests/core/settings"
	make_tests install INSTALL_PATH="$KTAP_TMP/there" O="$out" SANITIZE= \
		CFLAGS=-fwrapv
	[ -r "$KTAP_TMP/there/core/settings" ]
	mv "$tree" "$tree.gone"
	cd "$KTAP_TMP/there"
	sed -i '/list.sh/d' kselftest-list.txt # it wants the tree
	# shellcheck disable=SC2046 # one argument a line
	./runner.sh $(cat kselftest-list.txt) >"$KTAP_TMP/log"
	last_line "2 passed, 0 failed, 0 skipped"
}

for name in flags_of_tests changes_are_seen does_not_compile \
	    output_directory lists other_products installed; do
	ktap_test "$name" "$name" 120
done
ktap_run "$@"
