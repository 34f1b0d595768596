// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The 16550A, without a driver's memory: everything is read off the chip when
 * wanted, so that nothing has to be repaired after a restore.
 * Made for an emulated chip, where a port access is expensive: bytes come in a
 * FIFO at a time, and go out a line at a time, since QEMU's chip hands each on
 * when it is written, and its FIFO fills only while nobody reads.
 */
#include "cpu.h"
#include "interrupt.h"
#include "uart.h"

#define COM1		0x3f8
#define IER		(COM1 + 1)
#define FCR		(COM1 + 2)
#define LCR		(COM1 + 3)
#define MCR		(COM1 + 4)
#define LSR		(COM1 + 5)
#define LSR_DATA	0x01
#define LSR_ROOM	0x20
#define NO_UART		0xff	/* what an absent chip reads as */
#define FIFO		16
#define BURST		256
#define STUCK_SECONDS	2

static char input[FIFO];	/* read, not yet looked at */
static unsigned int input_next, input_end;
static char line[256];
static unsigned int line_length;

void uart_start(void)
{
	outb(0x00, IER);
	outb(0x80, LCR);	/* the divisor's turn: 115200 baud */
	outb(1, COM1);
	outb(0, COM1 + 1);
	outb(0x03, LCR);	/* 8n1 */
	outb(0xc1, FCR);	/* FIFO on, rings at 14 bytes or a pause */
	outb(0x0b, MCR);
	outb(0x01, IER);	/* received data */
}

/*
 * More bytes are asked for than may be there: the emulated chip reads 0 when
 * its FIFO is empty, and no command has a NUL in it.
 */
static void fill_input(void)
{
	uint8_t status = inb(LSR);

	input_next = 0;
	input_end = 0;
	if (status == NO_UART || !(status & LSR_DATA))
		return;
	insb(COM1, input, FIFO);
	input_end = FIFO;
}

/* True when @c ended a line that has something in it. */
static bool take(char c)
{
	if (c == '\n' || c == '\r') {
		bool any = line_length > 0;

		if (line_length == sizeof(line)) {
			line[0] = '?';
			line_length = 1;
		}
		line[line_length] = 0;
		line_length = 0;
		return any;
	}
	if (c && line_length < sizeof(line))
		line[line_length++] = c;
	return false;
}

char *uart_line(void)
{
	for (;;) {
		while (input_next < input_end)
			if (take(input[input_next++]))
				return line;
		fill_input();
		if (!input_end)
			return NULL;
	}
}

static bool wait_for_room(void)
{
	uint32_t end = deadline(STUCK_SECONDS);
	uint8_t status;

	do {
		status = inb(LSR);
		if (status == NO_UART)
			return false;
		if (status & LSR_ROOM)
			return true;
	} while (!past(end));
	return false;
}

/*
 * Nobody on the other side is no reason to wait; somebody who does not read
 * is, but not for ever: the rest of the line is lost then.
 */
void uart_write(const char *text, size_t length)
{
	while (length) {
		size_t n = length < BURST ? length : BURST;

		if (!wait_for_room())
			return;
		outsb(COM1, text, n);
		text += n;
		length -= n;
	}
}
