// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device model that knows nothing of the shim or of the model: it is linked
 * with libxen, and whoever is preloaded answers.  Moves a BAR and says what the
 * guest reads there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dm.h"

int main(void)
{
	bool (*guest_read)(uint64_t, unsigned int, void *, size_t) =
		dlsym(RTLD_DEFAULT, "fakexen_guest_read");
	static struct dm dm;
	char seen[8] = "nothing";

	if (!guest_read) {
		puts("no model");
		return 1;
	}
	dm_start(&dm, 1, DM_7_2, false, false);
	if (dm_add_block(&dm, 0x3000, 64) || dm_map_bar(&dm, &dm.block[0], 0xf1000))
		perror("first BAR");
	strcpy(dm.block[0].map, "pixels");
	if (dm_move_bar(&dm, &dm.block[0], 0xf1000, 0xe0000))
		printf("%s\n", strerror(errno));
	guest_read(0xe0000, 0, seen, 7);
	puts(seen);
	dm_end(&dm);
	return 0;
}
