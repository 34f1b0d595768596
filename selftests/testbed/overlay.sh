# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# What differs from run to run: the shim as it was just built, the test guests,
# the caller's files, the script.  An archive appended to the base: the kernel
# unpacks one after the other, so this takes milliseconds.  Sourced by dom0.

# place SRC DEST: a file or directory of the host, at DEST in dom0.
place()
{
	local dest=$2

	[ -e "$1" ] || die "$1: no such file"
	[ -n "${dest##*/}" ] || dest+=${1##*/}
	mkdir -p "$overlay${dest%/*}"
	cp -rLT "$1" "$overlay$dest"
}

# place_file SRC[:DEST]
place_file()
{
	case $1 in
	*:/*)	place "${1%:/*}" "/${1##*:/}" ;;
	*)	place "$1" "/root/${1##*/}" ;;
	esac
}

place_shim()
{
	make -s -C "$top" install DESTDIR="$overlay" PREFIX=/usr O="$build" \
		</dev/null >&2 ||
		die "the shim's build failed (--no-shim does without)"
}

place_guests()
{
	local dest=$overlay/usr/lib/xenphysmap/selftests/guest file

	make -s -C "$top/selftests/guest" O="$O" </dev/null >&2 ||
		die "the test guests' build failed"
	mkdir -p "$dest"
	for file in "$O"/selftests/guest/*; do
		[ ! -f "$file" ] || [ ! -x "$file" ] || cp "$file" "$dest/"
	done
}

# quote WORD...: for sh to read back.
quote()
{
	local word

	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}

# Which of the two this is, and the users of a host that lets anybody in.
place_wire()
{
	place "$here/wire" /testbed/wire
	place "$here/ssh" /usr/bin/ssh
	echo "${wire##*:}" >"$overlay/testbed/host"
}

# build_overlay SCRIPT [ARG...]: $run/initrd
build_overlay()
{
	local overlay=$run/overlay dir file

	mkdir -p "$overlay/usr" "$overlay/testbed"
	for dir in bin sbin lib lib64; do
		mkdir "$overlay/usr/$dir"
		ln -s "usr/$dir" "$overlay/$dir"
	done
	[ "$shim" = no ] || place_shim
	place_guests
	for file in ${files[@]+"${files[@]}"}; do
		place_file "$file"
	done
	place "$here/init" /init
	place "$here/incoming-file" /usr/lib/testbed/incoming-file
	echo "$xenstored" >"$overlay/testbed/xenstored"
	[ -z "$wire" ] || place_wire
	place "$1" /testbed/script
	shift
	quote "$@" >"$overlay/testbed/arguments"
	for file in ${gets[@]+"${gets[@]}"}; do
		file=${file%%:*}
		quote "${file#/}"
	done >"$overlay/testbed/files"

	cp "$cache/base.zst" "$run/initrd"
	[ "$stubdom" = no ] || cat "$cache/stubdom.zst" >>"$run/initrd"
	# An uncompressed archive has to start at a multiple of four.
	truncate -s %4 "$run/initrd"
	pack "$overlay" >>"$run/initrd"
}
