// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Whose call is it?  Under the shim, with a fake libxen below (calls.sh): in a
 * process that is no device model, for another domain than the device model's
 * own, and in its children, every call must arrive as it was made, and what it
 * returned must come back, errno too.  And becoming a device model must leave
 * nothing behind that a child could see.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "next.h"

#include "every.h"
#include "fake.h"
#include "ksft_harness.h"
#include "process.h"

#define DMOD_HANDLE	POINTER(0x1000)
#define UNTOUCHED	4095	/* no errno that anybody sets */

static const char *const name_of[] = {
#define NAME(type, failure, name, ...)	[FAKE_##name] = #name,
	SYMBOLS_INTERPOSED(NAME)
	SYMBOLS_USED(NAME)
	[FAKE_NAMES] = "nothing",
};

static struct fake *the_fake(void)
{
	struct fake *fake = dlsym(RTLD_DEFAULT, "fake");

	if (!fake)
		SKIP("run by calls.sh");
	return fake;
}

static void expect_arrived(const struct fake *fake, enum fake_id id, const uint64_t *word)
{
	EXPECT_STREQ(name_of[id], name_of[fake->last]);
	for (int i = 0; i < FAKE_WORDS_MAX; i++)
		EXPECT_EQ(word[i], fake->word[i])
			TH_LOG("%s, argument %d", name_of[id], i + 1);
}

#define EXPECT_PASSED(name, ...) do {					\
	const uint64_t words[] = { FAKE_WORDS(__VA_ARGS__) };		\
	unsigned int calls = fake->calls[FAKE_##name];			\
									\
	errno = UNTOUCHED;						\
	EXPECT_EQ(fake->result, (intptr_t)name(__VA_ARGS__))		\
		TH_LOG(#name);						\
	EXPECT_EQ(fake->err ? fake->err : UNTOUCHED, errno)		\
		TH_LOG(#name);						\
	EXPECT_EQ(calls + 1, fake->calls[FAKE_##name])			\
		TH_LOG(#name);						\
	expect_arrived(fake, FAKE_##name, words);			\
} while (0);

/* Each call, once with a result of its own and once failing. */
static void expect_all_pass(struct fake *fake, uint32_t domid)
{
	memset(fake->calls, 0, sizeof(fake->calls));
	fake->result = 3;
	fake->err = 0;
	EVERY_CALL(EXPECT_PASSED, domid)
	fake->result = -1;
	fake->err = ENOTBLK;
	EVERY_CALL(EXPECT_PASSED, domid)
	fake->err = 0;
	for (int id = 0; id < FAKE_INTERPOSED; id++)
		EXPECT_EQ(2, fake->calls[id])
			TH_LOG("%s is not in every.h", name_of[id]);
	for (int id = FAKE_INTERPOSED; id < FAKE_NAMES; id++)
		EXPECT_EQ(0, fake->calls[id])
			TH_LOG("%s, and nobody called it", name_of[id]);
}

/* ---- no device model ---- */

TEST(all_pass)
{
	uint32_t domid = process_domid();

	expect_all_pass(the_fake(), domid);
	EXPECT_EQ(0, process_publisher(domid));
}

TEST(refused_ioreq_server)
{
	struct fake *fake = the_fake();
	uint32_t domid = process_domid();
	char before[256], after[256];

	process_fds(getpid(), before, sizeof(before));
	fake->result = -1;
	fake->err = EBUSY;
	EXPECT_EQ(-1, xendevicemodel_create_ioreq_server(DMOD_HANDLE, domid, 1, NULL));
	EXPECT_EQ(EBUSY, errno);
	process_fds(getpid(), after, sizeof(after));
	EXPECT_STREQ(before, after);
	EXPECT_EQ(0, process_publisher(domid));
	expect_all_pass(fake, domid);
}

/* ---- a device model ---- */

static void become_device_model(struct fake *fake, uint32_t domid)
{
	fake->result = 0;
	fake->err = 0;
	errno = UNTOUCHED;
	ASSERT_EQ(0, xendevicemodel_create_ioreq_server(DMOD_HANDLE, domid, 1, NULL));
	EXPECT_EQ(UNTOUCHED, errno);
}

/* The descriptors of a program that this process starts, and all it says. */
static void child_sees(char *text, size_t size)
{
	FILE *pipe = popen("exec 2>&1; ls /proc/self/fd; true", "r");
	size_t len;

	ASSERT_NOT_NULL(pipe);
	len = fread(text, 1, size - 1, pipe);
	text[len] = '\0';
	EXPECT_NE(0, len);
	EXPECT_EQ(0, pclose(pipe));
}

FIXTURE(device_model) {
	struct fake *fake;
	uint32_t domid;
	pid_t publisher;
	int pidfd;
};
FIXTURE_SETUP(device_model)
{
	self->fake = the_fake();
	self->domid = process_domid();
	become_device_model(self->fake, self->domid);
	self->publisher = process_new_publisher(self->domid);
	ASSERT_LT(0, self->publisher);
	self->pidfd = process_open(self->publisher);
	ASSERT_LE(0, self->pidfd);
}
FIXTURE_TEARDOWN(device_model)
{
	/* whatever happened in the test, its publisher ends with it */
	xendevicemodel_close(DMOD_HANDLE);
	EXPECT_TRUE(process_ends(self->pidfd));
}

TEST_F(device_model, other_domains_pass)
{
	expect_all_pass(self->fake, self->domid + 1);
	EXPECT_EQ(self->publisher, process_publisher(self->domid));
}

/* Or the tests here show nothing. */
TEST_F(device_model, own_domain_does_not)
{
	self->fake->result = -1;
	self->fake->err = ESRCH;
	EXPECT_EQ(-1, xendevicemodel_relocate_memory(DMOD_HANDLE, self->domid, 16, 0x8000,
						     0xf0000));
	EXPECT_EQ(0, self->fake->calls[FAKE_xendevicemodel_relocate_memory]);
}

TEST_F(device_model, io_ports_pass)
{
	const uint64_t words[] = {
		FAKE_WORDS(DMOD_HANDLE, self->domid, 1, 0, 0x3b0, 0x3bb)
	};

	self->fake->result = -1;
	self->fake->err = EEXIST;
	EXPECT_EQ(-1, xendevicemodel_map_io_range_to_ioreq_server(DMOD_HANDLE, self->domid, 1, 0,
								  0x3b0, 0x3bb));
	EXPECT_EQ(EEXIST, errno);
	expect_arrived(self->fake, FAKE_xendevicemodel_map_io_range_to_ioreq_server, words);
}

/* Also where the shim has something to do before or after the call. */
TEST_F(device_model, own_errors_come_back)
{
	static const struct {
		int result, err, seen;
	} row[] = {
		{ -1, ENOTBLK, ENOTBLK },
		{ 0, 0, UNTOUCHED },
	};
	xendevicemodel_handle *dmod = DMOD_HANDLE;
	xen_pfn_t gfn = 0x8000;

#define EXPECT_BACK(call) do {			\
	errno = UNTOUCHED;			\
	EXPECT_EQ(row[i].result, call);		\
	EXPECT_EQ(row[i].seen, errno);		\
} while (0)
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		self->fake->result = row[i].result;
		self->fake->err = row[i].err;
		EXPECT_BACK(xendevicemodel_map_io_range_to_ioreq_server(
				dmod, self->domid, 1, 1, 0xf0000000, 0xf0ffffff));
		EXPECT_BACK(xendevicemodel_unmap_io_range_from_ioreq_server(
				dmod, self->domid, 1, 1, 0xf0000000, 0xf0ffffff));
		EXPECT_BACK(xendevicemodel_set_ioreq_server_state(dmod, self->domid, 1, 1));
		EXPECT_BACK(xendevicemodel_set_ioreq_server_state(dmod, self->domid, 1, 0));
	}
	/* last: from here on there is something to publish, and no xenstored */
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		self->fake->result = row[i].result;
		self->fake->err = row[i].err;
		EXPECT_BACK(xc_domain_populate_physmap_exact(POINTER(0x2000), self->domid, 1, 0,
							     0, &gfn));
	}
}

TEST_F(device_model, one_publisher_for_all_servers)
{
	become_device_model(self->fake, self->domid);
	become_device_model(self->fake, self->domid);
	EXPECT_EQ(self->publisher, process_publisher(self->domid));
}

TEST_F(device_model, other_handles_close)
{
	self->fake->result = 0;
	EXPECT_EQ(0, xendevicemodel_close(POINTER(0x3000)));
	EXPECT_EQ(0, xenforeignmemory_close(POINTER(0x4000)));
	EXPECT_EQ(0, xc_interface_close(POINTER(0x5000)));
	EXPECT_EQ(self->publisher, process_publisher(self->domid));
}

TEST_F(device_model, own_handle_closes)
{
	int pidfd = process_open(self->publisher);

	self->fake->result = 0;
	EXPECT_EQ(0, xendevicemodel_close(DMOD_HANDLE));
	EXPECT_TRUE(process_ends(pidfd));
	expect_all_pass(self->fake, self->domid);
}

/* A child is no device model, and its end isn't that of the device model. */
TEST_F(device_model, in_a_fork_all_pass)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		expect_all_pass(self->fake, self->domid);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-1, xendevicemodel_relocate_memory(DMOD_HANDLE, self->domid, 0, 0, 0));
	EXPECT_EQ(0, self->fake->calls[FAKE_xendevicemodel_relocate_memory]);
	EXPECT_EQ(self->publisher, process_publisher(self->domid));
}

TEST(started_programs_see_nothing)
{
	struct fake *fake = the_fake();
	uint32_t domid = process_domid();
	char before[1024], after[1024], fds[256], more[256];

	child_sees(before, sizeof(before));
	process_fds(getpid(), fds, sizeof(fds));
	become_device_model(fake, domid);
	process_fds(getpid(), more, sizeof(more));
	EXPECT_NE(0, strcmp(fds, more))
		TH_LOG("no descriptor at all, nothing is shown here");
	child_sees(after, sizeof(after));
	EXPECT_STREQ(before, after);
	EXPECT_LT(0, process_new_publisher(domid))
		TH_LOG("none, or a second one by the program");
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
}

static void end_of_device_model(int sig)
{
	struct fake *fake = the_fake();
	uint32_t domid = process_domid();
	int says[2], pidfd;
	pid_t pid, publisher;
	char byte;

	ASSERT_EQ(0, pipe2(says, O_CLOEXEC));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		become_device_model(fake, domid);
		byte = write(says[1], "", 1);
		pause();
	}
	close(says[1]);
	ASSERT_EQ(1, read(says[0], &byte, 1));
	publisher = process_new_publisher(domid);
	ASSERT_LT(0, publisher);
	pidfd = process_open(publisher);
	ASSERT_LE(0, pidfd);
	EXPECT_EQ(0, kill(pid, sig));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_TRUE(process_ends(pidfd));
	EXPECT_EQ(0, process_publisher(domid));
}

TEST(terminated)
{
	end_of_device_model(SIGTERM);
}

TEST(killed)
{
	end_of_device_model(SIGKILL);
}

TEST_HARNESS_MAIN
