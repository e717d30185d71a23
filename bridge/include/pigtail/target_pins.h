/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: the pins that bring a microcontroller into its boot loader. What they are (a modem
 * line, a GPIO, a socket) and at which level they are active, is their owner's business.
 */
#ifndef PIGTAIL_TARGET_PINS_H
#define PIGTAIL_TARGET_PINS_H

#include <pigtail/endpoint.h>

enum ptl_target_pin {
	PTL_TARGET_RESET, /* the chip stands still while it is active: RESET, NRST, EN */
	PTL_TARGET_BOOT,  /* it starts in its boot loader: BOOT0, ISP, GPIO0 */
	PTL_TARGET_PINS,
};

struct ptl_target_pins_seam {
	void *user;

	/* Makes a pin active or not, at once; a pin that is not there: nothing. NULL: there
	 * are no pins at all. */
	void (*set)(void *user, enum ptl_target_pin pin, bool active);

	bool has[PTL_TARGET_PINS];

	/* The modem lines of the UART that are pins, 1 << enum ptl_serial_line. */
	unsigned lines;

	/* How long RESET is active, us; 0: as long as the target wants it. */
	ptl_time pulse;

	/* DTR and RTS of clients of RFC 2217 hold the pins as long as they are on; otherwise
	 * they ask for a pulse. */
	bool levels;
};

#endif
