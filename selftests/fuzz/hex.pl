#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# hex.pl FILE... >corpus: the opposite of unhex.pl, short inputs first.
use strict;
use warnings;

my @inputs;
for my $name (@ARGV) {
	open(my $in, '<', $name) or die "$name: $!";
	local $/;
	push @inputs, unpack('H*', <$in> // '');
}
print "# SPDX-License-Identifier: LGPL-2.1-or-later\n";
print map { "$_\n" } sort { length $a <=> length $b || $a cmp $b } grep { length } @inputs;
