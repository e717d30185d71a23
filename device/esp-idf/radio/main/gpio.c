/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See board.h: the pins by the vendor's driver. */
#include "board.h"

#include <pigtail/control.h>

#include "driver/gpio.h"

#define BIT_OF(pin) (1ULL << (pin))

static bool is_output(uint8_t mode)
{
	return mode == PTL_PIN_OUTPUT || mode == PTL_PIN_OPEN_DRAIN;
}

/* An output is an input as well: read() says what the pin has in truth. */
static bool set_mode(void *user, uint8_t pin, uint8_t mode)
{
	static const gpio_mode_t modes[] = {
		[PTL_PIN_INPUT] = GPIO_MODE_INPUT,
		[PTL_PIN_INPUT_PULLUP] = GPIO_MODE_INPUT,
		[PTL_PIN_OUTPUT] = GPIO_MODE_INPUT_OUTPUT,
		[PTL_PIN_OPEN_DRAIN] = GPIO_MODE_INPUT_OUTPUT_OD,
	};
	bool pull_up = mode == PTL_PIN_INPUT_PULLUP;
	const gpio_config_t config = {
		.pin_bit_mask = BIT_OF(pin),
		.mode = modes[mode],
		.pull_up_en = pull_up ? GPIO_PULLUP_ENABLE : GPIO_PULLUP_DISABLE,
	};

	(void)user;
	if ((is_output(mode) || pull_up) && !GPIO_IS_VALID_OUTPUT_GPIO(pin))
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
