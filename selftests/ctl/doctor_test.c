// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the doctor believe the loader, and nobody else; and does it name the
 * defects of the right versions?
 */
#include <string.h>

#include "bindings.h"
#include "flaws.h"
#include "ksft_harness.h"

#define SHIM	"/usr/lib/xenphysmap/xenphysmap-preload.so"
#define QEMU	"/usr/libexec/xen-qemu-system-i386"
#define DMOD	"/lib/x86_64-linux-gnu/libxendevicemodel.so.1"
#define CTRL	"/lib/x86_64-linux-gnu/libxenctrl.so.4.17"
#define LINE(from, to, name) \
	"     17727:\tbinding file " from " [0] to " to " [0]: normal symbol `" name "' [VERS_1.0]"

static void hear(struct bindings *b, const char *const *lines)
{
	memset(b, 0, sizeof(*b));
	strcpy(b->shim, SHIM);
	for (; *lines; lines++)
		bindings_line(b, *lines);
}

TEST(bound)
{
	static const char *const lines[] = {
		LINE("/bin/sh", "/lib/x86_64-linux-gnu/libc.so.6", "malloc"),
		LINE(QEMU, SHIM, "xendevicemodel_create_ioreq_server"),
		LINE(QEMU, SHIM, "xendevicemodel_relocate_memory"),
		LINE(QEMU, DMOD, "xendevicemodel_inject_msi"),
		LINE(CTRL, SHIM, "xendevicemodel_pin_memory_cacheattr"),
		LINE(QEMU, CTRL, "xc_domain_shutdown"),
		LINE(SHIM, DMOD, "xendevicemodel_relocate_memory"),
		"QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)",
		"Copyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers",
		NULL,
	};
	struct bindings b;

	hear(&b, lines);
	EXPECT_EQ(3, b.bound);
	EXPECT_EQ(0, b.past);
	EXPECT_STREQ(QEMU, b.qemu);
	EXPECT_STREQ("7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)", b.version);
	ASSERT_EQ(2, b.nr_libxen);
	EXPECT_STREQ(DMOD, b.libxen[0]);
	EXPECT_STREQ(CTRL, b.libxen[1]);
}

/* As with a wrong version node, or where LD_PRELOAD is ignored. */
TEST(passed_by)
{
	static const char *const lines[] = {
		LINE(QEMU, DMOD, "xendevicemodel_create_ioreq_server"),
		LINE(QEMU, SHIM, "xendevicemodel_relocate_memory"),
		NULL,
	};
	struct bindings b;

	hear(&b, lines);
	EXPECT_EQ(1, b.bound);
	EXPECT_EQ(1, b.past);
	EXPECT_STREQ("xendevicemodel_create_ioreq_server of xen-qemu-system-i386", b.one_past);
	EXPECT_STREQ("", b.version);
}

TEST(nonsense)
{
	static const char *const lines[] = {
		"binding file ", "binding file x", "binding file x [0] to ",
		"binding file x [0] to y [0]: normal symbol `", "binding file x [0] to y [0]: z",
		"xenphysmap-dm: no qemu-system-i386 here", "", NULL,
	};
	static char huge[3 * PATH_MAX] = "binding file ";
	struct bindings b;

	hear(&b, lines);
	EXPECT_EQ(0, b.bound + b.past);
	EXPECT_STREQ("xenphysmap-dm: no qemu-system-i386 here", b.last);
	memset(huge + strlen(huge), 'x', sizeof(huge) - strlen(huge) - 1);
	memcpy(huge + sizeof(huge) - 10, " [0] to ", 8);
	bindings_line(&b, huge);
	EXPECT_EQ(0, b.bound + b.past);
}

TEST(versions)
{
	struct version v = version_parse("4.17.7-pre");

	EXPECT_EQ(4, v.major);
	EXPECT_EQ(17, v.minor);
	EXPECT_EQ(7, v.micro);
	v = version_parse("4.20-rc");
	EXPECT_EQ(20, v.minor);
	EXPECT_EQ(0, v.micro);
	EXPECT_EQ(0, version_parse("").major);
	EXPECT_EQ(0, version_parse("unknown").major);
}

static bool has(const char *xen, const char *qemu, const char *key)
{
	struct version x = version_parse(xen), q = version_parse(qemu);
	const struct flaw *flaw;
	unsigned int i = 0;

	while ((flaw = flaws_next(&i, &x, &q)))
		if (!strcmp(flaw->key, key))
			return true;
	return false;
}

TEST(flaws)
{
	EXPECT_TRUE(has("4.17.7", "7.2.22", "bar-moves"));
	EXPECT_FALSE(has("4.17.7", "11.1.3", "bar-moves"));
	EXPECT_TRUE(has("4.17.7", "11.1.3", "decode-toggles"));
	EXPECT_FALSE(has("4.17.7", "10.0.13", "decode-toggles"));
	EXPECT_TRUE(has("4.20.3", "10.0.13", "overlap"));
	EXPECT_FALSE(has("4.20.4", "10.0.13", "overlap"));
	EXPECT_TRUE(has("4.21.0", "10.0.13", "overlap"));
	EXPECT_FALSE(has("4.22.0", "10.0.13", "overlap"));
	EXPECT_TRUE(has("4.18.5", "10.0.13", "dirty-moves"));
	EXPECT_FALSE(has("4.19.0", "10.0.13", "dirty-moves"));
	EXPECT_TRUE(has("", "", "count-16-bits"));
	EXPECT_FALSE(has("", "", "overlap"));
	EXPECT_FALSE(has("", "", "bar-moves"));
}

TEST_HARNESS_MAIN
