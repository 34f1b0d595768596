# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The model's objects, for every collection that has tests on it.  Lists only,
# as in Kbuild, with paths from the top.
fakexen	:= fault machine page p2m physmap pin dirty ioreq tree transaction watch store_admin \
	libxendevicemodel libxenforeignmemory libxenctrl libxenstore
fakexen-y := $(patsubst %,selftests/model/fakexen/%.o,$(fakexen))

# as QEMU under the preload: the entry has libxen's names, the model is behind
entered-y = $(fakexen-y) $(engine-y) shim/calls.o shim/entry-preload.o shim/records-beside.o \
	shim/store.o $(patsubst %,selftests/model/%.o,next-model dm)
# and watched
through-y = $(entered-y) $(patsubst %,selftests/model/%.o,seam relay walk records_of guest errors)
through-libs := -Wl,--wrap=physmap_new,--wrap=xenphysmap_close,--wrap=log_line \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
