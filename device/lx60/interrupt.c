/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See interrupt.h. */
#include "interrupt.h"
#include "chip.h"

static void (*handlers[INTERRUPTS])(const struct frame *frame);

void interrupt_attach(unsigned n, void (*handler)(const struct frame *frame))
{
	uint32_t ps = chip_irq_off();

	handlers[n] = handler;
	chip_enable(1u << n);
	chip_irq_restore(ps);
}

/* Called by start.S. */
void interrupt(const struct frame *frame);

IN_IRAM void interrupt(const struct frame *frame)
{
	uint32_t pending = chip_pending();

	for (unsigned n = 0; n < INTERRUPTS; n++)
		if (pending & 1u << n)
			handlers[n](frame);
}
