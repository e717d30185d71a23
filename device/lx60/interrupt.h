/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Level-1 interrupts. A handler runs with interrupts off, on the stack that it
 * interrupts, and takes away the cause. */
#ifndef PIGTAIL_LX60_INTERRUPT_H
#define PIGTAIL_LX60_INTERRUPT_H

#include "frame.h"

#define INTERRUPT_UART	   0
#define INTERRUPT_ETHERNET 1
#define INTERRUPT_TIMER	   6
#define INTERRUPTS	   7

/* Sets its handler and lets it come. frame: what was interrupted. */
void interrupt_attach(unsigned n, void (*handler)(const struct frame *frame));

#endif
