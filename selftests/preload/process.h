/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc tells of other processes, and waiting for their end, which is
 * possible for those that aren't our children too.
 */
#ifndef SELFTESTS_PRELOAD_PROCESS_H
#define SELFTESTS_PRELOAD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * process_domid() - A domid that no other test on this machine uses now.
 */
uint32_t process_domid(void);

/**
 * process_publisher() - Find the publisher of a domain.
 * @domid: of process_domid()
 *
 * Return: its pid, 0 where there is none, -1 where there are several.
 */
pid_t process_publisher(uint32_t domid);

/**
 * process_new_publisher() - Find a publisher that was started just now.
 * @domid: of process_domid()
 *
 * A process that is about to become one has no name for a moment, after whoever
 * started it was told that all is well.
 *
 * Return: as of process_publisher(), 0 after the time that any machine needs.
 */
pid_t process_new_publisher(uint32_t domid);

/**
 * process_open() - A descriptor that stands for a process, see pidfd_open(2).
 * @pid: not a child, perhaps
 */
int process_open(pid_t pid);

/**
 * process_ends() - Wait for the end of a process.
 * @pidfd: of process_open(), closed
 *
 * Return: whether it ended in the time that any machine needs for that.
 */
bool process_ends(int pidfd);

/**
 * process_file() - Read a file of a process.
 * @pid: the process
 * @name: below /proc/PID
 * @text: receives the start of it, and a NUL
 * @size: of @text
 *
 * Return: the bytes read.
 */
size_t process_file(pid_t pid, const char *name, char *text, size_t size);

/**
 * process_status() - A field of /proc/PID/status.
 * @pid: the process
 * @field: its name
 * @text: receives the value, without the blanks before it
 * @size: of @text
 */
void process_status(pid_t pid, const char *field, char *text, size_t size);

/**
 * process_link() - What a symbolic link of a process points to.
 * @pid: the process
 * @name: below /proc/PID
 * @text: receives it, empty where there is no such link
 * @size: of @text
 */
void process_link(pid_t pid, const char *name, char *text, size_t size);

/**
 * process_fds() - Which descriptors does it have?
 * @pid: the process; the caller has one more, through which this is read
 * @text: receives their numbers, each followed by a blank, ascending
 * @size: of @text
 */
void process_fds(pid_t pid, char *text, size_t size);

#endif
