/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The UART, lent to a flasher (flasher.h) that writes an image into the bridge's target:
 *
 *	bridge ---- these seams ----> UART, programmer	usually
 *	bridge ---- these seams --X   flasher ----> UART, pins
 *
 * Meanwhile the bridge writes nothing (its clients are held back, none of their bytes is
 * lost), a format or a line that somebody sets is what the bridge remembers, and a programmer
 * that comes is hung up on, as if another one were at work, which is so. What the UART tells
 * is the flasher's; its owner passes it on. A programmer that was at work already and ends
 * meanwhile is told so afterwards, when the target is the programmer's again.
 */
#ifndef PIGTAIL_LOAN_H
#define PIGTAIL_LOAN_H

#include <pigtail/bridge.h>

struct ptl_loan {
	struct ptl_serial_seam serial;	       /* the UART */
	struct ptl_programmer_seam programmer; /* without a loan */
	struct ptl_bridge *bridge;	       /* as soon as there is one */
	bool lent;	   /* the owner's; when it is over, ptl_bridge_uart_renewed() follows */
	bool works, ended; /* the programmer; ended: while it was lent */
};

/* For the bridge's configuration. The loan stays where it is; serial and programmer are set. */
struct ptl_serial_seam ptl_loan_serial(struct ptl_loan *loan);
struct ptl_programmer_seam ptl_loan_programmer(struct ptl_loan *loan);

#endif
