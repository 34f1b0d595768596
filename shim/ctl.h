/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subcommands of the xenphysmap command, each in a file of its own,
 * ctl-<name>.c, or, where there is more to it, ctl/<name>.c and others; ctl.c has
 * the table.
 */
#ifndef XENPHYSMAP_SHIM_CTL_H
#define XENPHYSMAP_SHIM_CTL_H

/* Exit status of a command that wasn't called as it should be. */
#define CTL_USAGE	2

/**
 * ctl_counters() - Print what a device model's shim has counted.
 * @argc: number of arguments, the subcommand's name not counted
 * @argv: the arguments, with that name before the first
 *
 * Return: an exit status; CTL_USAGE for arguments that aren't right.
 */
int ctl_counters(int argc, char **argv);

/**
 * ctl_handover() - Carry records from dom0's part of xenstore to stubdoms'.
 * @argc: number of arguments, the subcommand's name not counted
 * @argv: the arguments
 *
 * Serves until xenstore is gone, or with --once does what is to be done now.
 *
 * Return: an exit status; CTL_USAGE for arguments that aren't right.
 */
int ctl_handover(int argc, char **argv);

/**
 * ctl_inspect() - Say what would become of a saved guest.
 * @argc: number of arguments, the subcommand's name not counted
 * @argv: the arguments
 *
 * Return: an exit status, see Documentation/replace.rst.
 */
int ctl_inspect(int argc, char **argv);

/**
 * ctl_replace() - Another device model for a guest that runs.
 * @argc: number of arguments, the subcommand's name not counted
 * @argv: the arguments, with that name before the first
 *
 * Return: an exit status, see Documentation/replace.rst.
 */
int ctl_replace(int argc, char **argv);

#endif
