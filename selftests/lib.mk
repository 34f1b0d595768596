# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Build and run one collection of tests. Its Makefile is data and ends with
# "include ../lib.mk":
#
#   TEST_GEN_PROGS	programs: each from the C file of its name, if there is
#			one here, and of
#   NAME-y		more objects: paths from the top, lists of Kbuild too;
#			"=" and not ":=", since Kbuild is read only here
#   NAME-libs		what it is linked with: -lxenstore
#   TEST_OBJS		objects that every program of the collection has
#   TEST_PROGS		scripts that are run as they are
#   TEST_GEN_FILES	built for the tests, not run: NAME as a program is,
#			NAME.so from NAME.so-y, others by a rule after the
#			include, into $(OUTPUT)
#   TEST_FILES		other files the tests need, where they're installed
#   TEST_PRODUCTS	what the top Makefile is to build first, below $(O)
#   SANITIZE		address,undefined unless it says otherwise; or empty
#
# The objects are those of the products, from the same Kbuild, but compiled
# here under the flags of the tests: no copy, no mock of what ships.

srctree	:= $(patsubst %/selftests/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
O	?= build
# a relative O= is below the top, wherever make was called
objtree	:= $(abspath $(if $(filter /%,$(O)),$(O),$(srctree)/$(O)))
collection := $(notdir $(CURDIR))
OUTPUT	:= $(objtree)/selftests/$(collection)
# as at the top, or what both make is made again by each
ifeq ($(origin CC),default)
CC	:= gcc
endif
export srctree objtree CC

include $(srctree)/Kbuild

SANITIZE ?= address,undefined
test_flags := -std=gnu11 -D_GNU_SOURCE -DXENPHYSMAP_VERSION='"selftests"' \
	-I$(srctree)/include -I$(srctree)/shim -I$(srctree)/shim/ctl -I$(srctree)/selftests \
	-O1 -g -fPIC -fno-omit-frame-pointer -Wall -Wextra -Werror \
	-ffile-prefix-map=$(srctree)/= \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all) \
	$(CPPFLAGS) $(CFLAGS)

# make V=1 shows the commands
Q	:= $(if $(filter 1,$(V)),,@)
say	= $(if $(Q),@printf '  %-7s %s\n' $(1) $(patsubst $(objtree)/%,%,$@))

.DEFAULT_GOAL := all
programs := $(TEST_GEN_PROGS) \
	$(foreach f,$(TEST_GEN_FILES),$(if $(suffix $(f)),,$(f)))
shared	:= $(filter %.so,$(TEST_GEN_FILES))
built	= $(addprefix $(OUTPUT)/,$(1))
own_object = $(if $(wildcard $(1).c),selftests/$(collection)/$(1).o)
objects_of = $(call built,$(if $(filter %.so,$(1)),,$(own_object) $(TEST_OBJS)) $($(1)-y))

all: products $(call built,$(TEST_GEN_PROGS) $(TEST_GEN_FILES))

products:
	$(if $(TEST_PRODUCTS),$(Q)$(MAKE) --no-print-directory -C $(srctree) \
		O=$(objtree) $(addprefix $(objtree)/,$(TEST_PRODUCTS)))

# changes when the compiler or a flag does
$(OUTPUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$build_flags" | cmp -s - $@ || \
		printf '%s\n' "$$build_flags" >$@
$(OUTPUT)/flags: export build_flags := $(CC) $(test_flags) $(LDFLAGS)

$(OUTPUT)/%.o: $(srctree)/%.c $(OUTPUT)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(test_flags) -MMD -MP -c -o $@ $<

.SECONDEXPANSION:
$(call built,$(programs)): $(OUTPUT)/%: $$(call objects_of,$$*)
	$(call say,LD)
	$(Q)$(CC) $(test_flags) $(LDFLAGS) -o $@ $^ $($*-libs) $(LDLIBS)

$(call built,$(shared)): $(OUTPUT)/%: $$(call objects_of,$$*)
	$(call say,LD)
	$(Q)$(CC) $(test_flags) $(LDFLAGS) -shared -o $@ $^ $($*-libs) $(LDLIBS)

entries	:= $(addprefix $(OUTPUT)/,$(TEST_GEN_PROGS)) \
	   $(addprefix $(CURDIR)/,$(TEST_PROGS))

run_tests: all
	@mkdir -p $(OUTPUT)
	@cd $(OUTPUT) && exec $(srctree)/selftests/runner.sh \
		$(addprefix $(collection):,$(entries))

# what runner.sh is to be given
emit:
	@printf '%s\n' $(addprefix $(collection):,$(entries))

# to be carried to another machine, see ../Makefile
install: all
	install -d $(INSTALL_PATH)/$(collection)
	install -t $(INSTALL_PATH)/$(collection) $(entries)
	$(if $(TEST_FILES)$(TEST_GEN_FILES),install -t $(INSTALL_PATH)/$(collection) \
		$(TEST_FILES) $(call built,$(TEST_GEN_FILES)))
	$(if $(wildcard settings),install -m 644 -t $(INSTALL_PATH)/$(collection) settings)

clean:
	rm -rf $(OUTPUT)

FORCE:
.PHONY: all products run_tests emit install clean FORCE
.DELETE_ON_ERROR:

-include $(patsubst %.o,%.d,$(sort $(foreach p,$(programs) $(shared),$(call objects_of,$(p)))))
