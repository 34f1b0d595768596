# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The literal blocks of pages in RST, and what the comment in front of each says
# of it, see README.rst.  Runs in dom0 as well, so it is what busybox's awk has.
#
#	awk -v want=dom0 -f blocks.awk PAGE...	the text of blocks with this mark
#	awk -f blocks.awk PAGE...		"PAGE:LINE KIND MARK", one a block
#
# KIND is "commands" if a line in it begins as a command does, or "other".

function indent_of(line) {
	match(line, /^[ \t]*/)
	return RLENGTH
}

# Assignments and a parenthesis may precede a command.
function is_command(line) {
	sub(/^[ \t(]+/, "", line)
	sub(/^[$#] /, "", line)
	while (line ~ /^[A-Za-z_]+=[^ ]* ./)
		sub(/^[^ ]* +/, "", line)
	sub(/[ \t].*/, "", line)
	return line in commands || line ~ /^(xenstore-[a-z]|(selftests|build|\.|\/usr)\/[^ ]*[a-z0-9]$)/
}

# Blank lines belong to a block only if something of it follows them.
function take(line) {
	if (is_command(line))
		kind = "commands"
	if (want == "" || mark != want)
		return
	if (line !~ /[^ \t]/) {
		blank = blank "\n"
		return
	}
	print blank substr(line, margin + 1)
	blank = ""
}

function end_block() {
	if (state != "inside")
		return
	if (want == "")
		print page ":" start, kind, mark
	mark = ""
	state = ""
}

function begin_page() {
	end_block()
	mark = state = ""
	page = FILENAME
}

BEGIN {
	split("apt apt-get awk bpftrace cat cc cd clang cmake cp cpio dnf dpkg dpkg-buildpackage echo " \
	      "export gcc git grep gunzip gzip insmod install kill ld ldd ln ls lxc make man mkdir " \
	      "modprobe mount mv ninja objcopy perf pkg-config prove python3 rm rpm sed service sh " \
	      "socat strace sudo systemctl tail tar umount virsh virt-install watch xenphysmap xl",
	      names, " ")
	for (i in names)
		commands[names[i]] = 1
}

FNR == 1 { begin_page() }

# the first line that is indented less than the block's isn't of it
state == "inside" && /[^ \t]/ && indent_of($0) < margin { end_block() }

state == "inside" {
	take($0)
	next
}

# options of a directive, and the blank line behind it
state == "before" && /^[ \t]*:[a-z-]+:/ { next }
state == "before" && /[^ \t]/ {
	if (indent_of($0) <= outer) {
		state = ""
	} else {
		state = "inside"
		margin = indent_of($0)
		start = FNR
		kind = "other"
		blank = ""
		take($0)
		next
	}
}

/^[ \t]*\.\. (not )?tried: / {
	mark = $0
	sub(/^[ \t]*\.\. /, "", mark)
	sub(/^tried: /, "", mark)
	next
}

/^[ \t]*\.\. (code-block|code|parsed-literal)::/ || (/::$/ && !/^[ \t]*\.\. /) {
	state = "before"
	outer = indent_of($0)
}

END { end_block() }
