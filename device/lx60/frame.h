/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an interrupt saves on the stack, and an exception in panic_registers. For
 * C and for start.S.
 */
#ifndef PIGTAIL_LX60_FRAME_H
#define PIGTAIL_LX60_FRAME_H

#define FRAME_A(n)  (4 * (n))
#define FRAME_SAR   48
#define FRAME_PC    52
#define FRAME_BYTES 64

/* PS: user vectors; all interrupts masked, or none. EXCM is clear in both. */
#define PS_START 0x2f
#define PS_RUN	 0x20

#define STACK_PAINT 0x57ac57ac

#ifndef __ASSEMBLER__
#include <stdint.h>

struct frame {
	uint32_t a[12];
	uint32_t sar;
	uint32_t pc;
	uint32_t unused[2];
};
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "as start.S has it");
#endif

#endif
