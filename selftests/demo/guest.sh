# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh disable=SC2154
#
# The guest of the story: its configuration, what it can be asked, and what it
# says about its physical memory.  Says nothing itself and judges nothing.  The
# answers are those of the test guest "puppet", see ../guest/README.rst.

memory=64
videoram=16
frames=$((videoram * 256))
# QEMU populates video RAM right above the guest's RAM.
home=$(printf %08x $(((memory - videoram) << 20)))
first_place=f1000000
second_place=e0000000
# Where the guest was loaded; what is below has holes of its own.
ram=00100000

# frame ADDRESS: as Xen and QEMU count.
frame()
{
	printf '%x\n' $((0x$1 >> 12))
}

# of_all PAGES: "4,095 of 4,096"
of_all()
{
	echo "$(grouped "$1") of $(grouped $frames)"
}

# log_of GUEST: its latest device model's.
log_of()
{
	echo "/var/log/xen/qemu-dm-$1.log"
}

# start_guest NAME DEVICE-MODEL
start_guest()
{
	guest=$1
	cat >"/root/$guest.cfg" <<-EOT
	name = "$guest"
	type = "hvm"
	memory = $memory
	# p2m memory for a second place: libxl's own guess is for one only
	shadow_memory = 8
	vga = "stdvga"
	videoram = $videoram
	vnc = 0
	sdl = 0
	usb = 0
	serial = "unix:/run/$guest.serial,server=on,wait=off"
	firmware_override = "$PHYSMAP_GUESTS/puppet"
	device_model_override = "$2"
	on_crash = "preserve"
	on_reboot = "preserve"
	EOT
	xl create "/root/$guest.cfg" >/run/xl.log 2>&1
}

is_there()
{
	xl domid "$guest" >/dev/null 2>&1
}

# ask COMMAND...: whatever the guest answers, nothing if it doesn't. What it
# complains about is for the sentences to find out.
ask()
{
	"$PHYSMAP_GUESTS/talk" "/run/$guest.serial" -t 30 "$@" 2>/dev/null || :
}

# field NAME ANSWER: the value of NAME=value in it.
field()
{
	printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# access: direct or trapped, as the processor finds it at the BAR.
access()
{
	field access "$(ask status)"
}

# write_cost ACCESS: cycles of one write to video RAM. The least of three, as
# whatever else the processor did only adds. A trapped write needs no large
# number of them to be measured, and would make it a long story.
write_cost()
{
	case $1 in
	direct)	writes=4096 ;;
	*)	writes=50 ;;
	esac
	for _ in 1 2 3; do
		kcycles=$(field kcycles "$(ask time "$writes")")
		echo $((${kcycles:-0} * 1000 / writes))
	done | sort -n | head -n 1
}

# marked ADDRESS: the first and the last frame from there on are those of video
# RAM, as the guest marked them: salt, word, page. $now is the guest's status.
marked()
{
	salt=$(field salt "$now")
	last=$(printf %x $((0x$1 + (frames - 1) * 4096)))
	[ "$(field value "$(ask read "$1")")" = "${salt}00000" ] &&
		[ "$(field value "$(ask read "$last")")" = \
			"$(printf '%s%05x' "$salt" $((frames - 1)))" ]
}

# content ADDRESS FRAMES: what is there, in a word. A hole reads as ffffffff,
# on hardware and here. Trapped accesses aren't done by the thousand.
content()
{
	if [ "$(field access "$now")" = trapped ] &&
	   [ "$(field at "$now")" = "${1#0}" ]; then
		echo trapped
		return
	fi
	case $(field empty "$(ask probe "$1" "$2")") in
	"$2")	echo empty ;;
	0)	if marked "$1"; then echo video; else echo memory; fi ;;
	*)	echo mixed ;;
	esac
}

# good_pages: how many of video RAM's pages the guest finds as it left them.
good_pages()
{
	answer=''
	! is_there || answer=$(ask check)
	[ -n "$answer" ] || answer='pages=0 bad=0'
	echo $(($(field pages "$answer") - $(field bad "$answer")))
}

# records: the shim's records of the guest, without the heading.
records()
{
	xenphysmap list "$(xl domid "$guest")" 2>/dev/null | sed '1d; /no records$/d'
}

# recorded_place: of video RAM.
recorded_place()
{
	records | awk '$4 == "vga.vram" { print $7 }'
}

# await_record PLACE: until that is on record. QEMU doesn't wait for xenstore
# under the shim, so it may be there later than the pages.
await_record()
{
	dir=/local/domain/0/device-model/$(xl domid "$guest")/physmap
	mkfifo /run/events
	timeout 20 xenstore-watch "$dir" >/run/events &
	watcher=$!
	while read -r _; do
		[ "$(recorded_place)" != "$1" ] || break
	done </run/events
	kill "$watcher" 2>/dev/null || :
	rm /run/events
}

# saved_record FILE PLACE: the same, in the part of a save that comes last.
saved_record()
{
	key=physmap/${home#0}/start_addr
	[ "$(tail -c 262144 "$1" | tr '\0' '\n' |
		grep -a -A 1 "$key\$" | tail -n 1)" = "$2" ]
}

# look: what is in each of the guest's ranges, from the highest to the lowest,
# and then where its BAR is. Four words and an address.
look()
{
	now=$(ask status)
	echo "$(content "$first_place" "$frames")" \
		"$(content "$second_place" "$frames")" \
		"$(content "$home" "$frames")" \
		"$(content "$ram" $(((0x$home - 0x$ram) / 4096)))" \
		"$(field at "$now")"
}

# name_of WORD: of those words, for the table.
name_of()
{
	case $1 in
	video)	echo "video RAM" ;;
	*)	echo "$1" ;;
	esac
}
