/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: the pins besides the UART: a light, and those that the host may use (pins.h).
 * Pins have the numbers of the chip's maker. A target without any leaves the pointers
 * NULL. Called from the main loop only.
 */
#ifndef PIGTAIL_GPIO_H
#define PIGTAIL_GPIO_H

#include <pigtail/endpoint.h>

struct ptl_gpio {
	void *user;
	void (*led)(void *user, bool on);

	/* All three or none; of pins that the board leads out only. mode: enum
	 * ptl_pin_mode of control.h; false: this pin cannot be that. level: a pin that is
	 * no output keeps it for when it becomes one. read: what the pin has in truth. */
	bool (*set_mode)(void *user, uint8_t pin, uint8_t mode);
	void (*write)(void *user, uint8_t pin, bool level);
	bool (*read)(void *user, uint8_t pin);
};

#endif
