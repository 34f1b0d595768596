#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# unhex.pl DIR <corpus: each input as a file, as libFuzzer wants them.
use strict;
use warnings;

while (<STDIN>) {
	next unless /^([0-9a-f]+)$/;
	open(my $out, '>', sprintf('%s/%04d', $ARGV[0], $.)) or die "$ARGV[0]: $!";
	print $out pack('H*', $1);
	close($out) or die "$ARGV[0]: $!";
}
