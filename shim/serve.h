/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The publisher's work: one thread listens to the device model, always; the
 * other writes to xenstore, which may keep it waiting.
 */
#ifndef XENPHYSMAP_SHIM_SERVE_H
#define XENPHYSMAP_SHIM_SERVE_H

#include "records.h"

struct server;

/**
 * server_new() - Get ready: all that serving needs of the system is here then.
 * @fd: a SOCK_SEQPACKET to the device model, borrowed
 * @store: where records go, borrowed, and for the writing thread only
 *
 * The caller may give up system calls between this and serve(), for all threads
 * at once.  There is one server in a process.
 *
 * Return: it, or NULL with errno.
 */
struct server *server_new(int fd, struct records *store);

/**
 * serve() - Tell the device model what was found, and do what it wants until it
 *           has closed its end.
 * @s: of server_new()
 *
 * What is still unsaid then is tried for some seconds more, and no longer: a
 * xenstored that hangs must not keep a process for every guest that there was.
 *
 * Return: 0, and the server is no more; or -ETIMEDOUT: the store is still in
 * use by a thread that can't be stopped, end the process.
 */
int serve(struct server *s);

#endif
