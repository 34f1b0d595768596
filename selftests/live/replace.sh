#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2317
#
# Another device model for a guest that runs.  The guest must not notice more
# than a pause: no page, no sector, no request of its is lost; libxl must find
# everything as it left it; and a device model that is no good must cost no
# more than the time until that is seen.
set -eu
here=$(dirname "$0")
# shellcheck source=lib.sh
. "$here/lib.sh"

# replaced GUEST STATUS [OPTION]...: replace its device model; what the command
# says is in $live_dir/words.
replaced() {
	who=$1 wanted=$2
	shift 2
	status=0
	xenphysmap replace "$@" "$live_prefix$who" 2>"$live_dir/words" || status=$?
	cat "$live_dir/words" >&2
	ktap_equal "$wanted" "$status" 'exit status'
}

# says PATTERN: the last replacement did.
says() {
	grep -q -e "$1" "$live_dir/words" || ktap_fail "it didn't say '$1'"
}

qemus() {
	for live_proc in /proc/[0-9]*; do
		tr '\0' ' ' <"$live_proc/cmdline" 2>/dev/null |
		grep -q -e "-xen-domid $1 " && echo "${live_proc#/proc/}"
	done
}

# expect_served GUEST: by one device model, which is where libxl looks for it.
expect_served() {
	live_id=$(domid "$1")
	ktap_equal "$(dm_pid "$1")" "$(qemus "$live_id" | tr '\n' ' ' | sed 's/ *$//')" \
		'device models'
	ktap_equal running \
		"$(xenstore-read "/local/domain/0/device-model/$live_id/state")" state
	ktap_equal 1 "$(publishers "$live_id" | wc -l)" publishers
	qmp "$1" query-status | grep -q '"status": "running"'
	ktap_equal '' "$(find /var/lib/xen -name 'xenphysmap-replace*')" 'left on disk'
}

paused_ms() {
	sed -n 's/.*was paused for \([0-9]*\) ms/\1/p' "$live_dir/words"
}

# emulator NAME, with a script on stdin: one that says as QEMU what machines it
# has, and does otherwise what the script says.
emulator() {
	cat >"$live_dir/$1" <<-END
	#!/bin/sh
	[ "\$*" != '-machine help' ] || exec '$STOCK_DM' "\$@"
	END
	cat >>"$live_dir/$1"
	chmod +x "$live_dir/$1"
}

# ---- what is to work ----

moved_bar() {
	create a shim puppet vcpus=2 vnc=1
	remember_views a
	say a bar "$B"
	await_place a "$B"
	was=$(records a)
	pid=$(dm_pid a)
	replaced a 0
	expect_served a
	[ "$pid" != "$(dm_pid a)" ] || ktap_fail 'it is the same process'
	ktap_equal "$was" "$(records a)" records
	expect_whole a "$B"
	expect_one_memory a
	say a bar "$C"
	expect_whole a
	expect_empty a "$B"
	await_place a "$C"
	expect_one_memory a
	expect_quiet a
}

decode_off() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	say a decode 0
	replaced a 0
	expect_served a
	say a decode 1
	expect_whole a "$B"
	expect_one_memory a
	await_place a "$B"
}

in_a_row() {
	create a shim puppet
	remember_views a
	longest=0
	for i in $(seq "${ROUNDS:-5}"); do
		case $((i % 3)) in
		0)	say a bar "$A" ;;
		1)	say a bar "$B" ;;
		2)	say a bar "$C" ;;
		esac
		replaced a 0
		[ "$(paused_ms)" -le "$longest" ] || longest=$(paused_ms)
		expect_whole a
	done
	ktap_note "${ROUNDS:-5} times; paused for $longest ms at most"
	expect_served a
	expect_one_memory a
}

# ---- with a toolstack ----

toolstack() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	replaced a 0
	xl qemu-monitor-command "$live_prefix"a 'info version'
	# the other monitor, and the power button, which this guest doesn't heed
	mkfifo "$live_dir/xenstat"
	socat -u "UNIX-CONNECT:/run/xen/qmp-libxenstat-$(domid a)" STDOUT >"$live_dir/xenstat" &
	greeter=$!
	read -r line <"$live_dir/xenstat"
	kill "$greeter"
	echo "$line" | grep QMP
	xl shutdown -F "$live_prefix"a
	expect_whole a
	save a
	ktap_equal "$B" "$(saved_place a)" 'record in the save'
	restore a
	expect_whole a
	replaced a 0
	expect_served a
	expect_one_memory a
	id=$(domid a)
	pid=$(dm_pid a)
	destroy a
	await_exit "$pid"
	ktap_equal '' "$(qemus "$id")" 'device models'
	not xenstore-exists "/local/domain/0/device-model/$id"
	not test -e "/run/xen/qmp-libxl-$id"
}

paused_by_its_owner() {
	create a shim puppet
	say a bar "$B"
	xl pause "$live_prefix"a
	replaced a 0
	xl list "$live_prefix"a | grep '[r-][b-]p---'
	xl unpause "$live_prefix"a
	expect_whole a
	expect_served a
}

# The guest of a QEMU without the shim gets it, without a reboot.
from_stock() {
	create a stock puppet
	remember_views a
	replaced a 0 --emulator "$PHYSMAP_DM"
	expect_whole a "$A"
	say a bar "$B"
	expect_whole a
	expect_one_memory a
	await_place a "$B"
	replaced a 0
	expect_served a
	expect_whole a "$B"
}

confined() {
	restrictable
	create a shim puppet dm_restrict=1 vkb_device=0
	say a bar "$B"
	replaced a 0
	expect_served a
	grep -q '^Uid:.0' "/proc/$(dm_pid a)/status" && ktap_fail 'QEMU is root'
	expect_whole a "$B"
	say a bar "$C"
	expect_whole a
	await_place a "$C"
}

# ---- devices ----

# The guest is writing all the time, so that it is hit in the middle of it.
disk() {
	dd if=/dev/zero of="$live_dir/disk" bs=1M count=1 2>/dev/null
	create a shim puppet vcpus=2 \
		"disk=[\"format=raw,vdev=hda,access=rw,backendtype=qdisk,target=$live_dir/disk\"]"
	say a diskmark 0 256 111
	say a diskwork 256 256 222
	for _ in 1 2 3; do
		replaced a 0
	done
	say a diskstop
	ktap_note "$(field sectors) sectors written and read meanwhile"
	[ "$(field sectors)" -gt 0 ]
	say a diskmark 256 256 222
	say a diskmark 512 256 333
	for part in '0 256 111' '256 256 222' '512 256 333'; do
		# shellcheck disable=SC2086 # three words
		say a diskcheck $part
	done
	expect_served a
	destroy a
	# what is in the image, seen from here
	od -A n -v -t u4 -w4 "$live_dir/disk" | head -n $((768 * 128)) | awk '
	BEGIN { salt[0] = 273; salt[1] = 546; salt[2] = 819 }
	{
		sector = int((NR - 1) / 128)
		if ($1 != salt[int(sector / 256)] * 1048576 + NR - 1)
			wrong++
	}
	END { print NR, wrong + 0 }' >"$live_dir/words"
	ktap_equal '98304 0' "$(cat "$live_dir/words")" 'words in the image, wrong ones'
}

# A terminal on the serial line has another name afterwards, and libxl knows it.
terminal() {
	create a shim puppet 'serial="pty"'
	replaced a 0
	tty=$(xenstore-read "/local/domain/$(domid a)/serial/0/tty")
	"$PHYSMAP_GUESTS/talk" "$tty" -t 60 check
}

vnc_port() {
	xenstore-read "/local/domain/$(domid "$1")/console/vnc-port"
}

# greeting GUEST: of the VNC server that libxl names, in hexadecimal: its version,
# and the ways to say who one is.
greeting() {
	printf 'RFB 003.008\n' | socat -t5 - "TCP:127.0.0.1:$(vnc_port "$1")" |
		od -A n -v -t x1 | tr -d ' \n'
}

# Who looks has to connect again, to the same port.  Without a password: Debian's QEMU
# for Xen has no cipher that one would need.
viewer() {
	create a shim puppet vnc=1 'vnclisten="127.0.0.1"'
	before=$(greeting a)
	ktap_equal 524642203030332e3030380a0101 "$before" 'greeting'
	mkfifo "$live_dir/viewer"
	socat "TCP:127.0.0.1:$(vnc_port a)" STDIO <"$live_dir/viewer" >"$live_dir/seen" &
	looking=$!
	exec 9>"$live_dir/viewer"
	replaced a 0
	wait "$looking" || :
	exec 9>&-
	ktap_equal "$before" "$(greeting a)" 'VNC afterwards'
	expect_served a
	expect_whole a
}

# The interface stays, and with it what bridge and addresses it has.
network() {
	create a shim puppet 'device_model_args_hvm=["-netdev",
		"tap,id=xpm,ifname=xpmtest0,script=no,downscript=no",
		"-device","e1000,netdev=xpm"]'
	index=$(cat /sys/class/net/xpmtest0/ifindex)
	for _ in 1 2; do
		replaced a 0
		ktap_equal "$index" "$(cat /sys/class/net/xpmtest0/ifindex)" 'interface'
	done
	expect_whole a
	destroy a
	not test -e /sys/class/net/xpmtest0
}

# A security update is the same program; a new release is another one.
other_version() {
	[ -x "${OTHER_QEMU-}" ] || ktap_skip 'this suite has one version of QEMU only'
	create a shim puppet
	remember_views a
	say a bar "$B"
	was=$(qmp a query-version)
	replaced a 0 --emulator "$OTHER_QEMU"
	[ "$was" != "$(qmp a query-version)" ] || ktap_fail 'it is the same version'
	expect_served a
	expect_whole a "$B"
	expect_one_memory a
}

# ---- what isn't to work ----

refused() {
	create a shim puppet
	pid=$(dm_pid a)
	replaced a 1 --emulator /nowhere
	replaced a 1 --emulator /bin/false
	says "isn't QEMU"
	printf '#!/bin/sh\necho "pc  a machine"\n' >"$live_dir/other"
	printf '#!/bin/sh\nsleep 1000\n' >"$live_dir/slow"
	chmod +x "$live_dir/other" "$live_dir/slow"
	replaced a 1 --emulator "$live_dir/other"
	says "doesn't emulate the guest's machine"
	replaced a 1 --emulator "$live_dir/slow" --timeout 2
	backend=/local/domain/0/backend/vkbd/$(domid a)/0
	xenstore-write "$backend/state" 4
	replaced a 1
	says "$backend"
	xenstore-write "$backend/state" 1
	replaced a 0 --dry-run
	ktap_equal "$pid" "$(dm_pid a)" 'device model'
	ktap_equal 2 "$(xenphysmap replace 2>/dev/null; echo $?)" 'without a domain'
	expect_whole a
	expect_served a
}

# rolls_back GUEST PROGRAM [OPTION]...: to the old device model; all is well.
rolls_back() {
	guest=$1 program=$2
	shift 2
	was=$(records "$guest")
	replaced "$guest" 3 --emulator "$program" "$@"
	ktap_equal "$was" "$(records "$guest")" records
	expect_served "$guest"
	expect_whole "$guest"
	expect_one_memory "$guest"
}

crashes() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	await_place a "$B"
	echo 'kill -SEGV $$' | emulator crash
	rolls_back a "$live_dir/crash"
	says 'it ended'
}

hangs() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	await_place a "$B"
	echo 'exec sleep 1000' | emulator hang
	rolls_back a "$live_dir/hang" --timeout 10
	says 'timed out'
}

# Video RAM of another size, in the middle of which the ROM would be written.
other_layout() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	await_place a "$B"
	emulator smaller <<-END
	for arg; do
		shift
		[ "\$arg" != VGA,vgamem_mb=16 ] || arg=VGA,vgamem_mb=8
		set -- "\$@" "\$arg"
	done
	exec '$STOCK_DM' "\$@"
	END
	rolls_back a "$live_dir/smaller"
	all_logs a | grep 'other blocks than the guest'
}

# Neither comes up: they can't have their socket.  Then it can be had again.
stranded() {
	mkdir "$live_dir/sockets"
	create a shim puppet \
		"serial=\"unix:$live_dir/sockets/s,server=on,wait=off\""
	ln -sf sockets/s "$live_dir/a.socket"
	say a bar "$B"
	await_place a "$B"
	mv "$live_dir/sockets" "$live_dir/away"
	replaced a 4
	says 'STAYS PAUSED'
	xl list "$live_prefix"a | grep '[r-][b-]p---'
	mv "$live_dir/away" "$live_dir/sockets"
	replaced a 0
	says 'going on'
	expect_served a
	expect_whole a "$B"
}

# The command is killed while the guest has no device model at all.
command_killed() {
	create a shim puppet
	remember_views a
	say a bar "$B"
	await_place a "$B"
	mkfifo "$live_dir/started"
	emulator hang <<-END
	echo \$\$ >"$live_dir/started"
	exec sleep 1000
	END
	xenphysmap replace --emulator "$live_dir/hang" "$live_prefix"a &
	command=$!
	read -r hanging <"$live_dir/started"
	kill -KILL "$command"
	wait "$command" || :
	# and so is what it had started
	kill -KILL "$hanging"
	xl list "$live_prefix"a | grep '[r-][b-]p---'
	replaced a 0 --emulator "$PHYSMAP_DM"
	says 'going on'
	expect_served a
	expect_whole a "$B"
	expect_one_memory a
}

# A device model that has died by itself has left nothing to go on with.
dead() {
	create a shim puppet
	pid=$(dm_pid a)
	kill -KILL "$pid"
	await_exit "$pid"
	replaced a 1
	says 'dead'
}

# ---- how long it takes ----

ms() {
	cut -d' ' -f1 /proc/uptime | tr -d .
}

# Of a guest that isn't large as guests go: what a save costs grows with it.
against_save_and_restore() {
	create a shim puppet memory=512 shadow_memory=
	say a bar "$B"
	best=
	for _ in 1 2 3; do
		replaced a 0
		[ -n "$best" ] && [ "$(paused_ms)" -ge "$best" ] || best=$(paused_ms)
	done
	start=$(ms)
	save a
	restore a
	expect_whole a
	taken=$((($(ms) - start) * 10))
	ktap_note "paused for $best ms; by save and restore for $taken ms"
	[ $((best * 10)) -le "$taken" ]
}

live_test moved_bar 180
live_more decode_off
live_more in_a_row $((120 + ${ROUNDS:-5} * 30))
live_more toolstack 180
live_more paused_by_its_owner
live_more from_stock 180
live_more confined
live_more disk 240
live_more terminal
live_more viewer
live_more network
live_more other_version
live_more refused
live_test crashes
live_more hangs
live_more other_layout
live_more stranded
live_more command_killed
live_more dead
live_more against_save_and_restore 300
live_run "$@"
