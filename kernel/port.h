/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's core wants of the line below it. A tty under our line
 * discipline and a serdev device each give it (ldisc.c, serdev.c).
 *
 * Both functions are called with the core's lock held, in softirq context or with
 * softirqs off: they must not sleep, and must not call back into the core, except
 * ptl_dev_wakeup().
 */
#ifndef PIGTAIL_KERNEL_PORT_H
#define PIGTAIL_KERNEL_PORT_H

#include <linux/types.h>

struct ptl_port_ops {
	/* Hands at most n bytes down; how many were taken. When not all were, the
	 * port calls ptl_dev_wakeup() as soon as it takes more. */
	size_t (*write)(void *port, const u8 *bytes, size_t n);

	/* Bytes handed down that have not left, or PTL_PACER_UNKNOWN. */
	size_t (*queued)(void *port);
};

#endif
