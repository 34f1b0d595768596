# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes a table, JSON and a plot of samples:
#
#	awk -v json=FILE -v svg=FILE -f report.awk targets samples
#
# Samples are "PART NAME UNIT WHO VALUE", in the order they were taken: the n-th
# of stock, of the shim and of the limit are a pair.  Knows what a target is,
# and nothing of what is measured.

FNR == NR {
	if (NF < 3 || /^#/)
		next
	order[++rows] = $1
	against[$1] = $2
	bound[$1] = $3
	what[$1] = $0
	sub(/^[^\t]*\t+[^\t]*\t+[^\t]*\t*/, "", what[$1])
	next
}
{
	unit[$2] = $3
	if ($5 == "fails")
		fails[$2, $4] = 1
	else
		value[$2, $4, ++taken[$2, $4]] = $5
}

# The middle of v[1..n], which is sorted on the way.
function median(v, n,	i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = v[i]
		for (j = i - 1; j > 0 && v[j] > x; j--)
			v[j + 1] = v[j]
		v[j + 1] = x
	}
	least = v[1]
	most = v[n]
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# The median of what was measured of WHO, or "" for nothing.
function of(name, who,	v, i)
{
	if (!taken[name, who])
		return ""
	for (i = 1; i <= taken[name, who]; i++)
		v[i] = value[name, who, i]
	return median(v, taken[name, who])
}

# The median of the paired ratios; sets least, most and pairs.
function ratio(name, base,	v, i, n)
{
	for (i = 1; i <= taken[name, base] && i <= taken[name, "shim"]; i++)
		if (value[name, base, i] + 0)
			v[++n] = value[name, "shim", i] / value[name, base, i]
	pairs = n
	return n ? median(v, n) : ""
}

function number(x)
{
	if (x == "")
		return "-"
	return sprintf(x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.3g", x)
}

function or_null(x)
{
	return x == "" ? "null" : sprintf("%.6g", x)
}

# Was the target met?  "" where there is none.
function verdict(name, shim, limit, r)
{
	if (against[name] == "-")
		return ""
	if (against[name] == "works")
		return fails[name, "shim"] ? "MISSED" : "met"
	if (against[name] == "value")
		return shim <= bound[name] ? "met" : "MISSED"
	if (against[name] == "more")
		return shim - limit <= bound[name] ? "met" : "MISSED"
	return r <= bound[name] ? "met" : "MISSED"
}

function row(name,	stock, shim, limit, base, r, met, range)
{
	stock = of(name, "stock")
	limit = of(name, "limit")
	shim = of(name, "shim")
	if (shim == "" && !fails[name, "shim"]) {
		printf "%-28s SKIP: not measured in this run\n", name
		return
	}
	base = against[name] == "stock" || limit == "" ? "stock" : "limit"
	r = ratio(name, base)
	met = verdict(name, shim, limit, r)
	range = r == "" ? "" : sprintf("%s (%s..%s, %d) of %s", number(r), number(least),
				       number(most), pairs, base)
	printf "%-28s %-7s %10s %10s %10s  %-34s %-7s%s\n", name, unit[name],
	       fails[name, "stock"] ? "fails" : number(stock), number(shim), number(limit),
	       range, met, met == "MISSED" ? " " against[name] " " bound[name] : ""
	printf "%s{\"name\": \"%s\", \"unit\": \"%s\", \"stock\": %s, \"xenphysmap\": %s, " \
	       "\"limit\": %s, \"ratio\": %s, \"least\": %s, \"most\": %s, \"pairs\": %d, " \
	       "\"against\": \"%s\", \"target\": \"%s\", \"met\": %s}", sep, name, unit[name],
	       or_null(stock), or_null(shim), or_null(limit), or_null(r),
	       r == "" ? "null" : or_null(least), r == "" ? "null" : or_null(most), pairs,
	       against[name], bound[name],
	       met == "" ? "null" : met == "met" ? "true" : "false" >json
	sep = ",\n "
	if (limit + 0 || stock + 0)
		draw(name, stock, shim, limit + 0 ? limit : stock)
}

# ---- the plot: how many times the limit, or stock where there is none ----

function x_of(times)
{
	return 250 + 92 * (log(times) / log(10) + 2)
}

function dot(times, y, colour)
{
	if (times == "" || times <= 0)
		return
	if (times < 0.01)
		times = 0.01
	plot = plot sprintf("<circle cx='%.1f' cy='%d' r='4' fill='%s'/>\n", x_of(times), y, colour)
}

function draw(name, stock, shim, one,	y)
{
	if (name ~ /^pass_through/)
		return
	y = 60 + 20 * drawn++
	plot = plot sprintf("<text x='230' y='%d' text-anchor='end'>%s</text>\n", y + 4, name)
	dot(stock == "" ? "" : stock / one, y, "#c0392b")
	dot(shim / one, y, "#2471a3")
}

function write_plot(	e, height)
{
	height = 60 + 20 * drawn
	print "<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->" >svg
	printf "<svg xmlns='http://www.w3.org/2000/svg' width='920' height='%d' " \
	       "font-family='sans-serif' font-size='12'>\n", height >svg
	printf "<rect width='920' height='%d' fill='white'/>\n", height >svg
	printf "<text x='10' y='20'>Times the limit, or stock where nothing bounds it: " \
	       "<tspan fill='#2471a3'>xenphysmap</tspan>, " \
	       "<tspan fill='#c0392b'>stock QEMU</tspan></text>\n" >svg
	for (e = -2; e <= 5; e++) {
		printf "<line x1='%.1f' x2='%.1f' y1='46' y2='%d' stroke='%s'/>\n",
		       x_of(10 ^ e), x_of(10 ^ e), height - 10, e ? "#ddd" : "#555" >svg
		printf "<text x='%.1f' y='42' text-anchor='middle'>%s</text>\n",
		       x_of(10 ^ e), 10 ^ e >svg
	}
	printf "%s</svg>\n", plot >svg
}

END {
	printf "%-28s %-7s %10s %10s %10s  %s\n", "name", "unit", "stock", "shim", "limit",
	       "ratio (range, pairs)"
	printf "[" >json
	for (i = 1; i <= rows; i++)
		row(order[i])
	print "]" >json
	write_plot()
}
