/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See board.h. Which pins hold the flash and other memory ESP-IDF knows, for they differ
 * with the module; what a board leads out, and what is wired to it, it does not.
 */
#include "board.h"

#include <pigtail/control.h>

#include "driver/gpio.h"
#include "esp_private/esp_gpio_reserve.h"
#include "sdkconfig.h"
#include "soc/uart_pins.h"

#define BIT_OF(pin) (1ULL << (pin))

static bool is_the_logs(int pin)
{
#if defined(CONFIG_ESP_CONSOLE_UART_CUSTOM)
	return pin == CONFIG_ESP_CONSOLE_UART_TX_GPIO || pin == CONFIG_ESP_CONSOLE_UART_RX_GPIO;
#elif defined(CONFIG_ESP_CONSOLE_UART_DEFAULT)
	return pin == U0TXD_GPIO_NUM || pin == U0RXD_GPIO_NUM;
#else
	(void)pin;
	return false;
#endif
}

const char *board_refuses(void *user, uint8_t pin)
{
	int number = pin; /* -1 is none */

	(void)user;
	if (!GPIO_IS_VALID_GPIO(pin))
		return "the chip has no such pin";
	if (esp_gpio_is_reserved(BIT_OF(pin)))
		return "the flash that the firmware runs from, or other memory, is on this pin";
	if (number == CONFIG_PIGTAIL_TX_PIN || number == CONFIG_PIGTAIL_RX_PIN)
		return "the link to this host is on this pin";
	if (number == CONFIG_PIGTAIL_RTS_PIN || number == CONFIG_PIGTAIL_CTS_PIN)
		return "RTS or CTS of the link to this host is on this pin";
	if (number == CONFIG_PIGTAIL_LIGHT_PIN)
		return "the light is on this pin";
	return is_the_logs(number) ? "the log is on this pin" : NULL;
}
