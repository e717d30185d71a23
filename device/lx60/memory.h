/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the linker leaves between .bss and the stack: the device's memory. */
#ifndef PIGTAIL_LX60_MEMORY_H
#define PIGTAIL_LX60_MEMORY_H

#include <stddef.h>
#include <stdint.h>

extern uint8_t memory_start[], memory_end[];

static inline size_t memory_bytes(void)
{
	return (uintptr_t)memory_end - (uintptr_t)memory_start;
}

#endif
