/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* gc_helper_get_regs_and_sp(registers): those that outlive a call (call0: a12 to a15). */
	.section .text.gc_helper_get_regs_and_sp, "ax"
	.align	4
	.global	gc_helper_get_regs_and_sp
	.type	gc_helper_get_regs_and_sp, @function
gc_helper_get_regs_and_sp:
	s32i	a12, a2, 0
	s32i	a13, a2, 4
	s32i	a14, a2, 8
	s32i	a15, a2, 12
	mov	a2, a1
	ret
