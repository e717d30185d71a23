/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See target_pins.h. */
#include "target_pins.h"

#include <pigtail/control.h>

static void set(void *user, enum ptl_target_pin which, bool active)
{
	const struct target_pins *pins = user;
	const struct target_pin *pin = &pins->pin[which];

	if (pin->number >= 0)
		pins->gpio.write(pins->gpio.user, (uint8_t)pin->number, active == pin->high);
}

/* The level first, or the mode would be a pulse. */
static bool begin(const struct target_pins *pins, enum ptl_target_pin which)
{
	const struct target_pin *pin = &pins->pin[which];

	if (pin->number < 0)
		return false;
	set((void *)(uintptr_t)pins, which, false);
	return pins->gpio.set_mode(pins->gpio.user, (uint8_t)pin->number,
				   pin->high ? PTL_PIN_OUTPUT : PTL_PIN_OPEN_DRAIN);
}

struct ptl_target_pins_seam target_pins_start(struct target_pins *pins)
{
	struct ptl_target_pins_seam seam = {.user = pins, .set = set};

	for (unsigned i = 0; i < PTL_TARGET_PINS; i++) {
		seam.has[i] = begin(pins, (enum ptl_target_pin)i);
		if (!seam.has[i])
			pins->pin[i].number = -1;
	}
	return seam;
}
