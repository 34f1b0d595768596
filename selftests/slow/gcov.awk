# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The same source is compiled for several programs: a line counts once, and is
# reached if any of them reaches it.  Files that match left_out don't count.
# Input: gcov --stdout; output: see coverage.sh.
/^ *-: *0:Source:/ {
	file = substr($0, index($0, "Source:") + 7)
	sub(/^.*shim\//, "shim/", file)
	next
}
file ~ /^shim\/.*\.c$/ && file !~ left_out {
	split($0, field, ":")
	count = field[1]
	number = field[2] + 0
	gsub(/[ *]/, "", count)
	if (!number || count == "-")
		next
	code = $0
	sub(/^[^:]*:[^:]*:[ \t]*/, "", code)
	text[file, number] = file ": " code
	in_file[file, number] = file
	if (count !~ /^[#=]/)
		reached[file, number] = 1
}
END {
	printf "" > uncovered
	for (line in text) {
		lines[in_file[line]]++
		if (line in reached)
			covered[in_file[line]]++
		else
			print text[line] > uncovered
	}
	for (file in lines)
		printf "%s %.1f %d %d\n", file, 100 * covered[file] / lines[file],
			covered[file], lines[file] | "sort"
}
