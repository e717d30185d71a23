/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of a boot loader, at address 0, where a Cortex-M begins: switches the first UART
 * on, since the kernel's early messages take it as it is, and calls the kernel as its
 * protocol on ARM has it, with the device tree at 0x20000000.
 */
	.syntax	unified
	.thumb
	.word	0x20400000	/* the stack's end, which nobody uses */
	.word	start + 1

start:
	ldr	r0, =0x40004000
	movs	r1, #217	/* 25 MHz / 115200 */
	str	r1, [r0, #0x10]
	movs	r1, #1		/* transmit */
	str	r1, [r0, #0x08]
	movs	r0, #0
	movs	r1, #0
	mvns	r1, r1		/* no machine number: see the device tree */
	ldr	r2, =0x20000000
	ldr	pc, =0x21008001
