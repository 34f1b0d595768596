// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Is the next device model started as the present one was, but for what has to
 * be different?  An argument that is lost or bent here is another machine, on
 * which the guest's state doesn't fit.
 */
#include <errno.h>
#include <string.h>

#include "arguments.h"
#include "ksft_harness.h"

#define MONITOR	"socket,id=libxl-cmd,path=/var/run/xen/qmp-libxl-1,server=on,wait=off"
#define RENEWED	"socket,id=libxl-cmd,fd=7,server=on,wait=off"

static int numbered(void *arg, int fd)
{
	(void)arg;
	return fd == 3 ? 33 : -1;
}

static int tap(void *arg, const char *ifname)
{
	(void)arg;
	return strcmp(ifname, "vif1.0-emu") ? -1 : 44;
}

static int renew(char **old, char ***renewed)
{
	const struct arguments_source source = { .monitor = 7, .numbered = numbered, .tap = tap };

	return arguments_renew(old, "/new/qemu", &source, renewed);
}

static void expect_words(char **list, const char *const *expected)
{
	char **words = list;

	for (; *expected; words++, expected++) {
		ASSERT_NOT_NULL(*words);
		ASSERT_STREQ(*expected, *words);
	}
	ASSERT_NULL(*words);
	arguments_free(list);
}

TEST(as_libxl_starts_it)
{
	char *old[] = { "/old/qemu", "-xen-domid", "1", "-chardev", MONITOR, "-mon",
			"chardev=libxl-cmd,mode=control", "-name", "a guest, with a comma",
			"-machine", "xenfv,suppress-vmdesc=on", "-m", "48", NULL };
	const char *expected[] = { "/new/qemu", "-xen-domid", "1", "-chardev", RENEWED, "-mon",
				   "chardev=libxl-cmd,mode=control", "-name",
				   "a guest, with a comma", "-machine",
				   "xenfv,suppress-vmdesc=on", "-m", "48", "-S", "-incoming",
				   "defer", NULL };
	char **renewed;

	ASSERT_EQ(0, renew(old, &renewed));
	expect_words(renewed, expected);
}

/* What this very function made, as after a restore, or as confined. */
TEST(over_and_over)
{
	char *old[] = { "qemu", "-incoming", "fd:15", "-chardev", RENEWED, "-S", NULL };
	const char *expected[] = { "/new/qemu", "-chardev", RENEWED, "-S", "-incoming", "defer",
				   NULL };
	char **once, **twice;

	ASSERT_EQ(0, renew(old, &once));
	ASSERT_EQ(0, renew(once, &twice));
	expect_words(once, expected);
	expect_words(twice, expected);
}

TEST(descriptors)
{
	char *old[] = { "qemu", "-chardev", MONITOR, "-netdev",
			"type=tap,id=net0,ifname=vif1.0-emu,br=xenbr0,script=no,downscript=no",
			"-netdev", "tap,ifname=gone,id=net1", "-netdev", "tap,id=net2,fd=3",
			"-netdev", "user,id=net3,ifname=vif1.0-emu", NULL };
	const char *expected[] = { "/new/qemu", "-chardev", RENEWED, "-netdev",
				   "type=tap,id=net0,fd=44", "-netdev", "tap,ifname=gone,id=net1",
				   "-netdev", "tap,id=net2,fd=33", "-netdev",
				   "user,id=net3,ifname=vif1.0-emu", "-S", "-incoming", "defer",
				   NULL };
	char **renewed;

	ASSERT_EQ(0, renew(old, &renewed));
	expect_words(renewed, expected);
}

/* Two commas are one that belongs to a value. */
TEST(commas)
{
	char *old[] = { "qemu", "-chardev", MONITOR, "-drive",
			"file=/images/a,,fd=9,,b,if=ide", "-drive", "file=fd=3,if=ide", NULL };
	const char *expected[] = { "/new/qemu", "-chardev", RENEWED, "-drive",
				   "file=/images/a,,fd=9,,b,if=ide", "-drive", "file=fd=3,if=ide",
				   "-S", "-incoming", "defer", NULL };
	char **renewed;

	ASSERT_EQ(0, renew(old, &renewed));
	expect_words(renewed, expected);
}

TEST(refused)
{
	char *no_monitor[] = { "qemu", "-chardev", "socket,id=other,path=/x", NULL };
	char *no_descriptor[] = { "qemu", "-chardev", MONITOR, "-netdev", "tap,fd=4", NULL };
	char *nothing[] = { NULL };
	char **renewed;

	EXPECT_EQ(-ENODATA, renew(no_monitor, &renewed));
	EXPECT_EQ(-EBADF, renew(no_descriptor, &renewed));
	EXPECT_NE(0, renew(nothing, &renewed));
}

TEST(values)
{
	char *argv[] = { "qemu", "--machine", "xenfv", "-m", "48", "-last", NULL };

	EXPECT_STREQ("xenfv", arguments_value(argv, "machine"));
	EXPECT_STREQ("48", arguments_value(argv, "m"));
	EXPECT_NULL(arguments_value(argv, "last"));
	EXPECT_NULL(arguments_value(argv, "xenfv"));
}

TEST(environment)
{
	char *with[] = { "A=1", "LD_PRELOAD=/x/y.so:/lib/xenphysmap-preload.so", "B=", NULL };
	char *without[] = { "A=1", "LD_PRELOAD=/x/y.so", "XENPHYSMAP_STRICT=1", NULL };
	const char *kept[] = { "A=1", "B=", "XENPHYSMAP_STRICT=1",
			       "LD_PRELOAD=/x/y.so:/lib/xenphysmap-preload.so", NULL };
	const char *added[] = { "A=1", "LD_PRELOAD=/s/xenphysmap-preload.so:/x/y.so", NULL };
	char **renewed;

	ASSERT_EQ(0, environment_renew(with, "/s/xenphysmap-preload.so", 1, &renewed));
	expect_words(renewed, kept);
	ASSERT_EQ(0, environment_renew(without, "/s/xenphysmap-preload.so", 0, &renewed));
	expect_words(renewed, added);
	EXPECT_EQ(-ENOENT, environment_renew(without, NULL, 0, &renewed));
	arguments_free(renewed);
}

TEST(environment_without)
{
	char *with[] = { "A=1", "LD_PRELOAD=/x/y.so:/lib/xenphysmap-preload.so /z.so", "B=",
			 "XENPHYSMAP_STRICT=1", NULL };
	char *alone[] = { "LD_PRELOAD=/lib/xenphysmap-preload.so", "A=1", NULL };
	char *none[] = { "A=1", NULL };
	const char *others[] = { "A=1", "B=", "LD_PRELOAD=/x/y.so:/z.so", NULL };
	const char *nothing[] = { "A=1", NULL };
	char **renewed;

	ASSERT_EQ(0, environment_strip(with, &renewed));
	expect_words(renewed, others);
	ASSERT_EQ(0, environment_strip(alone, &renewed));
	expect_words(renewed, nothing);
	ASSERT_EQ(0, environment_strip(none, &renewed));
	expect_words(renewed, nothing);
}

TEST_HARNESS_MAIN
