// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The journal: plain files, root's alone, since a device's state has what the
 * guest typed.  Where libxl keeps such things too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

#define STATE_PART	"state.part"

/* Every file that there can be. */
static const char *const names[] = {
	JOURNAL_STATE, STATE_PART, "arguments", "environment", "limits", "log", "program",
	"records",
};

bool journal_find(struct journal *journal, const char *uuid)
{
	snprintf(journal->path, sizeof(journal->path), "/var/lib/xen/xenphysmap-replace.%s", uuid);
	journal->fd = open(journal->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return journal->fd >= 0 && !faccessat(journal->fd, JOURNAL_STATE, R_OK, 0);
}

int journal_start(struct journal *journal)
{
	if (journal->fd >= 0)
		journal_discard(journal);
	if (mkdir(journal->path, 0700))
		return -errno;
	journal->fd = open(journal->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return journal->fd < 0 ? -errno : 0;
}

static int create(struct journal *journal, const char *name)
{
	return openat(journal->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

int journal_put(struct journal *journal, const char *name, const void *data, size_t len)
{
	int fd = create(journal, name), rc = 0;

	if (fd < 0)
		return -errno;
	while (len && !rc) {
		ssize_t n = write(fd, data, len);

		if (n < 0) {
			rc = errno == EINTR ? 0 : -errno;
			continue;
		}
		data = (const char *)data + n;
		len -= n;
	}
	if (!rc && fsync(fd))
		rc = -errno;
	close(fd);
	return rc;
}

char *journal_get(struct journal *journal, const char *name, size_t *len)
{
	int fd = openat(journal->fd, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data = NULL;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st))
		data = malloc(st.st_size + 1);
	if (data)
		n = read(fd, data, st.st_size);
	close(fd);
	if (n < 0 || n != st.st_size) {
		free(data);
		return NULL;
	}
	data[n] = '\0';
	*len = n;
	return data;
}

int journal_open_state(struct journal *journal)
{
	int fd = create(journal, STATE_PART);

	return fd < 0 ? -errno : fd;
}

int journal_commit(struct journal *journal, int fd)
{
	struct stat st;
	int rc = fstat(fd, &st) || fsync(fd) ? -errno : st.st_size ? 0 : -ENODATA;

	close(fd);
	if (!rc && (renameat(journal->fd, STATE_PART, journal->fd, JOURNAL_STATE) ||
		    fsync(journal->fd)))
		rc = -errno;
	return rc;
}

int journal_read_state(struct journal *journal)
{
	int fd = openat(journal->fd, JOURNAL_STATE, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void journal_discard(struct journal *journal)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlinkat(journal->fd, names[i], 0);
	close(journal->fd);
	journal->fd = -1;
	rmdir(journal->path);
}
