/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See board.h: the pins by the vendor's driver. */
#include "board.h"

#include <pigtail/control.h>

#include "driver/gpio.h"

#define NO_PULL_UP 16

static bool set_mode(void *user, uint8_t pin, uint8_t mode)
{
	static const gpio_mode_t modes[] = {
		[PTL_PIN_INPUT] = GPIO_MODE_INPUT,
		[PTL_PIN_INPUT_PULLUP] = GPIO_MODE_INPUT,
		[PTL_PIN_OUTPUT] = GPIO_MODE_OUTPUT,
		[PTL_PIN_OPEN_DRAIN] = GPIO_MODE_OUTPUT_OD,
	};
	const gpio_config_t config = {
		.pin_bit_mask = 1u << pin,
		.mode = modes[mode],
		.pull_up_en =
			mode == PTL_PIN_INPUT_PULLUP ? GPIO_PULLUP_ENABLE : GPIO_PULLUP_DISABLE,
	};

	(void)user;
	if (pin == NO_PULL_UP && mode != PTL_PIN_INPUT && mode != PTL_PIN_OUTPUT)
		return false;
	return gpio_config(&config) == ESP_OK;
}

static void write_pin(void *user, uint8_t pin, bool level)
{
	(void)user;
	(void)gpio_set_level((gpio_num_t)pin, level);
}

static bool read_pin(void *user, uint8_t pin)
{
	(void)user;
	return gpio_get_level((gpio_num_t)pin) != 0;
}

void board_gpio(struct ptl_gpio *gpio)
{
	*gpio = (struct ptl_gpio){.set_mode = set_mode, .write = write_pin, .read = read_pin};
}
