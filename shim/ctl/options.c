// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tables for getopt_long(3) from one that says each thing once.
 */
#include <getopt.h>
#include <stddef.h>

#include "ctl.h"
#include "options.h"

static void take(const struct option_spec *spec)
{
	if (spec->flag)
		*spec->flag = true;
	if (spec->value)
		*spec->value = optarg;
}

int options_parse(int argc, char **argv, const struct option_spec *specs)
{
	struct option longs[OPTIONS_MAX + 2] = { { "help", no_argument, NULL, 'h' } };
	/* who has no options may have operands that look like some */
	char shorts[2 * OPTIONS_MAX + 3] = "+h", *end = shorts + 2;
	int key;

	for (int i = 0; i < OPTIONS_MAX && specs[i].name; i++) {
		longs[i + 1].name = specs[i].name;
		longs[i + 1].has_arg = specs[i].value ? required_argument : no_argument;
		longs[i + 1].val = (unsigned char)specs[i].key;
		*end++ = specs[i].key;
		if (specs[i].value)
			*end++ = ':';
	}
	/* used for the second time, after the command's own options */
	optind = 0;
	while ((key = getopt_long(argc, argv, shorts + !!specs->name, longs, NULL)) != -1) {
		const struct option_spec *spec = specs;

		if (key == 'h')
			return CTL_HELP;
		while (spec->name && spec->key != key)
			spec++;
		if (!spec->name)
			return CTL_USAGE;
		take(spec);
	}
	return optind;
}
