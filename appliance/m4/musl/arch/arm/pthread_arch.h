/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of musl's file, for a CPU without coprocessor 15 and a kernel without user
 * helpers: the thread pointer is the kernel's to tell, by ARM's own system call get_tls.
 */
static inline uintptr_t __get_tp(void)
{
	register uintptr_t pointer __asm__("r0");
	long frame;

	/* r7 has the number of the call, and may be the frame's pointer. */
	__asm__ volatile("mov %1, r7\n\t"
			 "movw r7, #0x0006\n\t"
			 "movt r7, #0x000f\n\t"
			 "svc 0\n\t"
			 "mov r7, %1"
			 : "=r"(pointer), "=&r"(frame)
			 :
			 : "memory");
	return pointer;
}

#define TLS_ABOVE_TP
#define GAP_ABOVE_TP 8
#define MC_PC	     arm_pc
