#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck source-path=SCRIPTDIR disable=SC2154,SC2086 # lib.sh; words without blanks
#
# measure.sh PAIRS PART...: the part of the benchmark that runs in dom0.  Stock
# and shim in turns, so that what the machine does beside them hits both.
# Prints "PART sample NAME UNIT WHO VALUE" on stdout, and judges nothing.
set -eu

bench=/usr/lib/xenphysmap/bench
here=/usr/lib/xenphysmap/selftests/live
export KTAP_TMP=/run
# shellcheck source=../live/lib.sh
. "$here/lib.sh"
export XENPHYSMAP_LOG=info XENPHYSMAP_SPY=/run/spy STOCK_DM
shim=/usr/lib/xenphysmap/xenphysmap-preload.so

# sample NAME UNIT WHO VALUE
sample() {
	echo "sample $1 $2 $3 $4"
}

# notes below|above PID: what the spies wrote.
notes() {
	tr -d '\0' <"$XENPHYSMAP_SPY/$2.$1.so"
}

# To the nanosecond, which no command of busybox tells.
now_us() {
	awk '$1 == "now" { printf "%d\n", $3 / 1000; exit }' /proc/timer_list
}

# boot WHO [KEY=VALUE]...: a guest from nothing until it serves.
boot() {
	who=$1
	shift
	create a "$bench/$who" puppet "$@"
	say a status 2>/dev/null
	pid=$(dm_pid a)
}

# ---- parts ----

# first_move WHO: how long it took the device model, what Xen was asked
# meanwhile, and how long that took; the dm_op alone is the limit.
first_move() {
	{
		notes above "$pid" | sed 's/^/above /'
		notes below "$pid" | sed 's/^/below /'
	} | awk -v who="$1" '
	$1 == "above" && /relocate_memory/ && !end {
		start = $3
		end = $3 + $4
		print "sample first_relocation us", who, $4 / 1000
	}
	$1 == "below" && $3 >= start && $3 <= end {
		took[$2] += $4
		if ($2 ~ /^xencall|^xenforeignmemory_/)
			looks += $4
		calls++
		last = $3 + $4
	}
	END {
		print "sample first_relocation_calls calls", who, calls
		if (who == "stock")
			exit
		print "sample first_relocation us limit", \
		      took["xendevicemodel_relocate_memory"] / 1000
		print "sample first_relocation_looks us shim", looks / 1000
		print "sample first_relocation_tables us shim", \
		      took["xendevicemodel_set_mem_type"] / 1000
		print "sample first_relocation_after us shim", (end - last) / 1000
	}'
}

# video_ram WHO NAME: how long populating it and its first relocation took.
video_ram() {
	notes above "$pid" | awk -v who="$1" -v name="$2" '
	$1 == "xc_domain_populate_physmap_exact" && $5 == 4096 { took = $3 }
	$1 == "xendevicemodel_relocate_memory" { took += $3; exit }
	END { print "sample", name, "us", who, took / 1000 }'
}

# As if no guest had ever been here.
forget() {
	xenstore-rm /local/domain/0/xenphysmap 2>/dev/null || :
}

# writes WHO NAME ADDR: after a move to there, and of RAM, of 256 pages each.
writes() {
	say a bar "$3" 2>/dev/null
	say a vga 0 256 2>/dev/null
	count=20000
	[ "$(ask a access status 2>/dev/null)" = direct ] || count=20
	# whatever else the machine does only adds
	for _ in 1 2 3 4 5; do
		say a time $count 2>/dev/null
		echo "$(field kcycles) $(field ram)"
	done | awk -v who="$1" -v name="$2" -v count=$count '
	NR == 1 || $1 < bar { bar = $1 }
	NR == 1 || $2 < ram { ram = $2 }
	END {
		print "sample", name, "cycles", who, bar * 1000 / count
		if (who != "stock")
			print "sample", name, "cycles limit", ram * 1000 / count
	}'
}

guests() {
	for who in stock shim; do
		forget
		start=$(now_us)
		boot $who
		sample boot us $who $(($(now_us) - start))
		first_move $who
		video_ram $who video_ram_setup_first
		writes $who fb_write_after_move "$B"
		destroy a
	done
}

# The second boot of a guest.
again() {
	for who in stock shim; do
		boot $who
		destroy a
		boot $who
		video_ram $who video_ram_setup
		destroy a
	done
}

large() {
	for who in stock shim; do
		boot $who videoram=256 memory=288
		writes $who fb_write_after_move_256 d0000000
		destroy a
	done
}

# One map or two, of how many frames, and how long from exec() to "running".
restored() {
	notes below "$pid" | awk -v who="$1" '
	$1 == "exec" { start = $2 }
	$1 == "xenforeignmemory_map2" && $5 == 4096 {
		maps++
		failed += $6
		took += $3
	}
	$1 == "xendevicemodel_set_ioreq_server_state" && $5 == 1 {
		end = $2 + $3
	}
	END {
		print "sample restore_video_maps calls", who, maps
		print "sample restore_video_frames_failed frames", who, failed
		print "sample restore_video_map_time us", who, took / 1000
		print "sample restore_device_model ms", who, (end - start) / 1e6
	}'
}

prepare_restores() {
	for who in stock shim; do
		boot $who
		save a
		mv "$live_dir/a.save" "$live_dir/$who.save"
		mv "$live_dir/a.cfg" "$live_dir/$who.cfg"
	done
}

restores() {
	[ -e "$live_dir/shim.save" ] || prepare_restores
	for who in stock shim; do
		cp "$live_dir/$who.cfg" "$live_dir/a.cfg"
		ln -f "$live_dir/$who.save" "$live_dir/a.save"
		restore a
		say a check 2>/dev/null
		pid=$(dm_pid a)
		restored $who
		destroy a
	done
}

# preloaded WHO COMMAND...: its pid is in $pid.
preloaded() {
	who=$1
	shift
	case $who in
	stock)	preload=$bench/above.so:$bench/below.so ;;
	*)	preload=$bench/above.so:$shim:$bench/below.so ;;
	esac
	LD_PRELOAD=$preload XENPHYSMAP_LOG=error "$@" >"$live_dir/out" &
	pid=$!
	wait $pid
}

# What each of the two moves cost the device model, and what Xen, a page.
scaling() {
	for mib in 1 16 64 256 512; do
		preloaded shim "$bench/moves" $mib
		grep -q '^moved 0' "$live_dir/out"
		for level in above below; do
			notes $level $pid |
			sed -n "s/^xendevicemodel_relocate_memory /$level /p"
		done | awk -v mib=$mib '
		function say(n, who, took) {
			print "sample move_scaling_" (n > 1 ? "high_" : "") mib, \
			      "ns", who, took / size
		}
		$1 == "below" {
			frames += $5
			took += $3
			if (frames == size) {
				say(++bare, "limit", took)
				frames = took = 0
			}
		}
		$1 == "above" {
			size = $5
			say(++moves, "shim", $3)
		}'
	done
}

tracking() {
	for mib in 16 256; do
		for who in stock shim; do
			preloaded $who "$bench/moves" $mib 12
			failed=$(sed -n 's/^tracked 12 //p' "$live_dir/out")
			if [ "$failed" != 0 ]; then
				sample track_dirty_vram_$mib us $who fails
				continue
			fi
			# the first two make Xen begin anew
			notes above $pid | awk -v who=$who -v mib=$mib '
			$1 == "xendevicemodel_track_dirty_vram" && ++n > 2 {
				took += $3
			}
			END {
				print "sample track_dirty_vram_" mib, "us", \
				      who, took / (n - 2) / 1000
			}'
		done
	done
}

publishing() {
	"$bench/publish"
}

# Of the shim alone: its pages in the device model, and all of the publisher.
memory() {
	boot shim
	own=$(awk '/^[0-9a-f]+-/ { ours = /xenphysmap-preload/ }
		ours && /^Rss:/ { sum += $2 } END { print sum }' /proc/"$pid"/smaps)
	publisher=$(awk '/^Pss:/ { sum += $2 } END { print sum }' \
		/proc/"$(publishers "$(domid a)")"/smaps)
	sample memory KiB shim $((own + publisher))
	destroy a
}

# frames_moved WHO: so far
frames_moved() {
	notes below "$pid" | awk '
	$1 == "xendevicemodel_relocate_memory" { sum += $5; took += $3 }
	END { printf "%d %d\n", sum, took / 1000 }'
}

toggles() {
	for who in stock shim; do
		boot $who
		before=$(frames_moved)
		for _ in $(seq 20); do
			say a decode 0 2>/dev/null
			say a decode 1 2>/dev/null
		done
		say a size 2>/dev/null
		after=$(frames_moved)
		say a check 2>/dev/null
		sample decode_toggle frames $who $((${after% *} - ${before% *}))
		sample decode_toggle_time us $who $((${after#* } - ${before#* }))
		destroy a
	done
}

# ---- all of them ----

pairs=$1
shift
live_clean_up
mkdir -p "$XENPHYSMAP_SPY"
for part; do
	case $part in
	publishing|memory|toggles)	rounds=1 ;;
	scaling)			rounds=$(((pairs + 1) / 2)) ;;
	*)				rounds=$pairs ;;
	esac
	for _ in $(seq "$rounds"); do
		$part >"$live_dir/samples"
		sed "s/^/$part /" "$live_dir/samples"
		rm -f "$XENPHYSMAP_SPY"/*
	done
done
live_clean_up
