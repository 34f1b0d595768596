#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Does every object know only what it may know?  Design draws the arrows
# between the files; this follows them in the objects, by the names that they
# want from others, where no macro can hide any.  A failure here is a layer
# that has grown through another, long before it is seen in a review.
# shellcheck disable=SC2317 # the functions are reached through ktap_test
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../ksft.sh"
top=$(cd "$here/../.." && pwd)
objtree=${objtree:-$top/build}
# what sorts and what compares must agree
export LC_ALL=C
[ -r "$top/Kbuild" ] || { echo "1..0 # SKIP no sources here"; exit 4; }

# Programs may print and exit, and one of them forks; the rest lives in
# somebody else's process.
programs="ctl|ctl-handover|publisher-main"

# ---- questions to objects ----

# All objects of all products, without directory and ending.
objects() {
	sed 's/#.*//' "$top/Kbuild" | grep -o 'shim/[a-z-]*\.o' | sort -u |
	sed 's|shim/||; s|\.o$||'
}

# Lines "OBJECT NAME" of what all of them want from others and show to others,
# but for what the compiler brings in.
survey() {
	[ ! -e "$KTAP_TMP/all.wants" ] || return 0
	for object in $(objects); do
		file=$objtree/pic/shim/$object.o
		[ -e "$file" ] || file=$objtree/shim/$object.o
		[ -e "$file" ] || ktap_fail "$object.o isn't built"
		echo "$file"
	done >"$KTAP_TMP/all.files"
	xargs nm -A <"$KTAP_TMP/all.files" | sed 's|^[^:]*/\([^/:]*\)\.o:[0-9a-f]* *|\1 |' \
		>"$KTAP_TMP/all.symbols"
	sed -n 's/ [Uvw] / /p' "$KTAP_TMP/all.symbols" |
	sed -e '/ _GLOBAL_OFFSET_TABLE_$/d' -e '/ __stack_chk_fail/d' \
	    -e '/ __tls_get_addr$/d' -e '/ __\(asan\|ubsan\|tsan\|gcov\|sanitizer\)_/d' \
	    -e 's/ __\(.*\)_chk$/ \1/' >"$KTAP_TMP/all.wants"
	sed -n 's/ [A-TX-Z] / /p' "$KTAP_TMP/all.symbols" >"$KTAP_TMP/all.defines"
}

# wants OBJECT, defines OBJECT: the names alone
wants() {
	survey
	sed -n "s/^$1 //p" "$KTAP_TMP/all.wants"
}

defines() {
	survey
	sed -n "s/^$1 //p" "$KTAP_TMP/all.defines"
}

# only PATTERN OBJECT...: the names that match are wanted by those objects,
# by each of them, and by no other
only() {
	pattern=$1
	shift
	survey
	printf '%s\n' "$@" | sort >"$KTAP_TMP/expected"
	grep -E "^[^ ]+ ($pattern)\$" "$KTAP_TMP/all.wants" | cut -d' ' -f1 | sort -u \
		>"$KTAP_TMP/seen"
	diff "$KTAP_TMP/expected" "$KTAP_TMP/seen" || ktap_fail "who wants $pattern"
}

# never PATTERN OBJECT...: none of the objects wants a name that matches
never() {
	pattern=$1
	shift
	for object; do
		! wants "$object" | grep -xE "$pattern" || ktap_fail "wanted by $object.o"
	done
}

library_objects() {
	objects | grep -vxE "$programs"
}

# ---- the rules ----

# No libxen, no I/O, no clock, no environment: memory and strings.
pure() {
	allowed='(calloc|malloc|realloc|free|mem(chr|cmp|cpy|move|set)'
	allowed="$allowed"'|str(chr|cmp|cpy|len|ncmp|nlen)|(blocks?|known|plan|record|wishes)_[a-z_]*)'
	for object in blocks known plan record wishes; do
		[ -n "$(defines "$object")" ]
		! wants "$object" | grep -vxE "$allowed" || ktap_fail "wanted by $object.o"
	done
	# and not of each other's but downwards
	never '(plan|blocks?|wishes)_.*' record
	never '(plan|record)_.*' plan
	never '(plan|blocks?)_.*' wishes
}

loader() {
	only 'dl(v?sym|m?open|iterate_phdr)' next-dl
	only 'dladdr' records-beside
}

xenstore() {
	only 'xs_.*' store ctl-handover
}

sandbox() {
	only 'seccomp_.*' confine
	# a library's thread would be its caller's
	only 'pthread_create' serve
}

# The real calls have the name next_<name>; those of the plain names would be
# the shim's own in the preload, and where the linker wraps them.
plain_libxen_names() {
	only '(xc_|xencall|xendevicemodel_|xenforeignmemory_|xentoollog|xtl_).*' \
		next-link next-wrap
	wants next-link | grep -cx 'xendevicemodel_close'
	never "xc_(interface|domain_(populate_physmap_exact|add)).*" next-wrap
	never '(xendevicemodel_(create|close|relocate).*|xenforeignmemory_(map2?|close))' next-wrap
	only '__real_.*' next-wrap
}

hypercalls() {
	only 'next_(xendevicemodel_|xencall).*' calls relocate
	only 'next_xc_.*' calls populate relocate
	only 'ioctl' privcmd
	only 'next_xencall.*' relocate
}

mappings() {
	only 'next_xenforeignmemory_.*' calls mapping populate request view
	only 'next_xenforeignmemory_(un)?map_resource' request
}

# alike PREFIX OBJECT PREFIX OBJECT: what the first defines and the second wants
alike() {
	defines "$2" | sed -n "s/^$1//p" | sort >"$KTAP_TMP/defined"
	wants "$4" | sed -n "s/^$3//p" | sort >"$KTAP_TMP/wanted"
	[ -s "$KTAP_TMP/wanted" ]
	diff "$KTAP_TMP/defined" "$KTAP_TMP/wanted"
}

# They pass on the calls that they receive, and make none of their own.
calls_make_none_of_their_own() {
	alike shim_ calls next_ calls
}

# An entry only gives names, and gives all of them.
entries_only_name() {
	alike shim_ calls shim_ entry-preload
	alike shim_ calls shim_ entry-wrap
	alike '' entry-preload shim_ entry-preload
	alike __wrap_ entry-wrap shim_ entry-wrap
	alike __wrap_ entry-wrap __real_ next-wrap
	for object in entry-preload entry-wrap; do
		! wants "$object" | grep -v '^shim_' || ktap_fail "wanted by $object.o"
	done
}

# There may be no second thread, no loader, and no process but this one.
linked_needs_libc_only() {
	make -s --no-print-directory -C "$top" O="$objtree" print-libxenphysmap-wrap-y |
	grep -o '[a-z-]*\.o' | sed 's/\.o$//' >"$KTAP_TMP/linked"
	[ "$(wc -l <"$KTAP_TMP/linked")" -gt 10 ]
	while read -r object; do
		never 'pthread_(create|join|cond_.*)|dl.*|thrd_.*' "$object"
	done <"$KTAP_TMP/linked"
}

# "Each may call those below it": the list in engine.h is the rule.
engine_goes_downwards() {
	sed -n '/^ \*	\([a-z]*\)\.c	.*/s//\1/p' "$top/shim/engine.h" >"$KTAP_TMP/layers"
	[ "$(wc -l <"$KTAP_TMP/layers")" -ge 3 ] || ktap_fail "no list in engine.h"
	: >"$KTAP_TMP/above"
	while read -r object; do
		wants "$object" | sort >"$KTAP_TMP/wants"
		! comm -12 "$KTAP_TMP/above" "$KTAP_TMP/wants" | grep . ||
			ktap_fail "wanted by $object.o, from above"
		defines "$object" | sort - "$KTAP_TMP/above" -o "$KTAP_TMP/above"
	done <"$KTAP_TMP/layers"
	# what the engine stands on knows nothing of it
	for object in blocks known plan record relocate privcmd mapping request area log counters \
		      store publisher; do
		wants "$object" | sort >"$KTAP_TMP/wants"
		! comm -12 "$KTAP_TMP/above" "$KTAP_TMP/wants" | grep . ||
			ktap_fail "wanted by $object.o, from the engine"
	done
}

# The command is a user of the public header like any other: blocks and records
# are asked for there, by one of its parts, and of the engine it knows nothing.
command_uses_the_api_only() {
	command_only 'xenphysmap_.*' guest
	sed -n 's/^guest \(xenphysmap_.*\)/\1/p' "$KTAP_TMP/command.wants" >"$KTAP_TMP/used"
	while read -r name; do
		grep -q "^[	 ]*$name;" "$top/shim/libxenphysmap.map" || ktap_fail "$name"
	done <"$KTAP_TMP/used"
	for object in $(library_objects); do
		case $object in
		# formats, which replace, inspect and handover share; names of libxen's
		record|store|log|entry-*)	;;
		*)	defines "$object" ;;
		esac
	done | grep -v '^xenphysmap_' | sort -u >"$KTAP_TMP/inside"
	wants ctl | sort >"$KTAP_TMP/wants"
	cut -d' ' -f2 "$KTAP_TMP/command.wants" | sort -u - "$KTAP_TMP/wants" -o "$KTAP_TMP/wants"
	! comm -12 "$KTAP_TMP/inside" "$KTAP_TMP/wants" | grep . || ktap_fail "of the engine's"
}

# A guest in somebody else's process ends nothing, takes no signal, and keeps
# away from the streams: stdout may be a protocol, stderr is log.o's.
guest_manners() {
	# shellcheck disable=SC2046 # a list of words
	set -- $(library_objects)
	[ $# -gt 10 ]
	never '_?_?_?(exit|_Exit|quick_exit|abort|assert|assert_fail|atexit|at_quick_exit)' "$@"
	never '(longjmp|siglongjmp|raise|kill|signal|sigaction|pthread_sigmask)' "$@"
	never '(signalfd|alarm|setitimer|timer_create|sleep|usleep|nanosleep)' "$@"
	never '_?(v?d?f?printf|putc?|f?putc|putchar|f?puts|fwrite|perror|syslog)' "$@"
	never 'stdin|stdout|stderr|setenv|putenv|unsetenv|chdir|umask' "$@"
	only 'v?fork|exec[vl].*|posix_spawn|system|popen|clone|sigprocmask|socketpair' publisher
	only 'write' log
	only 'fopen(64)?' area
	only 'open(64)?' privcmd publisher-main
	only 'memfd_create|ftruncate(64)?' counters
	only '(secure_)?getenv' calls
}

# ---- the command's own parts, in shim/ctl/ ----

# Lines "OBJECT NAME" of what they want, in $KTAP_TMP/command.wants.
command_wants() {
	[ ! -e "$KTAP_TMP/command.wants" ] || return 0
	for file in "$top"/shim/ctl/*.c; do
		file=${file##*/}
		[ -e "$objtree/shim/ctl/${file%.c}.o" ] || ktap_fail "${file%.c}.o isn't built"
		echo "$objtree/shim/ctl/${file%.c}.o"
	done >"$KTAP_TMP/command.files"
	xargs nm -A -u <"$KTAP_TMP/command.files" |
	sed -n 's|^[^:]*/\([^/:]*\)\.o: *[Uvw] |\1 |p' >"$KTAP_TMP/command.wants"
}

# command_only PATTERN OBJECT...: as only, for those.
command_only() {
	pattern=$1
	shift
	printf '%s\n' "$@" | sort >"$KTAP_TMP/expected"
	command_wants
	grep -E "^[^ ]+ ($pattern)\$" "$KTAP_TMP/command.wants" | cut -d' ' -f1 | sort -u \
		>"$KTAP_TMP/seen"
	diff "$KTAP_TMP/expected" "$KTAP_TMP/seen" || ktap_fail "who wants $pattern"
}

command_parts() {
	command_only 'xs_.*' toolstack
	command_only 'pthread_create' toolstack
	command_only 'xc_.*' domain
	command_only 'xendevicemodel_.*' ioreqs
	command_only 'xenforeignmemory_.*' frames ioreqs
	command_only 'xencall.*' frames
	command_only 'json_tokener_.*' inspect qmp
	command_only 'v?fork|execvp?e|posix_spawn' emulator probe revive run
	command_only 'printf|puts|stdout' answer counters diagnosis inspect list replace show verify watch
	# strings and numbers in, strings and numbers out
	pure='arguments|bindings|compare|display|draw|flaws|space|svg|verdict'
	! grep -E "^($pure) " "$KTAP_TMP/command.wants" |
	grep -E ' (open|fopen|read|socket|poll|getenv|environ|clock_.*|xs_.*|xen.*)(64)?$' ||
		ktap_fail "not pure"
}

for name in pure loader xenstore sandbox plain_libxen_names hypercalls mappings \
	    calls_make_none_of_their_own entries_only_name linked_needs_libc_only \
	    engine_goes_downwards \
	    command_uses_the_api_only command_parts guest_manners; do
	ktap_test "$name"
done
ktap_run "$@"
