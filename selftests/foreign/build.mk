# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Somebody else's makefile, as a stub domain's build has one: a compiler, flags
# and a folder of its own, everything static.  Of this project it reads Kbuild,
# headers and the files that Kbuild lists, and nothing else.  With another
# program in the place of the example it can be taken as it is.
#
#   make -f build.mk CC=musl-gcc OUT=dir [LIBXEN="archives..."] [MORE="objects..."]
#
# builds OUT/dm-api, which calls the shim, and OUT/dm-wrap, which doesn't.

SRC	?= ../..
OUT	?= out
LIBXEN	?= $(addprefix -l,xenctrl xendevicemodel xenforeignmemory xenevtchn xengnttab xencall \
		xenstore xentoollog xentoolcore)
CFLAGS	:= -std=gnu11 -O1 -ffunction-sections -fno-pie -Wall -Werror
LDFLAGS	:= -static -no-pie -Wl,--gc-sections
# Xen's headers and the kernel's, and no others of the host's: its libc may be
# another one
XENINC	?= $(OUT)/include
HOSTINC	?= /usr/include

include $(SRC)/Kbuild

OBJCOPY	?= objcopy
flags	= -MMD -D_GNU_SOURCE -isystem $(XENINC) -I$(SRC)/include $(CFLAGS)

all: $(OUT)/dm-api $(OUT)/dm-wrap

$(XENINC):
	mkdir -p $@.new
	ln -sf $(wildcard $(HOSTINC)/xen $(HOSTINC)/xen*.h $(HOSTINC)/xs*.h \
		$(HOSTINC)/_xentoolcore*.h $(HOSTINC)/linux $(HOSTINC)/asm-generic \
		$(HOSTINC)/$(shell $(CC) -dumpmachine)/asm $(HOSTINC)/x86_64-linux-gnu/asm) \
		$@.new/
	mv $@.new $@

# What Kbuild lists: a static pattern rule, since others lose the folder.
shim	:= $(addprefix $(OUT)/,$(sort $(libxenphysmap-y) $(libxenphysmap-wrap-y)))
$(shim): $(OUT)/%.o: $(SRC)/%.c | $(XENINC)
	@mkdir -p $(@D)
	$(CC) $(flags) -fvisibility=hidden -I$(SRC)/shim -c -o $@ $<

# One object of each product, so that what is hidden meets no name of the program.
$(OUT)/xenphysmap-api.o: $(addprefix $(OUT)/,$(libxenphysmap-y))
	$(LD) -r -o $@ $^
	$(OBJCOPY) --localize-hidden $@

$(OUT)/xenphysmap-wrap.o: $(addprefix $(OUT)/,$(libxenphysmap-wrap-y))
	$(LD) -r -o $@ $^
	$(OBJCOPY) --wildcard --keep-global-symbol='__wrap_*' $@

# The options that make the linker wrap, made from the table of names.
$(OUT)/xenphysmap-wrap.opt: $(SRC)/shim/xenphysmap-wrap.opt.in $(SRC)/shim/symbols.h
	$(CC) -E -P -x c -I$(SRC)/shim -o $@ $<

program	:= $(addprefix $(OUT)/example/,main.o with_api.o with_libxen.o)
$(program): $(OUT)/example/%.o: $(SRC)/selftests/example/%.c | $(XENINC)
	@mkdir -p $(@D)
	$(CC) $(flags) -c -o $@ $<

$(OUT)/dm-api: $(OUT)/example/main.o $(OUT)/example/with_api.o $(OUT)/xenphysmap-api.o
	$(CC) $(LDFLAGS) -o $@ $^ $(MORE) -Wl,--start-group $(LIBXEN) -Wl,--end-group

$(OUT)/dm-wrap: $(OUT)/example/main.o $(OUT)/example/with_libxen.o $(OUT)/xenphysmap-wrap.o \
		$(OUT)/xenphysmap-wrap.opt
	$(CC) $(LDFLAGS) -Wl,@$(OUT)/xenphysmap-wrap.opt -o $@ $(filter %.o,$^) $(MORE) \
		-Wl,--start-group $(LIBXEN) -Wl,--end-group

.PHONY: all
.DELETE_ON_ERROR:

-include $(patsubst %.o,%.d,$(shim) $(program))
