/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Vectors, entry, and what stands before C: memory that is zero or has its values,
 * a painted stack, interrupts off. The ABI is call0: a0 return address, a1 stack,
 * a2 to a7 arguments, a12 to a15 the callee's.
 *
 * Level-1 interrupts and exceptions come by the same two vectors. An interrupt saves
 * what C does not, on the stack that it finds, and never nests (PS.EXCM stays set).
 * Any other cause is the end: all registers go to panic_registers, and panic.c
 * goes on with a stack of its own, for nothing is known of the old one.
 */
#include "frame.h"

#define CAUSE_INTERRUPT 4

	.section .vectors, "ax"
	.balign	16
	.global	vectors
vectors:
	.org	0x10 /* debug */
	wsr	a0, excsave1
	j	fatal
	.org	0x20 /* NMI */
	wsr	a0, excsave1
	j	fatal
	.org	0x30 /* kernel */
	wsr	a0, excsave1
	j	exception
	.org	0x50 /* user */
	wsr	a0, excsave1
	j	exception
	.org	0x70 /* double */
	wsr	a0, excsave1
	rsr	a0, depc
	wsr	a0, epc1
	j	fatal
	.org	0x80

	.literal_position
	.balign	4
exception:
	rsr	a0, exccause
	bnei	a0, CAUSE_INTERRUPT, fatal
	addi	a1, a1, -FRAME_BYTES
	s32i	a2, a1, FRAME_A(2)
	s32i	a3, a1, FRAME_A(3)
	s32i	a4, a1, FRAME_A(4)
	s32i	a5, a1, FRAME_A(5)
	s32i	a6, a1, FRAME_A(6)
	s32i	a7, a1, FRAME_A(7)
	s32i	a8, a1, FRAME_A(8)
	s32i	a9, a1, FRAME_A(9)
	s32i	a10, a1, FRAME_A(10)
	s32i	a11, a1, FRAME_A(11)
	rsr	a2, excsave1
	s32i	a2, a1, FRAME_A(0)
	addi	a2, a1, FRAME_BYTES
	s32i	a2, a1, FRAME_A(1)
	rsr	a2, sar
	s32i	a2, a1, FRAME_SAR
	rsr	a2, epc1
	s32i	a2, a1, FRAME_PC
	mov	a2, a1
	movi	a0, interrupt
	callx0	a0
	l32i	a2, a1, FRAME_SAR
	wsr	a2, sar
	l32i	a2, a1, FRAME_A(2)
	l32i	a3, a1, FRAME_A(3)
	l32i	a4, a1, FRAME_A(4)
	l32i	a5, a1, FRAME_A(5)
	l32i	a6, a1, FRAME_A(6)
	l32i	a7, a1, FRAME_A(7)
	l32i	a8, a1, FRAME_A(8)
	l32i	a9, a1, FRAME_A(9)
	l32i	a10, a1, FRAME_A(10)
	l32i	a11, a1, FRAME_A(11)
	l32i	a0, a1, FRAME_A(0)
	addi	a1, a1, FRAME_BYTES
	rfe

	.balign	4
fatal:
	movi	a0, panic_registers
	s32i	a1, a0, FRAME_A(1)
	s32i	a2, a0, FRAME_A(2)
	s32i	a3, a0, FRAME_A(3)
	s32i	a4, a0, FRAME_A(4)
	s32i	a5, a0, FRAME_A(5)
	s32i	a6, a0, FRAME_A(6)
	s32i	a7, a0, FRAME_A(7)
	s32i	a8, a0, FRAME_A(8)
	s32i	a9, a0, FRAME_A(9)
	s32i	a10, a0, FRAME_A(10)
	s32i	a11, a0, FRAME_A(11)
	rsr	a2, excsave1
	s32i	a2, a0, FRAME_A(0)
	rsr	a2, sar
	s32i	a2, a0, FRAME_SAR
	rsr	a2, epc1
	s32i	a2, a0, FRAME_PC
	movi	a1, memory_end		/* grows down into it */
	movi	a3, PS_START
	wsr	a3, ps
	rsync
	rsr	a2, exccause
	rsr	a3, excvaddr
	movi	a0, panic_exception
	callx0	a0
	/* It does not come back. */

	.section .text.start, "ax"
	.literal_position
	.balign	4
	.global	start
start:
	mov	a12, a2 /* QEMU's boot parameters */
	mov	a13, a3 /* what loader.c hands over */
	movi	a2, PS_START
	wsr	a2, ps
	movi	a2, 0
	wsr	a2, intenable
	movi	a2, vectors
	wsr	a2, vecbase
	rsync
	movi	a2, bss_start
	movi	a3, bss_end
	movi	a4, 0
	j	2f
1:	s32i	a4, a2, 0
	addi	a2, a2, 4
2:	bltu	a2, a3, 1b
	movi	a2, data_start
	movi	a3, data_end
	movi	a4, data_image
	j	4f
3:	l32i	a5, a4, 0
	s32i	a5, a2, 0
	addi	a4, a4, 4
	addi	a2, a2, 4
4:	bltu	a2, a3, 3b
	movi	a2, stack_start
	movi	a1, stack_end
	movi	a4, STACK_PAINT
5:	s32i	a4, a2, 0
	addi	a2, a2, 4
	bltu	a2, a1, 5b
	movi	a2, start_handed
	s32i	a13, a2, 0
	mov	a2, a12
	movi	a0, board_main
	callx0	a0
6:	j	6b

	.section .bss, "aw", @nobits
	.balign	4
	.global	start_handed
start_handed:
	.space	4
