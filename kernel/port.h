/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's core wants of the line below it. A tty under our line
 * discipline and a serdev device each give it (ldisc.c, serdev.c).
 *
 * write and queued are called with the core's lock held, in softirq context or with
 * softirqs off: they must not sleep, and must not call back into the core, except
 * ptl_dev_wakeup(). drain and set_rate are called from process context, without the lock.
 */
#ifndef PIGTAIL_KERNEL_PORT_H
#define PIGTAIL_KERNEL_PORT_H

#include <linux/kernel.h>
#include <linux/types.h>

/* May a rate that was asked for be made so? */
static inline bool ptl_dev_rate_near(u32 made, u32 asked)
{
	return max(made, asked) - min(made, asked) <= asked / 1000 * 15;
}

struct ptl_port_ops {
	/* Hands at most n bytes down; how many were taken. When not all were, the
	 * port calls ptl_dev_wakeup() as soon as it takes more. */
	size_t (*write)(void *port, const u8 *bytes, size_t n);

	/* Bytes handed down that have not left, or PTL_PACER_UNKNOWN. */
	size_t (*queued)(void *port);

	/* Waits until they have left, also the UART's FIFO, but not longer than this; what
	 * is there then is thrown away. */
	void (*drain)(void *port, u32 patience_us);

	/* Sets the line to a rate, bits/s. -ERANGE: it would be more than 1.5 % off, and
	 * is as before. */
	int (*set_rate)(void *port, u32 rate);
};

#endif
