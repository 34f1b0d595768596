# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# From a suite's tree to what the machine boots: Xen, dom0's kernel, and the
# base initramfs, the part of dom0's files that is the same in every run.
# Everything of the tree is looked at with the tree's own tools (its loader, its
# kmod), because the host's may be older.  Sourced by dom0.

# copy_in PATH...: from the tree into the image, links followed, as they are
# meant, that is within the tree.
copy_in()
{
	local path

	for path; do
		[ ! -e "$root$path" ] || continue
		mkdir -p "$root${path%/*}"
		chroot "$tree" busybox cp -rL "$path" "/image${path%/*}/"
	done
}

# copy_program PATH...: with its libraries.
copy_program()
{
	local path libraries

	for path; do
		libraries=$(chroot "$tree" /lib64/ld-linux-x86-64.so.2 \
			--list "$path") ||
			die "$suite: $path doesn't find its libraries"
		copy_in "$path"
		# shellcheck disable=SC2046 # a list
		copy_in $(grep -o '/[^ ]*' <<<"$libraries")
	done
}

# copy_files PATTERN...: one that matches nothing is another suite's.
copy_files()
{
	local pattern path

	for pattern; do
		for path in "$tree"$pattern; do
			[ ! -e "$path" ] || copy_in "${path#"$tree"}"
		done
	done
}

# copy_modules VERSION NAME...: decompressed, and listed in the order in
# which they go in; one may be built into a suite's kernel.
copy_modules()
{
	local version=$1 dir=$root/lib/modules path name

	shift
	mkdir -p "$dir"
	chroot "$tree" depmod "$version"
	for name; do
		chroot "$tree" modprobe --show-depends -S "$version" "$name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
	while read -r path; do
		name=${path##*/}
		name=${name%.xz}
		case $path in
		*.xz)	chroot "$tree" xz -dc "$path" >"$dir/$name" ;;
		*)	cp "$tree$path" "$dir/$name" ;;
		esac
		echo "$name" >>"$dir/order"
	done
}

copy_busybox()
{
	local applet

	copy_in /bin/busybox
	for applet in $("$tree/bin/busybox" --list); do
		[ -e "$root/bin/$applet" ] ||
			ln -s busybox "$root/bin/$applet"
	done
}

# What libxl and the device model look up; the qemuusers are dm_restrict's.  Where
# dom0's ring is oxenstored knows from its file alone.
write_etc()
{
	copy_in /etc/xen/oxenstored.conf
	: >"$root/etc/xen/xl.conf"
	cat >"$root/etc/passwd" <<-EOT
	root:x:0:0:root:/root:/bin/sh
	nobody:x:65534:65534:nobody:/:/bin/false
	xen-qemuuser-shared:x:60000:60000::/:/bin/false
	xen-qemuuser-range-base:x:65536:65536::/:/bin/false
	EOT
	cat >"$root/etc/group" <<-EOT
	root:x:0:
	nogroup:x:65534:
	xen-qemuuser-shared:x:60000:
	xen-qemuuser-range-base:x:65536:
	EOT
	echo 'passwd: files' >"$root/etc/nsswitch.conf"
	# The suite's part of dom0's environment; see init.
	cat >"$root/etc/testbed" <<-EOT
	PATH=/usr/sbin:/usr/bin:/sbin:/bin:$XEN_DIR/bin
	QEMU=$QEMU
	STOCK_DM=${STOCK_DM:-$QEMU}
	OTHER_QEMU=$other_qemu
	EOT
}

# make_dirs: of a root, as all suites have them.
make_dirs()
{
	local dir

	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} \
		"$root"/{etc,proc,sys,dev,run,tmp,root,var/lib/xen,var/log/xen}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$root/$dir"
	done
	ln -s /run "$root/var/run"
}

# fill_root VERSION
fill_root()
{
	make_dirs
	# shellcheck disable=SC2086 # lists
	copy_program $PROGRAMS $QEMU
	[ ! -e "$tree$other_qemu" ] || copy_program "$other_qemu"
	# shellcheck disable=SC2046,SC2086
	copy_program $(printf "$XEN_DIR/bin/%s " $XEN_PROGRAMS)
	copy_in "$XEN_DIR/boot/hvmloader"
	# shellcheck disable=SC2086
	copy_files $FILES
	# shellcheck disable=SC2086
	copy_modules "$1" $MODULES
	copy_busybox
	write_etc
}

# pack DIR: as a cpio archive on stdout; everything is root's.
pack()
{
	(cd "$1" && find . -print0 | cpio -0 -o -H newc -R 0:0 --quiet)
}

# le32 FILE OFFSET: the number there.
le32()
{
	od -A n -t u4 -j "$2" -N 4 "$1" | tr -d ' '
}

# unpack_kernel BZIMAGE: the ELF file that is in it, on stdout.  Xen would
# unpack it itself, but that takes seconds under emulation.  Where it is:
# Linux's Documentation/x86/boot.rst; the last word is the unpacked size.
unpack_kernel()
{
	local image=$1 sectors start size magic

	sectors=$(od -A n -t u1 -j $((0x1f1)) -N 1 "$image")
	start=$(((sectors + 1) * 512 + $(le32 "$image" $((0x248)))))
	size=$(($(le32 "$image" $((0x24c))) - 4))
	magic=$(od -A n -t x1 -j "$start" -N 4 "$image" | tr -d ' ')

	dd if="$image" bs=1M skip="$start" count="$size" status=none \
		iflag=skip_bytes,count_bytes |
	case $magic in
	fd377a58)	chroot "$tree" xz -d ;;
	28b52ffd)	zstd -q -d ;;
	1f8b*)		gzip -d ;;
	*)		die "$image: packed in an unknown way" ;;
	esac
}

# build_base: $cache/{xen,vmlinux,base.zst}
build_base()
{
	local tree=$cache/tree root=$cache/tree/image version image
	local other_qemu=$QEMU-$OTHER_RELEASE

	say "$suite: building the dom0 image"
	for version in "$tree"/usr/lib/modules/*; do :; done
	version=${version##*/}
	for image in "$tree/boot/vmlinuz-$version" \
		     "$tree/usr/lib/modules/$version/vmlinuz"; do
		[ ! -e "$image" ] || unpack_kernel "$image" >"$cache/vmlinux"
	done
	# QEMU loads an ELF file, not a compressed one.
	gunzip -c "$tree"/boot/xen-*-amd64.gz >"$cache/xen"

	rm -rf "$root"
	fill_root "$version"
	pack "$root" | zstd -q -9 -T0 -f -o "$cache/base.zst"
	rm -rf "$root"
}
