// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every guest's life: start the machine, run the program, say how it went,
 * serve.
 */
#include "console.h"
#include "guest.h"
#include "interrupt.h"
#include "judge.h"
#include "serve.h"
#include "uart.h"
#include "vga.h"

void guest_main(void);

/* A complaint has been reported already, so "ready" means none. */
static void say_ready(void)
{
	uint32_t at;

	if (!vga)
		report("%s ready, no vga", program_name);
	else if (!*blamed(&at))
		report("%s ready", program_name);
}

void guest_main(void)
{
	interrupts_start();
	uart_start();
	vga_start();
	if (vga)
		program_run();
	say_ready();
	serve();
}
