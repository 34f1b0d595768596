// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Options of QEMU, as far as libxl uses them.  What isn't known stays as it is:
 * it was right for the present device model.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

#define SHIM_NAME	"xenphysmap-preload.so"

static bool is_option(const char *word, const char *option)
{
	if (*word != '-')
		return false;
	word += word[1] == '-' ? 2 : 1;
	return !strcmp(word, option);
}

const char *arguments_value(char *const *argv, const char *option)
{
	for (; argv[0] && argv[1]; argv++)
		if (is_option(argv[0], option))
			return argv[1];
	return NULL;
}

/*
 * Options have parts, with commas between them; two commas stand for one in a
 * value.  The part at @value, and in @next where another may begin.
 */
static size_t part_length(const char *value, const char **next)
{
	size_t len = 0;

	while (value[len] && (value[len] != ',' || value[len + 1] == ','))
		len += value[len] == ',' ? 2 : 1;
	*next = value[len] ? value + len + 1 : NULL;
	return len;
}

/* What follows @key in one of the parts, up to the part's end; or NULL. */
static char *part_of(const char *value, const char *key)
{
	size_t klen = strlen(key);
	const char *next;

	for (; value; value = next) {
		size_t len = part_length(value, &next);

		if (len >= klen && !strncmp(value, key, klen))
			return strndup(value + klen, len - klen);
	}
	return NULL;
}

static bool has_part(const char *value, const char *key, const char *expected)
{
	char *part = part_of(value, key);
	bool same = part && !strcmp(part, expected);

	free(part);
	return same;
}

/* @value without the parts that begin with any of @keys, and @more behind it. */
static char *without_parts(const char *value, const char *const *keys, const char *more)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	const char *next;

	if (!out)
		return NULL;
	for (; value; value = next) {
		size_t len = part_length(value, &next);
		const char *const *key = keys;

		while (*key && strncmp(value, *key, strlen(*key)))
			key++;
		if (!*key)
			fprintf(out, "%.*s,", (int)len, value);
	}
	fputs(more, out);
	return fclose(out) ? NULL : result;
}

static char *with_descriptor(const char *value, const char *const *keys, int fd)
{
	char text[24];

	snprintf(text, sizeof(text), "fd=%d", fd);
	return without_parts(value, keys, text);
}

/* The number in a part "fd=N", or -1. */
static int descriptor_of(const char *value)
{
	char *number = part_of(value, "fd="), *end;
	long fd = number && *number ? strtol(number, &end, 10) : -1;

	if (fd >= 0 && (*end || fd > INT_MAX))
		fd = -1;
	free(number);
	return fd;
}

/* The interface that a network backend makes itself, or NULL. */
static char *interface_of(const char *option, const char *value)
{
	if (!is_option(option, "netdev") ||
	    (strncmp(value, "tap,", 4) && !has_part(value, "type=", "tap")))
		return NULL;
	return part_of(value, "ifname=");
}

static int renew_value(const char *option, const char *value,
		       const struct arguments_source *source, char **renewed)
{
	static const char *const fd_keys[] = { "fd=", NULL };
	static const char *const tap_keys[] = { "ifname=", "br=", "script=", "downscript=", NULL };
	int old = *option == '-' ? descriptor_of(value) : -1;
	char *ifname = interface_of(option, value);
	int fd = -1;

	if (old >= 0) {
		fd = source->numbered(source->arg, old);
		*renewed = fd < 0 ? NULL : with_descriptor(value, fd_keys, fd);
	} else {
		if (ifname)
			fd = source->tap(source->arg, ifname);
		*renewed = fd < 0 ? strdup(value) : with_descriptor(value, tap_keys, fd);
	}
	free(ifname);
	if (*renewed)
		return 0;
	return old >= 0 && fd < 0 ? -EBADF : -ENOMEM;
}

void arguments_free(char **list)
{
	for (char **word = list; word && *word; word++)
		free(*word);
	free(list);
}

/* The arguments from the second one on, into @new. */
static int renew_all(char *const *old, const struct arguments_source *source, char **new)
{
	bool found = false, stops = false;
	char monitor[80];
	int rc = 0;

	snprintf(monitor, sizeof(monitor), "socket,id=libxl-cmd,fd=%d,server=on,wait=off",
		 source->monitor);
	for (; old[1] && !rc; old++) {
		if (is_option(old[1], "incoming")) {
			old += !!old[2];
			continue;
		}
		stops |= is_option(old[1], "S");
		if (is_option(old[0], "chardev") && has_part(old[1], "id=", "libxl-cmd")) {
			*new = strdup(monitor);
			found = true;
		} else {
			rc = renew_value(old[0], old[1], source, new);
		}
		new += !!*new;
	}
	if (!stops)
		*new++ = strdup("-S");
	*new++ = strdup("-incoming");
	*new++ = strdup("defer");
	return rc ? rc : found ? 0 : -ENODATA;
}

int arguments_renew(char *const *old, const char *program, const struct arguments_source *source,
		    char ***renewed)
{
	size_t nr = 0;
	int rc;

	while (old[nr])
		nr++;
	*renewed = calloc(nr + 5, sizeof(**renewed));
	if (!*renewed)
		return -ENOMEM;
	(*renewed)[0] = strdup(program);
	rc = nr ? renew_all(old, source, *renewed + 1) : -ENODATA;
	if (rc) {
		arguments_free(*renewed);
		*renewed = NULL;
	}
	return rc;
}

static const char preload[] = "LD_PRELOAD=", wish[] = "XENPHYSMAP_STRICT=";

/*
 * Copies all but what is ours into @new, which has room for three more; its
 * LD_PRELOAD goes to @objects, or "".  Return: how many, or -ENOMEM.
 */
static int copy_others(char *const *old, char ***new, const char **objects)
{
	const char *found = "";
	size_t nr = 0;
	char **list;
	int n = 0;

	while (old[nr])
		nr++;
	*new = list = calloc(nr + 3, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		if (!strncmp(old[i], preload, strlen(preload)))
			found = old[i] + strlen(preload);
		else if (strncmp(old[i], wish, strlen(wish)))
			list[n++] = strdup(old[i]);
	}
	*objects = found;
	return n;
}

int environment_renew(char *const *old, const char *shim, int strict, char ***renewed)
{
	const char *others;
	int n = copy_others(old, renewed, &others);

	if (n < 0)
		return n;
	if (strict)
		(*renewed)[n++] = strdup("XENPHYSMAP_STRICT=1");
	if (strstr(others, SHIM_NAME))
		shim = "";
	else if (!shim)
		return -ENOENT;
	return asprintf(&(*renewed)[n], "%s%s%s%s", preload, shim, *shim && *others ? ":" : "",
			others) < 0 ? -ENOMEM : 0;
}

int environment_strip(char *const *old, char ***renewed)
{
	static const char between[] = ": ";
	const char *object, *colon = "";
	int n = copy_others(old, renewed, &object);
	char *kept = NULL;
	size_t len;
	FILE *out = n < 0 ? NULL : open_memstream(&kept, &len);

	if (!out)
		return -ENOMEM;
	fputs(preload, out);
	while (*(object += strspn(object, between))) {
		len = strcspn(object, between);
		if (!memmem(object, len, SHIM_NAME, strlen(SHIM_NAME))) {
			fprintf(out, "%s%.*s", colon, (int)len, object);
			colon = ":";
		}
		object += len;
	}
	if (fclose(out))
		return -ENOMEM;
	if (*colon)
		(*renewed)[n] = kept;
	else
		free(kept);
	return 0;
}
