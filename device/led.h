/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the light says:
 *
 *	half a second on, half a second off	no host
 *	on, and a short gap when frames pass	all is well
 *	quick blinking				the radio takes nothing
 */
#ifndef PIGTAIL_LED_H
#define PIGTAIL_LED_H

#include <pigtail/gpio.h>

enum led_state {
	LED_NO_HOST,
	LED_UP,
	LED_STUCK,
};

struct led {
	struct ptl_gpio gpio;
	enum led_state state;
	bool on;
	uint64_t traffic; /* when looked at last */
	ptl_time next;	  /* when it changes by itself */
};

void device_led_init(struct led *led, const struct ptl_gpio *gpio);

/* traffic: any number that grows with it. Returns when to call next. */
ptl_time device_led_poll(struct led *led, ptl_time now, enum led_state state, uint64_t traffic);

#endif
