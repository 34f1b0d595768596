/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client of QEMU's monitor: one command at a time, each with a deadline.
 * The peer may be any program that took QEMU's place: nothing that it sends is
 * trusted, and no answer is waited for without end.
 */
#ifndef XENPHYSMAP_CTL_QMP_H
#define XENPHYSMAP_CTL_QMP_H

#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

/**
 * struct qmp - a connection
 * @fd: the socket, or -1
 * @parser: of what arrives; keeps unfinished messages
 * @buffer: what has arrived
 * @from: where in @buffer it isn't parsed yet
 * @len: bytes in @buffer
 * @migration: status of the last MIGRATION event, "" before the first
 * @error: QEMU's words when a call returned -EREMOTEIO
 */
struct qmp {
	int fd;
	struct json_tokener *parser;
	char buffer[4096];
	size_t from;
	size_t len;
	char migration[16];
	char error[256];
};

/**
 * qmp_open() - Begin a conversation.
 * @qmp: filled in
 * @fd: a socket that is connected; owned by @qmp from now on, even on failure
 * @deadline: of now_ms()
 *
 * Return: 0, -ETIMEDOUT, -EPIPE (the peer is gone), -EPROTO (isn't QMP).
 */
int qmp_open(struct qmp *qmp, int fd, int64_t deadline);

/**
 * qmp_connect() - Connect to a socket in the file system, and begin.
 * @qmp: filled in
 * @path: of the socket
 * @deadline: of now_ms(); the monitor serves one client at a time
 *
 * Return: 0, what connect(2) said, or as qmp_open().
 */
int qmp_connect(struct qmp *qmp, const char *path, int64_t deadline);

/**
 * qmp_call() - Give a command and wait for its answer.
 * @qmp: the connection
 * @command: its name
 * @arguments: an object, consumed; or NULL
 * @fd: a descriptor to pass along, or -1; stays the caller's
 * @answer: receives what it returned, owned by the caller; or NULL
 * @deadline: of now_ms()
 *
 * Return: 0, -EREMOTEIO (QEMU says no, see @error), or as qmp_open().
 */
int qmp_call(struct qmp *qmp, const char *command, struct json_object *arguments, int fd,
	     struct json_object **answer, int64_t deadline);

/**
 * qmp_await_migration() - Wait until a migration has ended.
 * @qmp: a connection whose QEMU has been told to send events about it
 * @deadline: of now_ms()
 *
 * Return: 0, -ECANCELED (it failed), or as qmp_open().
 */
int qmp_await_migration(struct qmp *qmp, int64_t deadline);

/**
 * qmp_close() - End the conversation.
 * @qmp: the connection; may have been closed before
 */
void qmp_close(struct qmp *qmp);

/**
 * qmp_string() - A string in an answer.
 * @answer: an object, or NULL
 * @key: its member
 *
 * Return: the string, "" where there is none; valid as long as @answer.
 */
const char *qmp_string(struct json_object *answer, const char *key);

#endif
