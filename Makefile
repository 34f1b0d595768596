# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a person types.  What the products are made of is in Kbuild.
#
#   make [O=dir]                  build into dir, build/ by default
#   make check                    build with gcc and clang, unit tests, real Xen
#   make check-all                that and more of it, on more than one Xen: hours
#   make demo                     the story, told on a real Xen
#   make bench                    stock and shim measured in turns, on a real Xen
#   make bench-check              calls and allocations counted, and compared
#   make docs                     this documentation as HTML and as man pages
#   make deb                      Debian packages for this release, into build/deb
#   make install DESTDIR= PREFIX= (PREFIX is /usr/local by default), with what
#                                 "make docs" has made, if it has
#   make clean

VERSION		:= 1.0.0
SONAME		:= libxenphysmap.so.1

srctree		:= $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
O		?= $(srctree)/build
override O	:= $(abspath $(O))

PREFIX		?= /usr/local
bindir		?= $(PREFIX)/bin
libdir		?= $(PREFIX)/lib
includedir	?= $(PREFIX)/include
# not below libdir: a user's xl.cfg names it, and libdir may have an architecture
pkglibdir	:= $(PREFIX)/lib/xenphysmap
datadir		:= $(PREFIX)/share/xenphysmap
unitdir		:= $(PREFIX)/lib/systemd/system
mandir		?= $(PREFIX)/share/man
htmldir		?= $(PREFIX)/share/doc/xenphysmap/html
completiondir	:= $(PREFIX)/share/bash-completion/completions
INSTALL		?= install
OBJCOPY		?= objcopy
SPHINXBUILD	?= sphinx-build

ifeq ($(origin CC),default)
CC		:= gcc
endif
CFLAGS		?= -O2 -g
WARNINGS	:= -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wvla -Wundef
# WERROR=1 is for developers and CI: a newer compiler must not break users
WARNINGS	+= $(if $(WERROR),-Werror)
# the same bytes, wherever that was built
shim_CFLAGS	:= -ffile-prefix-map=$(srctree)=. -std=gnu11 -D_GNU_SOURCE -DXENPHYSMAP_VERSION='"$(VERSION)"' $(WARNINGS) \
		   -fvisibility=hidden -I$(srctree)/include -I$(srctree)/shim -I$(srctree)/shim/ctl
shim_LDFLAGS	:= -Wl,-z,defs,-z,relro,-z,now

LIBS_link	:= -lxendevicemodel -lxenforeignmemory -lxencall -lxenctrl -lxenstore
# the preload brings no libxen of its own: those of the device model are meant
LIBS_preload	:= -ldl -lpthread

include $(srctree)/Kbuild

# make V=1 shows the commands
Q		:= $(if $(filter 1,$(V)),,@)
say		= $(if $(Q),@printf '  %-7s %s\n' $(1) $(patsubst $(O)/%,%,$@))

pic		= $(addprefix $(O)/pic/,$(1))
plain		= $(addprefix $(O)/,$(1))

products	:= $(O)/$(SONAME) $(O)/libxenphysmap.so $(O)/libxenphysmap.a \
		   $(O)/libxenphysmap-wrap.a $(O)/xenphysmap-wrap.opt \
		   $(O)/xenphysmap-preload.so $(O)/xenphysmap-publisher $(O)/xenphysmap

# every collection of selftests/ that fits into a check, quickest first
check_targets	:= harness build core ctl arch docs preload trace publisher model bench fuzz analyze foreign \
		   testbed live
# and what takes minutes of a machine, or a Debian archive; and Xens beside bookworm's,
# which is live's
slow_targets	:= slow deb
all_targets	:= $(filter-out live,$(check_targets)) $(slow_targets) matrix

all: $(products)

# changes when the compiler, a flag or a list does, or a header that may be missing
sdt		:= $(wildcard /usr/include/sys/sdt.h /usr/include/*/sys/sdt.h)
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$build_flags" | cmp -s - $@ || printf '%s\n' "$$build_flags" >$@
$(O)/flags: export build_flags := $(CC) $(shim_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(sdt) \
		$(libxenphysmap-y) $(libxenphysmap-wrap-y) $(xenphysmap-preload-y) \
		$(xenphysmap-publisher-y)

$(O)/pic/%.o: $(srctree)/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(shim_CFLAGS) $(CPPFLAGS) $(CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(O)/%.o: $(srctree)/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(shim_CFLAGS) $(CPPFLAGS) $(CFLAGS) -fPIE -MMD -MP -c -o $@ $<

$(O)/$(SONAME): $(call pic,$(libxenphysmap-y)) $(srctree)/shim/libxenphysmap.map
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(SONAME) $(shim_LDFLAGS) $(LDFLAGS) \
		-Wl,--version-script=$(srctree)/shim/libxenphysmap.map \
		-o $@ $(filter %.o,$^) $(LIBS_link) -lpthread

$(O)/libxenphysmap.so: $(O)/$(SONAME)
	$(Q)ln -sf $(SONAME) $@

# what is hidden in the shared library must not meet the names of a program
$(O)/libxenphysmap.a: shown := --localize-hidden
$(O)/libxenphysmap.a: $(call plain,$(libxenphysmap-y))
# nothing of what calls the engine by its names is in here
$(O)/libxenphysmap-wrap.a: shown := --wildcard --keep-global-symbol='__wrap_*'
$(O)/libxenphysmap-wrap.a: $(call plain,$(libxenphysmap-wrap-y))

$(O)/libxenphysmap.a $(O)/libxenphysmap-wrap.a:
	$(call say,AR)
	$(Q)$(LD) -r -o $(@:.a=.o) $^
	$(Q)$(OBJCOPY) $(shown) $(@:.a=.o)
	$(Q)rm -f $@
	$(Q)$(AR) rcsD $@ $(@:.a=.o)

$(O)/xenphysmap-wrap.opt: $(srctree)/shim/xenphysmap-wrap.opt.in $(srctree)/shim/symbols.h
	$(call say,CPP)
	$(Q)$(CC) -E -P -x c -I$(srctree)/shim -o $@ $<

$(O)/xenphysmap-preload.so: $(call pic,$(xenphysmap-preload-y)) $(srctree)/shim/preload.map
	$(call say,LD)
	$(Q)$(CC) -shared $(shim_LDFLAGS) $(LDFLAGS) \
		-Wl,--version-script=$(srctree)/shim/preload.map \
		-o $@ $(filter %.o,$^) $(LIBS_preload)

$(O)/xenphysmap-publisher: $(call plain,$(xenphysmap-publisher-y))
	$(call say,LD)
	$(Q)$(CC) -pie $(shim_LDFLAGS) $(LDFLAGS) -o $@ $^ -lxenstore -lseccomp -lpthread

$(O)/xenphysmap: $(call plain,$(xenphysmap-y)) $(O)/libxenphysmap.a
	$(call say,LD)
	$(Q)$(CC) -pie $(shim_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_link) -lpthread -ljson-c

# all of them name the place that they are installed to
configured = sed -e 's|@prefix@|$(PREFIX)|g' -e 's|@libdir@|$(libdir)|g' \
		-e 's|@includedir@|$(includedir)|g' -e 's|@bindir@|$(bindir)|g' \
		-e 's|@pkglibdir@|$(pkglibdir)|g' \
		-e 's|@version@|$(VERSION)|g'

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(bindir) $(pkglibdir) $(datadir) $(includedir) \
		$(libdir)/pkgconfig $(libdir)/xenphysmap $(unitdir) $(completiondir))
	$(INSTALL) -m 755 $(O)/xenphysmap $(DESTDIR)$(bindir)
	$(INSTALL) -m 755 $(O)/xenphysmap-publisher $(DESTDIR)$(pkglibdir)
	$(INSTALL) -m 644 $(O)/xenphysmap-preload.so $(DESTDIR)$(pkglibdir)
	$(INSTALL) -m 644 $(O)/$(SONAME) $(O)/libxenphysmap.a $(O)/libxenphysmap-wrap.a \
		$(DESTDIR)$(libdir)
	$(INSTALL) -m 644 $(O)/xenphysmap-wrap.opt $(DESTDIR)$(libdir)/xenphysmap
	ln -sf $(SONAME) $(DESTDIR)$(libdir)/libxenphysmap.so
	$(INSTALL) -m 644 $(srctree)/include/xenphysmap.h $(DESTDIR)$(includedir)
	$(configured) $(srctree)/shim/xenphysmap-dm.in >$(DESTDIR)$(pkglibdir)/xenphysmap-dm
	$(configured) $(srctree)/shim/xl.in >$(DESTDIR)$(pkglibdir)/xl
	chmod 755 $(DESTDIR)$(pkglibdir)/xenphysmap-dm $(DESTDIR)$(pkglibdir)/xl
	ln -sf xenphysmap-dm $(DESTDIR)$(pkglibdir)/stock-dm
	$(configured) $(srctree)/shim/toolstack.conf.in >$(DESTDIR)$(pkglibdir)/toolstack.conf
	$(configured) $(srctree)/shim/xenphysmap.bt.in >$(DESTDIR)$(datadir)/xenphysmap.bt
	$(INSTALL) -m 644 $(srctree)/shim/xenphysmap.bash-completion \
		$(DESTDIR)$(completiondir)/xenphysmap
	$(configured) $(srctree)/shim/xenphysmap-handover.service.in \
		>$(DESTDIR)$(unitdir)/xenphysmap-handover.service
	$(configured) $(srctree)/shim/xenphysmap.pc.in >$(DESTDIR)$(libdir)/pkgconfig/xenphysmap.pc
	$(configured) $(srctree)/shim/xenphysmap-wrap.pc.in \
		>$(DESTDIR)$(libdir)/pkgconfig/xenphysmap-wrap.pc
	@if [ -d $(O)/docs/html ]; then $(MAKE) --no-print-directory -C $(srctree) O=$(O) install-docs; fi

# a warning of Sphinx's is an error: it is about a page that isn't as it was meant
docs:
	@{ command -v $(SPHINXBUILD) && ls $${KERNELDOC:-/usr/lib/linux-kbuild-*/scripts/kernel-doc}; } \
		>/dev/null 2>&1 || $(srctree)/selftests/packages docs
	$(Q)for kind in html man; do \
		XENPHYSMAP_VERSION=$(VERSION) $(SPHINXBUILD) -q -W --keep-going -b $$kind \
			-d $(O)/docs/doctrees $(srctree)/Documentation $(O)/docs/$$kind || exit; \
	done

install-docs:
	$(INSTALL) -d $(DESTDIR)$(htmldir)
	cp -R $(O)/docs/html/. $(DESTDIR)$(htmldir)
	for page in $(O)/docs/man/*.[1-8]; do \
		$(INSTALL) -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page || exit; \
	done

# A source package's tree, since the packaging isn't at the top of this one.
tree		:= $(O)/deb/xenphysmap-$(VERSION)
deb:
	@$(srctree)/selftests/packages build deb docs
	rm -rf $(O)/deb
	mkdir -p $(tree)/debian/source
	cp -R $(addprefix $(srctree)/,COPYING Documentation Kbuild Makefile README.rst include \
		selftests shim) $(tree)
	cp $(srctree)/shim/debian/* $(tree)/debian
	sed -e 1d -e 's/@version@/$(VERSION)/' $(srctree)/shim/debian/changelog.in \
		>$(tree)/debian/changelog
	rm $(tree)/debian/changelog.in
	echo '3.0 (native)' >$(tree)/debian/source/format
	cd $(tree) && env -u MAKEFLAGS -u MAKELEVEL -u O dpkg-buildpackage -us -uc -b

# what a bare Debian 12 needs for the rest is installed there
check:
	@$(srctree)/selftests/packages build check docs
	@JOBS=$${JOBS:-$$(nproc)} $(MAKE) --no-print-directory -j$$(nproc) -C $(srctree)/selftests O=$(O) run_tests \
		TARGETS="$(or $(TARGETS),$(check_targets))"

# fuzzing and random lives for minutes, under valgrind, with coverage; what it has
# found out about each Xen is told and written down, well or not
check-all: export FUZZ_SECONDS ?= 60
check-all: export ROUNDS ?= 20
check-all: export MORE ?= 1
check-all:
	@$(srctree)/selftests/packages check-all deb
	@status=0; \
	$(MAKE) --no-print-directory -C $(srctree) O=$(O) check \
		TARGETS="$(or $(TARGETS),$(all_targets))" || status=$$?; \
	$(if $(filter matrix,$(or $(TARGETS),$(all_targets))),\
		$(MAKE) -s -C $(srctree)/selftests/matrix O=$(O) table || status=$$?;) \
	exit $$status

demo:
	@O=$(O) $(srctree)/selftests/demo/demo

bench:
	@O=$(O) $(srctree)/selftests/bench/bench $(PARTS)

bench-check:
	@$(MAKE) --no-print-directory check TARGETS=bench

clean:
	rm -rf $(O)

FORCE:

# make print-engine-y: the lists, for build systems that aren't make
print-%:
	@echo $($*)

.PHONY: all install deb docs install-docs check check-all demo bench bench-check clean FORCE
.DELETE_ON_ERROR:

objects := $(sort $(foreach p,libxenphysmap libxenphysmap-wrap xenphysmap-preload \
		xenphysmap-publisher xenphysmap,$($(p)-y)))
-include $(patsubst %.o,$(O)/%.d,$(objects)) $(patsubst %.o,$(O)/pic/%.d,$(objects))
