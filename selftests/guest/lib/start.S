/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the guest begins: libxl's domain builder jumps here, in flat 32-bit
 * protected mode without paging, with no stack, and with descriptor tables
 * that only exist in the processor's hidden registers.
 * Also the interrupt entries, which have to save registers C does not.
 */
	.section .text.start, "ax"
	.globl _start
_start:
	cli
	cld
	mov	$stack_top, %esp
	lgdt	gdt_pointer
	ljmp	$0x08, $1f
1:	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	call	guest_main
2:	cli
	hlt
	jmp	2b

	.text
/* Every entry leaves the same frame: vector, error code (or 0), eip... */
	.set	vector, 0
	.rept	32
	.balign	16
	.if	vector == 0
	.globl	trap_entries
trap_entries:
	.endif
	.ifeq	(0x00227d00 >> vector) & 1	/* no error code of its own */
	push	$0
	.endif
	push	$vector
	jmp	trap
	.set	vector, vector + 1
	.endr

trap:
	cld
	push	%esp			/* struct trap * */
	call	trap_fatal		/* does not return */

	.globl	timer_entry, serial_entry, stray_entry
timer_entry:
	pusha
	cld
	call	timer_interrupt
	popa
	iret
serial_entry:
	pusha
	cld
	call	serial_interrupt
	popa
	iret
stray_entry:
	iret

	.section .rodata
	.balign	8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* 08: code, 4 GiB, accessed */
	.quad	0x00cf93000000ffff	/* 10: data, 4 GiB, accessed */
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt

	.bss
	.balign	16
	.skip	16384
stack_top:

	.section .note.GNU-stack, "", @progbits
