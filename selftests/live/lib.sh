# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What the tests in dom0 share: guests, device models, records, logs.  Sourced
# by every script here; POSIX sh and busybox.  Nothing in it sleeps: what is
# waited for is an event, and the time that a test may take bounds the wait.
#
# A guest is named by one word, "a".  Its domain has a name that no user's
# domain has, so that cleaning up on a host in use hurts nobody.

# shellcheck source=../ksft.sh disable=SC2154
. "$here/../ksft.sh"

: "${PHYSMAP_DM:=/usr/lib/xenphysmap/xenphysmap-dm}"
: "${PHYSMAP_GUESTS:=/usr/lib/xenphysmap/selftests/guest}"
: "${STOCK_DM:=/usr/libexec/xen-qemu-system-i386}"

PHYSMAP_SHIM=${PHYSMAP_DM%/*}/xenphysmap-preload.so

live_prefix=xenphysmap-test-
live_dir=/run/xenphysmap-test
live_xenlog=/var/log/xen
live_memory=/local/domain/0/xenphysmap

# Places for a BAR of 16 MiB, none of them RAM; puppet starts at the first.
# shellcheck disable=SC2034 # for the tests
A=f1000000 B=e0000000 C=d0000000

export XENPHYSMAP_LOG=debug

# where the helpers in C are
PATH=$(cd "$here" && pwd):$PATH

# ---- tests ----

# To a PVH dom0 each foreign frame is a hypercall of its own: what maps, and a save
# maps all, takes many times as long.
live_patience=1
! grep -qs PVH /sys/hypervisor/guest_type || live_patience=3

# live_test NAME [SECONDS]: as ktap_test; leaves no guest behind.
live_test() {
	eval "live_run_$1() { trap live_clean_up EXIT; live_clean_up; $1; }"
	ktap_test "$1" "live_run_$1" $((${2:-300} * live_patience))
}

# live_more NAME [SECONDS]: the same, if MORE are wanted than fit into a check, or
# if tests are asked for by name.
live_more() {
	[ -z "${MORE-}${TESTS-}" ] || live_test "$@"
}

# live_run "$@": of the tests those that TESTS names, by globs for them or for
# whole groups.
live_run() {
	live_group=${0##*/}
	live_chosen=
	set -f
	for live_glob in ${TESTS-}; do
		if ktap_matches "${live_group%.sh}" "$live_glob"; then
			live_chosen=
			break
		fi
		live_chosen="$live_chosen -t $live_glob"
	done
	# shellcheck disable=SC2086 # words, and none of them expanded
	set -- "$@" $live_chosen
	set +f
	ktap_run "$@"
}

live_clean_up() {
	for live_id in $(xenstore-list /local/domain); do
		case $(xenstore-read "/local/domain/$live_id/name") in
		"$live_prefix"*)	xl destroy "$live_id" || : ;;
		esac
	done 2>/dev/null
	for live_id in $(xenstore-list "$live_memory" 2>/dev/null); do
		case $live_id in
		"$live_prefix"*)	xenstore-rm "$live_memory/$live_id" ;;
		esac
	done
	rm -rf "$live_dir" "$live_xenlog/qemu-dm-$live_prefix"*
	mkdir -p "$live_dir"
}

# Hundredths of a second, since the machine has been up.
now() {
	read -r live_up _ </proc/uptime
	echo "${live_up%.*}${live_up#*.}"
}

# not COMMAND...: what set -e does not see in "! COMMAND".
not() {
	! "$@"
}

# documented PAGE NAME: what PAGE.rst says that NAME of this script is, see
# ../docs/README.rst.
documented() {
	awk -v want="live/${0##*/} $2" -f "$here/blocks.awk" "$here/$1.rst" \
		>"$KTAP_TMP/documented"
	[ -s "$KTAP_TMP/documented" ] || ktap_fail "$1.rst has no '$2'"
	cat "$KTAP_TMP/documented"
}

# ---- guests ----

# xl COMMAND...: its words are shown only when it fails, and never all of them.
xl_do() {
	xl "$@" >"$live_dir/xl.out" 2>&1 </dev/null && return
	grep -v 'xc: progress' "$live_dir/xl.out" >&2
	return 1
}

# config GUEST stock|shim|PATH PROGRAM [KEY=[VALUE]]...
# Without a VALUE the setting is left to libxl.
# The p2m pool that libxl gives a guest of this size by default is a subject of
# its own, see pool.sh; here it is large.
config() {
	live_file=$live_dir/$1.cfg
	case $2 in
	stock)	live_dm=$STOCK_DM ;;
	shim)	live_dm=$PHYSMAP_DM ;;
	*)	live_dm=$2 ;;
	esac
	cat >"$live_file" <<-END
	name="$live_prefix$1"
	type="hvm"
	memory=32
	shadow_memory=8
	vga="stdvga"
	videoram=16
	vnc=0
	sdl=0
	usb=0
	serial="unix:$live_dir/$1.serial,server=on,wait=off"
	firmware_override="$PHYSMAP_GUESTS/$3"
	device_model_version="qemu-xen"
	device_model_override="$live_dm"
	on_crash="preserve"
	on_reboot="preserve"
	END
	live_guest=$1
	shift 3
	for live_setting; do
		sed -i "/^${live_setting%%=*}=/d" "$live_file"
		[ -z "${live_setting#*=}" ] ||
			echo "$live_setting" >>"$live_file"
	done
	ln -sf "$live_guest.serial" "$live_dir/$live_guest.socket"
}

# create GUEST stock|shim|PATH PROGRAM [KEY=[VALUE]]...
create() {
	config "$@"
	xl_do create "$live_dir/$1.cfg"
	learn_domid "$1"
}

# create_small GUEST [KEY=[VALUE]]...: with as little video RAM as QEMU has, 1 MiB,
# so that a move takes least; else as any other under the shim.
create_small() {
	live_guest=$1
	shift
	create "$live_guest" shim puppet 'vga="none"' \
		'device_model_args_hvm=["-device","VGA,vgamem_mb=1"]' "$@"
}

# After all that gives a guest a new domain; xl takes its time to find it.
learn_domid() {
	xl domid "$live_prefix$1" >"$live_dir/$1.domid"
}

domid() {
	cat "$live_dir/$1.domid"
}

# await_exit PID: strace ends when what it traces does, whoever's child that is.
await_exit() {
	strace -qq -e trace=none -p "$1" 2>/dev/null || :
	not kill -0 "$1" 2>/dev/null
}

dm_pid() {
	xenstore-read "/local/domain/$(domid "$1")/image/device-model-pid"
}

# save GUEST [OPTION]...: into GUEST's file; the old device model is gone after.
save() {
	live_guest=$1
	live_pid=$(dm_pid "$1")
	shift
	xl_do save "$@" "$live_prefix$live_guest" "$live_dir/$live_guest.save"
	[ $# -gt 0 ] || await_exit "$live_pid"
}

# saved_place GUEST: what the file says of its video RAM.  Records follow the
# memory in it, and little follows them.
saved_place() {
	tail -c 262144 "$live_dir/$1.save" | tr '\0' '\n' | awk '
	/physmap\/[0-9a-f]*\/start_addr$/ { getline start; }
	/physmap\/[0-9a-f]*\/name$/ {
		getline name
		if (name == "vga.vram")
			print start
	}'
}

# restore GUEST: as its configuration is by now, not as it was when saved.
restore() {
	xl_do restore "$live_dir/$1.cfg" "$live_dir/$1.save" || return
	learn_domid "$1"
}

# migrate GUEST: to this host.  While both device models are there each needs a
# socket of its own: the old one removes its name when it goes.
migrate() {
	live_old=$(readlink "$live_dir/$1.socket")
	live_new=$1.$(domid "$1").serial
	live_pid=$(dm_pid "$1")
	sed -i "s|/$live_old,|/$live_new,|" "$live_dir/$1.cfg"
	xl_do migrate -C "$live_dir/$1.cfg" -s '' "$live_prefix$1" \
		'xl migrate-receive'
	ln -sf "$live_new" "$live_dir/$1.socket"
	await_exit "$live_pid"
	learn_domid "$1"
}

destroy() {
	xl_do destroy "$live_prefix$1"
}

# ---- talking to them ----

# say GUEST COMMAND...: the answer is in $live_answer, and in the test's log;
# fails where the guest says "fail".
say() {
	live_socket=$live_dir/$(readlink "$live_dir/$1.socket")
	shift
	echo "> $*" >&2
	live_status=0
	live_answer=$("$PHYSMAP_GUESTS/talk" "$live_socket" -t 100 "$@") ||
		live_status=$?
	echo "$live_answer" >&2
	return $live_status
}

# field KEY: the value of KEY=VALUE in the answer.
field() {
	for live_word in $live_answer; do
		case $live_word in
		"$1"=*)	echo "${live_word#*=}" ;;
		esac
	done
}

# ask GUEST KEY COMMAND...: one value of the answer, be it ok or fail.
ask() {
	live_key=$2
	live_guest=$1
	shift 2
	say "$live_guest" "$@" || :
	field "$live_key"
}

# expect GUEST KEY VALUE COMMAND...
expect() {
	live_who=$1
	live_key=$2
	live_value=$3
	shift 3
	say "$live_who" "$@" || :
	ktap_equal "$live_value" "$(field "$live_key")" "$live_who: $live_key"
}

# expect_whole GUEST [ADDR]: its BAR is at ADDR, the processor gets at it without
# help, and every page is there and right.
expect_whole() {
	say "$1" status
	[ -z "${2-}" ] || ktap_equal "$2" "$(field at)" "$1: BAR"
	ktap_equal direct "$(field access)" "$1: access"
	say "$1" check
}

# expect_empty GUEST ADDR: the ends and the middle of what was left.
expect_empty() {
	for live_page in 0 2044 4092; do
		live_at=$(printf '%x' $((0x$2 + live_page * 4096)))
		expect "$1" empty 4 probe "$live_at" 4
	done
}

# Nothing anywhere at this address but QEMU's side of the legacy window, so what
# is written through it is written by QEMU, and read at the BAR by the guest.
# Chained planes, 64 KiB at a0000, of any bank; by the registers that the
# device has in its other BAR, since guests have no command for ports.
open_window() {
	live_vga=$(ask "$1" vga status)
	say "$1" devbar "$live_vga" 18 f2000000
	say "$1" write f2000404 00ff0f02
	say "$1" write f2000404 00ff0e04
	say "$1" write f200040c 04060000
}

# reaches GUEST PAGE: what QEMU writes the guest reads, and the other way round.
reaches() {
	live_bar=$((0x$(ask "$1" at status) + $2 * 4096 + 0x200))
	live_bar=$(printf %x "$live_bar")
	live_window=$(printf %x $((0xa0000 + $2 % 16 * 4096 + 0x200)))
	say "$1" write f2000508 "$(printf '%04x0000' $(($2 / 16)))"
	say "$1" write "$live_window" "1234$2"
	live_seen=$(ask "$1" value read "$live_bar")
	say "$1" write "$live_bar" 0
	live_seen="$live_seen $(ask "$1" value read "$live_window")"
	ktap_equal "$(printf '%08x 00000000' "0x1234$2")" "$live_seen" "page $2"
}

# remember_views GUEST: how QEMU's view looks while nothing can be wrong yet.
remember_views() {
	for live_salt in 111 222; do
		say "$1" mark $live_salt
		dm_view "$1" >"$live_dir/$1.$live_salt"
	done
	not cmp -s "$live_dir/$1.111" "$live_dir/$1.222"
}

# Is the device model's video RAM the guest's?  All that the guest writes to any
# of its pages arrives; some pages are also tried the other way round.  For
# guests whose views are remembered.
expect_one_memory() {
	case $(ask "$1" salt status) in
	111)	live_salt=222 ;;
	*)	live_salt=111 ;;
	esac
	say "$1" mark $live_salt
	ktap_equal "$(cat "$live_dir/$1.$live_salt")" "$(dm_view "$1")" \
		"QEMU's view"
	open_window "$1"
	for live_page in 0 4095; do
		reaches "$1" $live_page
	done
}

# cost GUEST WRITES: kilocycles for a million writes, the best of a few tries.
# It spoils no mark.
cost() {
	live_best=
	for _ in 1 2 3 4 5; do
		live_time=$(ask "$1" kcycles time "$2")
		live_time=$((live_time * (1000000 / $2)))
		if [ -z "$live_best" ] || [ "$live_time" -lt "$live_best" ]; then
			live_best=$live_time
		fi
		# what takes this long isn't disturbed by much
		[ "$2" -gt 100 ] || break
	done
	echo "$live_best"
}

# ---- several displays ----

# libxl lets QEMU populate as much as one display needs: that one gets a part.
write_divider() {
	cat >"$live_dir/divider" <<-END
	#!/bin/sh
	for word; do
		shift
		set -- "\$@" "\$(printf '%s' "\$word" | sed 's/vgamem_mb=[0-9]*/vgamem_mb=16/')"
	done
	exec '$1' "\$@"
	END
	chmod +x "$live_dir/divider"
}

# two_displays PATH DEVICE [WORD]...: number 0 is the one that libxl asks for.
two_displays() {
	write_divider "$1"
	live_words="\"-device\", \"$2,addr=6\""
	shift 2
	for live_word; do
		live_words="$live_words, \"$live_word\""
	done
	create a "$live_dir/divider" unplaced memory=48 videoram=32 \
		"device_model_args_hvm=[$live_words]"
}

# display GUEST NUMBER ACCESS [ADDR]: from now on the one that commands mean;
# of one that is trapped some pages have to do.
display() {
	case $3 in
	trapped)	say "$1" vga "$2" 4 ;;
	direct)		say "$1" vga "$2" ;;
	esac
	[ -z "${4-}" ] || say "$1" bar "$4"
	expect "$1" access "$3" status
}

# ---- what only Xen knows ----

# probe GUEST QUESTION [ARGUMENT]...: see probe.c.
probe() {
	live_guest=$1
	shift
	command probe "$(domid "$live_guest")" "$@"
}

# frame ADDR [PAGES]: its frame, or that of a page after it, as probe wants it.
frame() {
	printf '0x%x' $(((0x$1 >> 12) + ${2:-0}))
}

# expect_probe GUEST ANSWER QUESTION [ARGUMENT]...
expect_probe() {
	live_guest=$1
	live_value=$2
	shift 2
	ktap_equal "$live_value" "$(probe "$live_guest" "$@")" \
		"$live_guest: $*"
}

# ---- records ----

physmap() {
	echo "/local/domain/0/device-model/$1/physmap"
}

# records GUEST: "KEY START SIZE NAME", one a line.
records() {
	xenstore-ls -f "$(physmap "$(domid "$1")")" 2>/dev/null |
	tr -d '"' | awk '
	{ n = split($1, path, "/") }
	n == 8 { key[++keys] = path[8] }
	n == 9 { node[path[8], path[9]] = $3 }
	END {
		for (i = 1; i <= keys; i++) {
			k = key[i]
			print k, node[k, "start_addr"], node[k, "size"], \
			      node[k, "name"]
		}
	}' | sort
}

# place GUEST: where the record of its video RAM says that it is.
place() {
	records "$1" | awk '$4 == "vga.vram" { print $2 }'
}

# await PATH COMMAND...: until COMMAND is true, tried whenever PATH changes.
await() {
	live_path=$1
	shift
	rm -f "$live_dir/events"
	mkfifo "$live_dir/events"
	xenstore-watch "$live_path" >"$live_dir/events" &
	live_watch=$!
	while read -r _; do
		if "$@"; then
			break
		fi
	done <"$live_dir/events"
	kill "$live_watch"
	wait "$live_watch" 2>/dev/null || :
}

is_placed() {
	[ "$(place "$1")" = "$2" ]
}

# await_place GUEST ADDR: records follow, they don't lead.
await_place() {
	await "$(physmap "$(domid "$1")")" is_placed "$@"
}

# publishers [DOMID]: their pids.
publishers() {
	for live_proc in /proc/[0-9]*; do
		# shellcheck disable=SC2046 # two words and no more
		set -- "${1-}" $(tr '\0' ' ' <"$live_proc/cmdline" 2>/dev/null)
		case ${2-} in
		*xenphysmap-publisher)
			[ -n "$1" ] && [ "$1" != "${3-}" ] ||
				echo "${live_proc#/proc/}" ;;
		esac
		set -- "$1"
	done
}

# fds PID: the numbers of its descriptors.
fds() {
	find "/proc/$1/fd" -type l | sed 's|.*/||' | sort -n | xargs
}

# expect_confined PID: all threads of a publisher, and what it has open, the last
# of which is its connection to xenstored.
expect_confined() {
	for live_task in "/proc/$1/task"/*; do
		cat "$live_task/status"
		for live_field in Inh Prm Eff Bnd Amb; do
			grep -q "^Cap$live_field:.0000000000000000" "$live_task/status"
		done
		grep -q '^NoNewPrivs:.1' "$live_task/status"
		grep -q '^Seccomp:.2' "$live_task/status"
	done
	ktap_equal '0 1 2 3 4' "$(fds "$1")" "publisher's descriptors"
	ktap_equal xenstored "$(basename "$(readlink "/proc/$1/root")")" 'its root'
	for live_fd in 0 1; do
		ktap_equal /dev/null "$(readlink "/proc/$1/fd/$live_fd")"
	done
	for live_fd in 3 4; do
		readlink "/proc/$1/fd/$live_fd" | grep '^socket:'
	done
}

# ---- the device model ----

# with_fault CALL[:WHAT] GUEST COMMAND...: for as long as the guest takes for the
# command, what happens to its device model's system calls of that name, as
# strace's inject= puts it: "ioctl:signal=KILL:when=9".  They are in "calls".
with_fault() {
	rm -f "$live_dir/strace" "$live_dir/calls"
	mkfifo "$live_dir/strace"
	live_inject=
	case $1 in
	*:*)	live_inject="-e inject=$1" ;;
	esac
	# shellcheck disable=SC2086 # no word, or two
	strace -f -e trace="${1%%:*}" $live_inject -o "$live_dir/calls" \
		-p "$(dm_pid "$2")" 2>"$live_dir/strace" &
	live_strace=$!
	exec 7<"$live_dir/strace"
	read -r live_line <&7
	echo "$live_line" >&2
	shift
	live_status=0
	say "$@" || live_status=$?
	kill "$live_strace" || :
	wait "$live_strace" || :
	exec 7<&-
	return "$live_status"
}

# dm_log GUEST: what the present device model has said.
dm_log() {
	cat "$live_xenlog/qemu-dm-$live_prefix$1.log"
}

# all_logs GUEST: that, and what those before it said.
all_logs() {
	cat "$live_xenlog/qemu-dm-$live_prefix$1"*.log*
}

# expect_log GUEST COUNT PATTERN
expect_log() {
	live_seen=$(dm_log "$1" | grep -c -e "$3" || :)
	[ "$live_seen" = "$2" ] || dm_log "$1"
	ktap_equal "$2" "$live_seen" "lines in the log with '$3'"
}

# Nothing that anybody would have to look into.
expect_quiet() {
	expect_log "$1" 0 'xenphysmap: .*\(error\|fail\|wrong\|ignored\)'
	expect_log "$1" 0 'xenphysmap: .*\(lost\|busy\|can.t\|Invalid\)'
}

# qmp GUEST COMMAND [ARGUMENTS]: prints what it returns.
qmp() {
	rm -f "$live_dir/qmp.in" "$live_dir/qmp.out"
	mkfifo "$live_dir/qmp.in" "$live_dir/qmp.out"
	socat -t0 - "UNIX-CONNECT:/run/xen/qmp-libxl-$(domid "$1")" \
		<"$live_dir/qmp.in" >"$live_dir/qmp.out" &
	live_pid=$!
	exec 5>"$live_dir/qmp.in" 6<"$live_dir/qmp.out"
	cat >&5 <<-END
	{ "execute": "qmp_capabilities" }
	{ "execute": "$2", "arguments": ${3:-{\}}, "id": "live" }
	END
	live_line=
	while read -r live_line <&6; do
		case $live_line in
		*'"id": "live"'*)	break ;;
		esac
	done
	exec 5>&- 6<&-
	wait "$live_pid" || :
	echo "$live_line"
	case $live_line in
	*'"return"'*)	return 0 ;;
	*)		return 1 ;;
	esac
}

# dm_view GUEST: a checksum of what the device model has in its video RAM.
dm_view() {
	say "$1" status
	live_at=$((0x$(field at)))
	live_size=$((0x$(field size)))
	qmp "$1" pmemsave "{ \"val\": $live_at, \"size\": $live_size,
		\"filename\": \"$live_dir/view\" }" >&2
	md5sum <"$live_dir/view"
	rm "$live_dir/view"
}

# qemu_before MAJOR: is the QEMU that is here older than that?
qemu_before() {
	live_major=$("$STOCK_DM" --version | sed -n 's/.* version \([0-9]*\)\..*/\1/p')
	[ "$live_major" -lt "$1" ]
}

# restrictable: from here on device models can have dm_restrict=1; $live_qemu is one without
# the shim.  That is more than libxl 4.20 does for QEMU 10: it is killed when it writes more
# than 256 KiB to a file; and it is started twice, first to learn its options, and the second
# time with a QMP socket of the same name as the first, which removes the name when it ends,
# be it by then the second one's: nobody finds that one.  So the first may not.
restrictable() {
	live_qemu=$STOCK_DM
	! qemu_before 10 || return 0
	live_qemu=$live_dir/restrictable
	export XENPHYSMAP_QEMU="$live_qemu"
	cat >"$live_qemu" <<-END
	#!/bin/sh
	ulimit -f unlimited
	case " \$* " in
	*' -machine none,'*)	exec strace -D -qq -o /dev/null -e trace=unlink,unlinkat \\
					-e inject=unlink,unlinkat:retval=0 "$STOCK_DM" "\$@" ;;
	esac
	exec "$STOCK_DM" "\$@"
	END
	chmod +x "$live_qemu"
}

# For tests of what stock QEMU up to 10 doesn't do.
stock_leaves_pages() {
	qemu_before 11 || ktap_skip 'QEMU moves video RAM home at each decode off, since 11'
}

# ---- a device model that isn't QEMU ----

# dm_open [ARGUMENT]...: puppet-dm under the shim; its log is dm.log.
# shellcheck disable=SC2120 # tests give them
dm_open() {
	puppet-dm </dev/null || ktap_skip "puppet-dm can't run here"
	rm -f "$live_dir/dm.in" "$live_dir/dm.out"
	mkfifo "$live_dir/dm.in" "$live_dir/dm.out"
	LD_PRELOAD=$PHYSMAP_SHIM puppet-dm "$@" <"$live_dir/dm.in" \
		>"$live_dir/dm.out" 2>"$live_dir/dm.log" &
	live_dm_pid=$!
	exec 7>"$live_dir/dm.in" 8<"$live_dir/dm.out"
}

# dm_start AGE [COMMAND]: that as the device model of a domain of its own, whose
# domid is in $live_dm_domid; COMMAND is run before it starts.
dm_start() {
	# shellcheck disable=SC2119
	dm_open
	dm_do domain
	live_dm_domid=${live_answer#ok }
	# as libxl does: records of a domain without it are nobody's
	xenstore-write "/local/domain/0/device-model/$live_dm_domid" ''
	[ -z "${2-}" ] || "$2"
	dm_do start "$1"
}

# dm_do COMMAND...: the answer is in $live_answer; fails where that is "fail".
dm_do() {
	echo "> $*" >&2
	echo "$*" >&7
	read -r live_answer <&8 || live_answer='fail: it is gone'
	echo "$live_answer" >&2
	case $live_answer in
	ok*)	return 0 ;;
	*)	return 1 ;;
	esac
}

# dm_end: it goes, and its domain, which it may have no right to destroy.
dm_end() {
	exec 7>&- 8<&-
	wait "$live_dm_pid" || :
	xl destroy "$live_dm_domid" >&2 || :
}

# dm_records: those of its domain, as records.
dm_records() {
	echo "$live_dm_domid" >"$live_dir/dm.domid"
	records dm
}
