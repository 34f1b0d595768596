/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line and the environment of the next device model, from those of
 * the present one.  Pure: strings in, strings out.
 */
#ifndef XENPHYSMAP_CTL_ARGUMENTS_H
#define XENPHYSMAP_CTL_ARGUMENTS_H

/**
 * struct arguments_source - where the next one gets its descriptors from
 * @monitor: a socket that listens for libxl
 * @numbered: the present one's descriptor of this number; -1: there is none
 * @tap: the present one's descriptor of this network interface; -1: likewise
 * @arg: passed to both
 *
 * Both functions return descriptors as the next one will see them.
 */
struct arguments_source {
	int monitor;
	int (*numbered)(void *arg, int fd);
	int (*tap)(void *arg, const char *ifname);
	void *arg;
};

/**
 * arguments_renew() - Arguments that continue where others left off.
 * @old: those of the present device model, ended by NULL
 * @program: replaces the first one
 * @source: of descriptors
 * @renewed: receives the new ones, ended by NULL, for arguments_free()
 *
 * The next one waits for a migration (-incoming defer) and then for "cont"
 * (-S); gets libxl's monitor as a socket that listens already; and gets its
 * network interfaces by descriptor, so that they don't vanish meanwhile and
 * stay in their bridges.
 *
 * Return: 0; -ENODATA: there is no monitor of libxl's in @old; -EBADF: it names
 * a descriptor that isn't there; -ENOMEM.
 */
int arguments_renew(char *const *old, const char *program, const struct arguments_source *source,
		    char ***renewed);

/**
 * environment_renew() - The environment, with the shim in front.
 * @old: that of the present device model, ended by NULL
 * @shim: the shim, for an environment that doesn't name one; or NULL
 * @strict: let the device model end rather than contradict a record
 * @renewed: receives the new one, ended by NULL, for arguments_free()
 *
 * Return: 0, -ENOENT (there is no shim to be had), -ENOMEM.
 */
int environment_renew(char *const *old, const char *shim, int strict, char ***renewed);

/**
 * environment_strip() - The environment, without the shim.
 * @old: that of the present device model, ended by NULL
 * @renewed: receives the new one, ended by NULL, for arguments_free()
 *
 * What else is in LD_PRELOAD stays there.
 *
 * Return: 0 or -ENOMEM.
 */
int environment_strip(char *const *old, char ***renewed);

void arguments_free(char **list);

/**
 * arguments_value() - What follows an option.
 * @argv: arguments, ended by NULL
 * @option: without its dashes
 *
 * Return: the argument after it, or NULL.
 */
const char *arguments_value(char *const *argv, const char *option);

#endif
