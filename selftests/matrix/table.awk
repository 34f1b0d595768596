# SPDX-License-Identifier: LGPL-2.1-or-later
#
# KTAP of several columns, a file each, to one table in reStructuredText.  In a
# file there are groups, and the tests in them, two spaces deeper.

function column_of(file)
{
	sub(/\.ktap$/, "", file)
	sub(/-[0-9]+-of-[0-9]+$|-stubdom$/, "", file)
	return file
}

# A column is no narrower than what is in it: "xfail".
function width(c)
{
	return length(column[c]) < 5 ? 5 : length(column[c])
}

function bar(   c)
{
	printf "%s", substr(line, 1, widest)
	for (c = 1; c <= columns; c++)
		printf "  %s", substr(line, 1, width(c))
	print ""
}

function print_row(row,   text, c)
{
	text = sprintf("%-*s", widest, row)
	for (c = 1; c <= columns; c++)
		text = text sprintf("  %-*s", width(c), cell[row, column[c]])
	sub(/ +$/, "", text)
	print text
}

# Of each column by itself: a test may have been run again.
function collect_reasons(row,   c, text)
{
	for (c = 1; c <= columns; c++) {
		text = why[row, column[c]]
		if (text == "")
			continue
		if (!((row, text) in where)) {
			skipped[++skips] = row
			because[skips] = text
		}
		where[row, text] = where[row, text] (where[row, text] ? ", " : "") column[c]
	}
}

FNR == 1 {
	here = column_of(FILENAME)
	if (!(here in known)) {
		known[here] = 1
		column[++columns] = here
	}
	pending = 0
}

/^  (not )?ok / {
	verdict = $1 == "ok" ? "ok" : "FAIL"
	name = $1 == "ok" ? $3 : $4
	if (match($0, / # SKIP /)) {
		verdict = "skip"
		reason[pending + 1] = substr($0, RSTART + 8)
	} else if ($0 ~ / # XFAIL /)
		verdict = "xfail"
	tests[++pending] = name
	said[pending] = verdict
}

# the group ends: now it has a name
/^(not )?ok / {
	group = $1 == "ok" ? $3 : $4
	sub(/\.sh$/, "", group)
	for (i = 1; i <= pending; i++) {
		row = group "." tests[i]
		if (!(row in seen)) {
			seen[row] = 1
			if (!(group in size))
				order_of[++groups] = group
			name_of[group, ++size[group]] = row
			if (length(row) > widest)
				widest = length(row)
		}
		cell[row, here] = said[i]
		why[row, here] = said[i] == "skip" ? reason[i] : ""
	}
	pending = 0
}

END {
	for (line = "="; length(line) < widest;)
		line = line line
	bar()
	printf "%-*s", widest, "test"
	for (c = 1; c <= columns; c++)
		printf "  %-*s", width(c), column[c]
	print ""
	bar()
	for (g = 1; g <= groups; g++) {
		for (r = 1; r <= size[order_of[g]]; r++)
			print_row(name_of[order_of[g], r])
	}
	bar()
	print ""
	for (g = 1; g <= groups; g++) {
		for (r = 1; r <= size[order_of[g]]; r++)
			collect_reasons(name_of[order_of[g], r])
	}
	if (!skips)
		exit
	print "Skipped\n=======\n"
	for (s = 1; s <= skips; s++)
		printf "* %s (%s): %s\n", skipped[s], where[skipped[s], because[s]], because[s]
	print ""
}
