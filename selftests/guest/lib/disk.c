// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * LBA28 PIO on the primary channel's master.
 */
#include "cpu.h"
#include "disk.h"
#include "interrupt.h"
#include "judge.h"

#define BASE		0x1f0
#define DATA		(BASE + 0)
#define COUNT		(BASE + 2)
#define LBA_LOW		(BASE + 3)
#define LBA_MID		(BASE + 4)
#define LBA_HIGH	(BASE + 5)
#define DRIVE		(BASE + 6)
#define COMMAND		(BASE + 7)
#define STATUS		(BASE + 7)
#define CONTROL		0x3f6

#define READ		0x20
#define WRITE		0x30

#define ERR		0x01
#define DRQ		0x08
#define DF		0x20
#define BSY		0x80

#define NO_INTERRUPTS	0x02
#define LBA_MASTER	0xe0

#define SECTOR_WORDS	128

static uint32_t first, sectors, salt_now, at, done;
static bool working, failed;

static bool await(uint8_t wanted)
{
	uint32_t until = deadline(PATIENCE);

	while (!past(until)) {
		uint8_t status = inb(STATUS);

		if (status & BSY)
			continue;
		if (status & (ERR | DF))
			return false;
		if ((status & DRQ) == wanted)
			return true;
	}
	return false;
}

static bool begin(uint32_t sector, uint8_t command)
{
	outb(NO_INTERRUPTS, CONTROL);
	if (!await(0))
		return false;
	outb(LBA_MASTER | (sector >> 24 & 0xf), DRIVE);
	outb(1, COUNT);
	outb(sector, LBA_LOW);
	outb(sector >> 8, LBA_MID);
	outb(sector >> 16, LBA_HIGH);
	outb(command, COMMAND);
	return await(DRQ);
}

static uint32_t mark(uint32_t sector, uint32_t salt, uint32_t word)
{
	return salt << 20 ^ sector << 7 ^ word;
}

bool disk_mark(uint32_t sector, uint32_t salt)
{
	uint32_t data[SECTOR_WORDS];

	for (uint32_t i = 0; i < SECTOR_WORDS; i++)
		data[i] = mark(sector, salt, i);
	if (!begin(sector, WRITE))
		return false;
	outsl(DATA, data, SECTOR_WORDS);
	return await(0);
}

bool disk_marked(uint32_t sector, uint32_t salt)
{
	uint32_t data[SECTOR_WORDS];

	if (!begin(sector, READ))
		return false;
	insl(DATA, data, SECTOR_WORDS);
	for (uint32_t i = 0; i < SECTOR_WORDS; i++)
		if (data[i] != mark(sector, salt, i))
			return false;
	return await(0);
}

void disk_work(uint32_t from, uint32_t nr, uint32_t salt)
{
	first = from;
	sectors = nr;
	salt_now = salt;
	at = 0;
	done = 0;
	working = true;
	failed = false;
}

bool disk_working(void)
{
	return working;
}

void disk_step(void)
{
	uint32_t sector = first + at;

	if (disk_mark(sector, salt_now) && disk_marked(sector, salt_now)) {
		done++;
		at = at + 1 < sectors ? at + 1 : 0;
		return;
	}
	blame("wrong sector", sector);
	working = false;
	failed = true;
}

uint32_t disk_stop(void)
{
	working = false;
	return done;
}

bool disk_failed(void)
{
	return failed;
}
