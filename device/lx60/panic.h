/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The end of a run: what happened and all registers go to the host as lines of its
 * log, then the board restarts. None of these come back.
 */
#ifndef PIGTAIL_LX60_PANIC_H
#define PIGTAIL_LX60_PANIC_H

#include "frame.h"

_Noreturn void panic(const char *why);

/* From an interrupt; frame: what it interrupted. */
_Noreturn void panic_interrupted(const char *why, const struct frame *frame);

/* From start.S, with panic_registers filled. */
_Noreturn void panic_exception(uint32_t cause, uint32_t address);

/* Panics when the stack has been written to its end. */
void panic_if_stack_is_out(void);

/* Bytes of the stack that have ever been used. */
uint32_t stack_used(void);

/* From now on a panic says nothing: the UART is somebody else's. */
void panic_silently(void);

#endif
