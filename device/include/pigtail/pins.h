/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The pins of a device for its host: GET and SET with PIN, PIN_MODE, LEVEL (SPEC 8), an
 * owner of the card. What is refused is refused with a sentence: pins that the board does
 * not lead out, that hold the flash, or that the device itself needs.
 *
 * A pin that nobody has set is left alone as the chip started it. What a session set goes
 * with it: its pins are inputs again. Inputs that it set are looked at PINS_LOOK_US, and
 * CHANGED tells what they come to.
 */
#ifndef PIGTAIL_PINS_H
#define PIGTAIL_PINS_H

#include <pigtail/boards.h>
#include <pigtail/card.h>

#define PINS_MAX     32
#define PINS_LOOK_US 10000u

struct pins_config {
	struct ptl_gpio gpio;		   /* with set_mode, write, read */
	struct ptl_radio_control *control; /* for CHANGED */

	/* Why this pin is not for the host; NULL: nothing is against it. The board's
	 * pins, the chip's, the device's own. */
	const char *(*refuses)(void *user, uint8_t pin);
	void *user;
};

struct device_pins {
	struct pins_config config;
	uint32_t used;	 /* set in this session, bits */
	uint32_t levels; /* as told last */
	uint8_t modes[PINS_MAX];
	ptl_time look_at;
};

/* Copies config. */
void device_pins_init(struct device_pins *pins, const struct pins_config *config);

/* For the card's list. */
struct device_owner device_pins_owner(struct device_pins *pins);

#endif
