# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154,SC2034
#
# The machine: real Xen in software-emulated QEMU, so that no KVM is needed.
# Four ways lead out of it, each into a file: com1 is Xen's and dom0's console;
# virtio ports carry the script's output, the status, and files.  Files, because
# a write to one never has to wait, so nothing is lost when the machine goes.
# Sourced by dom0.

# SMAP: a PV dom0 faults at its first iret under TCG's.  MONITOR: Xen's mwait
# idle driver takes a #GP under TCG with two vcpus.
cpu_pv=EPYC,-smap,-monitor
# TCG reports exits for RDTSCP as RDTSC's, and its AVX state isn't to be relied
# on; either matters only to a dom0 that runs under SVM.
cpu_pvh=$cpu_pv,-rdtscp,-xsave,-xsaveopt,-xsavec,-xgetbv1,-avx,-avx2,-fma,-f16c

xen_arguments()
{
	echo "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all" \
		"dom0_mem=${dom0_memory}M dom0_max_vcpus=1" \
		"spec-ctrl=no cpuidle=0 sched=credit $(
		[ "$dom0" = pv ] || echo dom0=pvh)"
}

# What a kernel does to test itself and to guard itself against its programs
# takes seconds under emulation and is not what is tested here.
linux_arguments()
{
	echo "console=hvc0 rdinit=/init quiet" \
		"cryptomgr.notests rodata=off mitigations=off"
}

# The machine's command line, in $machine.  Names are relative to $run: a path
# may hold characters that mean something to QEMU.
set_machine()
{
	# The transport has to be told that Xen's dom0 has no bus addresses
	# of its own; a kick has to be over when the guest's write is, which
	# ioeventfd wouldn't guarantee.
	local port virtio=virtio-serial-pci,disable-legacy=on

	virtio+=,iommu_platform=on,ioeventfd=off,max_ports=4
	# shellcheck disable=SC2054
	machine=(qemu-system-x86_64 -nodefaults -no-user-config
		-no-reboot -display none -vga none -m "$memory" -smp 2
		-kernel xen -append "$(xen_arguments)" -initrd
		"vmlinux $(linux_arguments),initrd"
		-chardev file,id=console,path=console -serial chardev:console
		-device "$virtio")
	# shellcheck disable=SC2054
	if [ "$dom0" = pvh ]; then
		machine+=(-cpu "$cpu_pvh" -device amd-iommu
			-machine q35,accel=tcg,sata=off,smbus=off)
	else
		machine+=(-cpu "$cpu_pv" -machine q35,accel=tcg)
	fi
	[ -z "$wire" ] || add_wire "${wire##*:}"
	# A nanosecond an instruction, of whichever processor, and none while
	# all are idle: the same each time, whatever else the host does.
	[ "$steady" = no ] || machine+=(-icount "shift=0,sleep=off")
	for port in 1:output 2:status 3:files; do
		machine+=(-chardev "file,id=${port#*:},path=${port#*:}"
			-device "virtserialport,nr=${port%:*},chardev=${port#*:}")
	done
}

# add_wire a|b: a network card, and what comes out of it goes into the other one.
# A packet is a message, to a name of this host's file system, so that nothing has
# to be up before the other, and nothing leaves the host.  Large packets, because
# each is a trip through three kernels.
add_wire()
{
	local other=b

	[ "$1" = a ] || other=a
	local ends=local.type=unix,local.path=wire/$1
	ends+=,remote.type=unix,remote.path=wire/$other
	local card=virtio-net-pci,netdev=wire,mac=52:54:00:00:00:0$1
	card+=,host_mtu=32768,disable-legacy=on,iommu_platform=on,romfile=
	machine+=(-netdev "dgram,id=wire,$ends" -device "$card")
}

# follow NAME PID: a file as it grows, to its end, which is when PID has gone.
follow()
{
	exec setpriv --pdeathsig KILL \
		tail -q -f -s 0.1 -c +1 --pid="$2" "$run/$1"
}

watch_status()
{
	local word

	while read -r word _; do
		[ "$word" != up ] || say "dom0 up after $SECONDS s"
	done
}

# prepare_run: what QEMU finds in $run, beside the initrd.
prepare_run()
{
	ln -s "$cache/xen" "$run/xen"
	ln -s "$cache/vmlinux" "$run/vmlinux"
	[ -z "$wire" ] || ln -s "$(realpath "${wire%:*}")" "$run/wire"
	touch "$run/output" "$run/status" "$run/files"
	if [ -n "$log" ]; then
		: >"$log" || die "can't write $log"
		ln -s "$log" "$run/console"
	else
		# The same file under both names: there to be read while
		# the machine runs, and when $run has gone.
		log=$cache/last.log
		: >"$run/console"
		ln -f "$run/console" "$log"
	fi
}

# run_machine: $status is the script's, and it has $finished, or 124 or 125.
run_machine()
{
	local qemu ended=0

	prepare_run
	set_machine
	SECONDS=0
	# Each dies with the one that started it, whatever happens to that.
	setpriv --pdeathsig KILL timeout -k 5 "$timeout" env -C "$run" \
		setpriv --pdeathsig KILL "${machine[@]}" \
		</dev/null >"$run/qemu.log" 2>&1 &
	qemu=$!
	children+=("$qemu")
	follow output "$qemu" &
	follow status "$qemu" | watch_status &
	wait "$qemu" || ended=$?
	children=()
	wait
	judge "$ended"
}

# judge STATUS: what became of a machine that ended so.
judge()
{
	status=$(awk '$1 == "exit" { print $2 }' "$run/status")
	finished=yes
	[ -z "$status" ] || return 0
	finished=no
	# timeout's own status is 124, or 137 if it had to use force, which is
	# also what comes of somebody else's SIGKILL.
	if [ "$1" = 124 ] ||
	   { [ "$1" = 137 ] && [ "$SECONDS" -ge "$timeout" ]; }; then
		say "no end after $SECONDS s (--timeout $timeout);" \
			"console: $log"
		status=124
		return
	fi
	status=125
	say "the machine ended without a status; console ($log):"
	grep -v "TCG doesn't support" "$run/qemu.log" >&2 || :
	tail -n 30 "$run/console" | tr -d '\r' >&2
}

# fetch_files: what --get asked for; fails if any of it wasn't there.
fetch_files()
{
	local file from missing=0

	mkdir "$run/got"
	tar -C "$run/got" -xf "$run/files" 2>/dev/null || :
	for file; do
		from=${file%%:*}
		case $file in
		*:*)	file=${file#*:} ;;
		*)	file=${from##*/} ;;
		esac
		cp -r "$run/got/${from#/}" "$file" 2>/dev/null || {
			say "--get $from: not there"
			missing=1
		}
	done
	return "$missing"
}
