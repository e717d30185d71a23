/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The chip's own pins as those of a bridge's target (pigtail/target_pins.h).
 *
 * A pin that is active when low is driven low or let go: the target has its pull-up, and a
 * button or another programmer on the same wire harms neither. One that is active when high
 * is driven both ways. A pin stays an input until bridge and board are started, and after a
 * restart: whatever happens to the bridge, the target is not in reset.
 */
#ifndef PIGTAIL_ESPRESSIF_TARGET_PINS_H
#define PIGTAIL_ESPRESSIF_TARGET_PINS_H

#include <pigtail/gpio.h>
#include <pigtail/target_pins.h>

struct target_pin {
	int number; /* -1: none */
	bool high;  /* is active when high */
};

struct target_pins {
	struct ptl_gpio gpio;
	struct target_pin pin[PTL_TARGET_PINS];
};

/* Makes them inactive outputs; one that the chip cannot use so is as if it were not there.
 * pins: with gpio and pin, stays. */
struct ptl_target_pins_seam target_pins_start(struct target_pins *pins);

#endif
