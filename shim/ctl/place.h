/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where this installation's other parts are: lib/xenphysmap beside our bin.
 */
#ifndef XENPHYSMAP_CTL_PLACE_H
#define XENPHYSMAP_CTL_PLACE_H

#include <limits.h>
#include <stdbool.h>

#define PLACE_SHIM	"xenphysmap-preload.so"
#define PLACE_PUBLISHER	"xenphysmap-publisher"
#define PLACE_WRAPPER	"xenphysmap-dm"

/**
 * place_find() - Find a part.
 * @part: PLACE_*
 * @path: receives its path, as short as can be, or "" where it isn't there
 *
 * In a build folder they lie beside the command.
 *
 * Return: whether it is there.
 */
bool place_find(const char *part, char path[PATH_MAX]);

#endif
