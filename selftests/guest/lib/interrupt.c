// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * IDT, PIC for the serial port, local APIC for the timer: Xen saves and
 * restores all of them, so a guest sleeps on after a migration. Not the PIT:
 * it cannot tick slowly, and where Xen is emulated twenty ticks a second make
 * an idle guest felt in dom0.
 * The handlers only acknowledge and note that they ran: whoever was woken
 * looks for itself.
 */
#include "console.h"
#include "cpu.h"
#include "guest.h"
#include "interrupt.h"

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_EOI		0x20
#define IRQ_BASE	32
#define TIMER_VECTOR	(IRQ_BASE + 16)
#define SPURIOUS_VECTOR	(IRQ_BASE + 31)
#define VECTORS		(IRQ_BASE + 32)
#define TICK_HZ		1u

#define LAPIC_EOI	0x0b0
#define LAPIC_SPURIOUS	0x0f0
#define LAPIC_TIMER	0x320
#define LAPIC_LVT0	0x350
#define LAPIC_COUNT	0x380
#define LAPIC_DIVIDE	0x3e0
#define LAPIC_HZ	100000000u	/* Xen's, on every machine */

struct gate {
	uint16_t low;
	uint16_t selector;
	uint16_t kind;
	uint16_t high;
};

struct trap {
	uint32_t vector;
	uint32_t error;
	uint32_t eip;
};

extern const char trap_entries[], timer_entry[], serial_entry[], stray_entry[];
void trap_fatal(const struct trap *trap);
void timer_interrupt(void);
void serial_interrupt(void);

static struct gate idt[VECTORS];
static volatile uint32_t ticks;
static volatile bool rang;

static void lapic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(0xfee00000u + reg) = value;
}

void trap_fatal(const struct trap *trap)
{
	report("%s FAIL trap %u error %x at %x",
	       program_name, trap->vector, trap->error, trap->eip);
	for (;;)	/* Xen takes this for the wish to be switched off */
		asm volatile("cli; hlt");
}

void timer_interrupt(void)
{
	ticks++;
	lapic_write(LAPIC_EOI, 0);
}

void serial_interrupt(void)
{
	rang = true;
	outb(PIC_EOI, PIC1);
}

static void set_gate(int vector, const char *entry)
{
	uint32_t at = (uint32_t)entry;

	idt[vector] = (struct gate){ at & 0xffff, 0x08, 0x8e00, at >> 16 };
}

static void start_pic(void)
{
	static const uint8_t words[][2] = {
		/* edge triggered, vectors from IRQ_BASE, PIC2 on line 2 */
		{ 0x11, PIC1 }, { IRQ_BASE, PIC1 + 1 },
		{ 4, PIC1 + 1 }, { 1, PIC1 + 1 },
		{ 0x11, PIC2 }, { IRQ_BASE + 8, PIC2 + 1 },
		{ 2, PIC2 + 1 }, { 1, PIC2 + 1 },
		/* only the serial port, line 4 */
		{ 0xef, PIC1 + 1 }, { 0xff, PIC2 + 1 },
	};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		outb(words[i][0], words[i][1]);
}

/*
 * Without a firmware nobody has told the local APIC to let the PIC's
 * interrupts through. LVT0 can only be unmasked once the APIC is enabled.
 */
static void start_lapic(void)
{
	lapic_write(LAPIC_SPURIOUS, 0x100 | SPURIOUS_VECTOR);
	lapic_write(LAPIC_LVT0, 0x700);		/* unmasked, ExtINT */
	lapic_write(LAPIC_TIMER, 0x20000 | TIMER_VECTOR);	/* periodic */
	lapic_write(LAPIC_DIVIDE, 0xa);		/* by 128 */
	lapic_write(LAPIC_COUNT, LAPIC_HZ / 128 / TICK_HZ);
}

void interrupts_start(void)
{
	struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer = { sizeof(idt) - 1, (uint32_t)idt };

	for (int i = 0; i < IRQ_BASE; i++)
		set_gate(i, trap_entries + i * 16);
	for (int i = IRQ_BASE; i < VECTORS; i++)
		set_gate(i, stray_entry);
	set_gate(IRQ_BASE + 4, serial_entry);
	set_gate(TIMER_VECTOR, timer_entry);
	asm volatile("lidt %0" : : "m"(pointer));

	start_pic();
	start_lapic();
	asm volatile("sti");
}

void idle(void)
{
	asm volatile("cli" : : : "memory");
	if (!rang)
		asm volatile("sti; hlt" : : : "memory");
	rang = false;
	asm volatile("sti" : : : "memory");
}

uint32_t deadline(uint32_t seconds)
{
	return ticks + seconds * TICK_HZ + 1;
}

bool past(uint32_t deadline)
{
	return (int32_t)(ticks - deadline) >= 0;
}
