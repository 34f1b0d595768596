# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# A Linux stubdom from a suite's tree: what stubdomain_kernel= and
# stubdomain_ramdisk= name in dom0, and what libxl lacks there for a stubdom.
# An archive to append to dom0's initramfs.  Nothing of the shim is in it: it is
# a stubdom build like anybody's, for the shim to be added to.  Sourced by dom0.

stubdom_dir=/usr/lib/xenphysmap/selftests/stubdom

stubdom_sources=("$here/stubdom/init" "$here/stubdom/launch.c"
	"$here/stubdom.sh" "$here/base.sh")

# fill_stubdom VERSION: $root becomes the stubdom's files.
fill_stubdom()
{
	make_dirs
	copy_program "$QEMU" /usr/bin/xenstore-read /usr/bin/xenstore-list \
		"$XEN_DIR/bin/vchan-socket-proxy"
	mv "$root$XEN_DIR/bin/vchan-socket-proxy" "$root/usr/bin/"
	copy_files "/usr/share/seabios" "/usr/share/qemu/kvmvapic.bin"
	copy_modules "$1" xen-privcmd xen-evtchn xen-gntdev xen-gntalloc
	copy_busybox
	gcc -O2 -Wall -static -o "$root/usr/bin/launch" \
		"$here/stubdom/launch.c" || die "the stubdom's build failed"
	install -m 755 "$here/stubdom/init" "$root/init"
	echo "QEMU=$QEMU" >"$root/etc/stubdom"
}

# build_stubdom: $cache/stubdom.zst.  The stubdom gets its ramdisk unpacked:
# libxl gives it 30 seconds to start, under emulation too.
build_stubdom()
{
	local tree=$cache/tree root=$cache/tree/image version

	say "$suite: building the stubdom"
	for version in "$tree"/usr/lib/modules/*; do :; done
	rm -rf "$root"
	fill_stubdom "${version##*/}"
	pack "$root" >"$cache/ramdisk"

	rm -rf "$root"
	mkdir -p "$root$stubdom_dir"
	make_dirs
	mv "$cache/ramdisk" "$root$stubdom_dir/"
	ln "$cache/vmlinux" "$root$stubdom_dir/vmlinux"
	copy_program "$XEN_DIR/bin/vchan-socket-proxy"
	# where libxl looks for it, and Debian doesn't put it
	mv "$root$XEN_DIR/bin/vchan-socket-proxy" "$root/usr/bin/"
	pack "$root" | zstd -q -3 -T0 -f -o "$cache/stubdom.zst"
	rm -rf "$root"
}
