/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See led.h. An idle link with a host asks for no wake-up. */
#include "led.h"

static const struct {
	uint32_t on_us, off_us; /* on 0: until frames pass */
} rhythms[] = {
	[LED_NO_HOST] = {500000, 500000},
	[LED_UP] = {0, 50000},
	[LED_STUCK] = {100000, 100000},
};

static void turn(struct led *led, bool on, ptl_time until)
{
	if (led->on != on)
		led->gpio.led(led->gpio.user, on);
	led->on = on;
	led->next = until;
}

void device_led_init(struct led *led, const struct ptl_gpio *gpio)
{
	*led = (struct led){.gpio = *gpio, .next = PTL_NEVER};
}

ptl_time device_led_poll(struct led *led, ptl_time now, enum led_state state, uint64_t traffic)
{
	uint32_t on_us = rhythms[state].on_us;
	bool moved = traffic != led->traffic;

	if (!led->gpio.led)
		return PTL_NEVER;
	if (state != led->state || (!led->on && led->next == PTL_NEVER)) {
		led->state = state;
		turn(led, true, now + (on_us ? on_us : rhythms[state].off_us));
	} else if (now < led->next) {
		/* It stays as it is, on or off. */
	} else if (!led->on) {
		/* On for as long as it was off, at least. */
		turn(led, true, now + (on_us ? on_us : rhythms[state].off_us));
	} else if (on_us || moved) {
		led->traffic = traffic;
		turn(led, false, now + rhythms[state].off_us);
	}
	if (led->on && !on_us && now >= led->next)
		return PTL_NEVER;
	return led->next;
}
