/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands, by what they are about; commands.c is the list. Each is a
 * struct command's run().
 */
#ifndef GUEST_COMMANDS_H
#define GUEST_COMMANDS_H

#include <stdbool.h>

/* commands-bar.c */
bool run_bar(int n, char **arg);
bool run_decode(int n, char **arg);
bool run_size(int n, char **arg);
bool run_vga(int n, char **arg);
bool run_rom(int n, char **arg);
bool run_movebars(int n, char **arg);
bool run_moving(int n, char **arg);
bool run_stop(int n, char **arg);
bool run_wait(int n, char **arg);

/* commands-memory.c */
bool run_mark(int n, char **arg);
bool run_check(int n, char **arg);
bool run_time(int n, char **arg);
bool run_read(int n, char **arg);
bool run_write(int n, char **arg);
bool run_fill(int n, char **arg);
bool run_probe(int n, char **arg);

/* commands-pci.c */
bool run_pci(int n, char **arg);
bool run_reset(int n, char **arg);
bool run_devbar(int n, char **arg);

/* commands-disk.c */
bool run_diskmark(int n, char **arg);
bool run_diskcheck(int n, char **arg);
bool run_diskwork(int n, char **arg);
bool run_diskstop(int n, char **arg);

#endif
