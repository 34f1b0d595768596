// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Debian's libxen*.a are compiled for glibc with _FORTIFY_SOURCE.  What they
 * call that musl hasn't is here, so that the programs that are linked with musl
 * can ask a real Xen.  A distribution with musl has its own libxen.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args);
int __sprintf_chk(char *s, int flag, size_t size, const char *format, ...);
int __snprintf_chk(char *s, size_t n, int flag, size_t size, const char *format, ...);
int __vsnprintf_chk(char *s, size_t n, int flag, size_t size, const char *format, va_list args);
void *__memcpy_chk(void *to, const void *from, size_t n, size_t size);

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args)
{
	(void)flag;
	return vfprintf(f, format, args);
}

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = __vfprintf_chk(f, flag, format, args);
	va_end(args);
	return n;
}

int __vsnprintf_chk(char *s, size_t n, int flag, size_t size, const char *format, va_list args)
{
	(void)flag;
	if (n > size)
		abort();
	return vsnprintf(s, n, format, args);
}

int __snprintf_chk(char *s, size_t n, int flag, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __vsnprintf_chk(s, n, flag, size, format, args);
	va_end(args);
	return len;
}

int __sprintf_chk(char *s, int flag, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __vsnprintf_chk(s, size, flag, size, format, args);
	va_end(args);
	if ((size_t)len >= size)
		abort();
	return len;
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t size)
{
	if (n > size)
		abort();
	return memcpy(to, from, n);
}
