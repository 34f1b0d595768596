// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * toolstack create | destroy DOMID: a domain for the example to be the device
 * model of.  No libxl, which would start a device model of its own.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/conform.h"

struct conform conform;

int main(int argc, char *argv[])
{
	conform.xch = xc_interface_open(NULL, NULL, 0);
	if (!conform.xch)
		err(1, "no Xen here");
	if (argc == 2 && !strcmp(argv[1], "create")) {
		conform_new_domain(FAKEXEN_4_17);
		printf("%u\n", conform.domid);
	} else if (argc == 3 && !strcmp(argv[1], "destroy")) {
		conform.domid = strtoul(argv[2], NULL, 10);
		conform_end_domain();
	} else {
		errx(2, "usage: %s create | destroy DOMID", argv[0]);
	}
	return xc_interface_close(conform.xch);
}
