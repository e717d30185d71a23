/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See gpio.h. */
#include "gpio.h"
#include "chip.h"

#include <pigtail/control.h>

#include <stddef.h>

#define LED	     0
#define FIRST_SWITCH 8
#define PINS	     16

static void set_light(uint8_t pin, bool on)
{
	uint32_t bit = 1u << pin;

	BOARD_LEDS = on ? BOARD_LEDS | bit : BOARD_LEDS & ~bit;
}

static void set_led(void *user, bool on)
{
	(void)user;
	set_light(LED, on);
}

/* A light that nobody uses is off. */
static bool set_mode(void *user, uint8_t pin, uint8_t mode)
{
	(void)user;
	if (pin >= FIRST_SWITCH)
		return mode == PTL_PIN_INPUT;
	if (mode == PTL_PIN_INPUT)
		set_light(pin, false);
	return mode == PTL_PIN_INPUT || mode == PTL_PIN_OUTPUT;
}

static void write_pin(void *user, uint8_t pin, bool level)
{
	(void)user;
	if (pin < FIRST_SWITCH)
		set_light(pin, level);
}

static bool read_pin(void *user, uint8_t pin)
{
	(void)user;
	return pin < FIRST_SWITCH ? BOARD_LEDS >> pin & 1
				  : BOARD_SWITCHES >> (pin - FIRST_SWITCH) & 1;
}

const char *lx60_pin_refused(void *user, uint8_t pin)
{
	(void)user;
	if (pin == LED)
		return "light 0 shows the state of the link";
	return pin >= PINS ? "this board has lights 0 to 7 and switches 8 to 15" : NULL;
}

const struct ptl_gpio lx60_gpio = {
	.led = set_led,
	.set_mode = set_mode,
	.write = write_pin,
	.read = read_pin,
};
