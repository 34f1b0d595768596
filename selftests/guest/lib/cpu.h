/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The few instructions C has no word for: ports, the time stamp counter, and
 * a 64-by-32 bit division (the compiler's own is a libgcc call, and a 32-bit
 * libgcc is not to be had on a plain 64-bit machine).
 * Nothing here may know a device.
 */
#ifndef GUEST_CPU_H
#define GUEST_CPU_H

#include <stdint.h>

static inline void outb(uint8_t value, uint16_t port)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outl(uint32_t value, uint16_t port)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/*
 * The string forms cost one round trip to the device model for all @n items;
 * a loop of single accesses costs one each, and on an emulated machine that
 * is up to some milliseconds.
 */
static inline void outsb(uint16_t port, const void *from, uint32_t n)
{
	asm volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}

static inline void insb(uint16_t port, void *to, uint32_t n)
{
	asm volatile("rep insb" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}

static inline void outsl(uint16_t port, const void *from, uint32_t n)
{
	asm volatile("rep outsl" : "+S"(from), "+c"(n) : "d"(port) : "memory");
}

static inline void insl(uint16_t port, void *to, uint32_t n)
{
	asm volatile("rep insl" : "+D"(to), "+c"(n) : "d"(port) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t divide(uint64_t n, uint32_t by, uint32_t *rest)
{
	uint32_t high = n >> 32, low = n, left = high % by;

	high /= by;
	asm("divl %4" : "=a"(low), "=d"(left) : "0"(low), "1"(left), "rm"(by));
	*rest = left;
	return (uint64_t)high << 32 | low;
}

#endif
