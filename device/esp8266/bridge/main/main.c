/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Starts the seams and the bridge, and runs it in the main task for ever. Nothing of the
 * chip's own goes to UART0, which is the target's.
 *
 * Starting can only fail for reasons that stay (flash, memory, settings) or that come back
 * (three crashes): the light then flickers, the log says why, and it is tried again after
 * 10 s.
 */
#include "target.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "board.h"
#include "serial.h"
#include "serial_bridge.h"

#define LIGHT_PIN     GPIO_NUM_2 /* of most modules; on when low */
#define LOOP_PRIORITY 9		 /* the event task has 10, Wi-Fi 13 */
#define FAILED_US     10000000u

#ifdef CONFIG_PIGTAIL_RESET_HIGH
#define RESET_HIGH true
#else
#define RESET_HIGH false
#endif
#ifdef CONFIG_PIGTAIL_BOOT_HIGH
#define BOOT_HIGH true
#else
#define BOOT_HIGH false
#endif

static const char tag[] = "pigtail";
static struct serial_bridge bridge = {
	.pins.pin =
		{
			[PTL_TARGET_RESET] = {CONFIG_PIGTAIL_RESET_PIN, RESET_HIGH},
			[PTL_TARGET_BOOT] = {CONFIG_PIGTAIL_BOOT_PIN, BOOT_HIGH},
		},
	.wake = clock_wake,
};

/* ---- the light ---- */

static void light_start(void)
{
#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	const gpio_config_t pin = {.pin_bit_mask = 1u << LIGHT_PIN, .mode = GPIO_MODE_OUTPUT};

	(void)gpio_config(&pin);
#endif
}

/* Returns when it is to be called again. */
static ptl_time light_show(enum light_code code, ptl_time now)
{
	ptl_time next = PTL_NEVER;

#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	(void)gpio_set_level(LIGHT_PIN, !light_is_on(code, now, &next));
#else
	(void)code;
	(void)now;
#endif
	return next;
}

static void fail(const struct ptl_clock *clock, const char *what, const char *why)
{
	ptl_time until = clock->now(clock->user) + FAILED_US;
	ptl_time now;

	ESP_LOGE(tag, "%s: %s", what, why);
	while ((now = clock->now(clock->user)) < until) {
		ptl_time light = light_show(LIGHT_FAILED, now);

		clock->sleep(clock->user, light < until ? light : until);
	}
	esp_restart();
}

/* ---- start, and the loop ---- */

static void start(void)
{
	const char *what, *why;
	uint32_t baud;

	clock_start(&bridge.clock);
	light_start();
	if (!uart_start(&bridge.uart, &baud))
		fail(&bridge.clock, "UART", "this rate cannot be made of 80 MHz");
	bridge.serial = serial_start(&bridge.uart, &bridge.clock);
	board_gpio(&bridge.pins.gpio);
	what = serial_bridge_start(&bridge, &why);
	if (what)
		fail(&bridge.clock, what, why);
}

void app_main(void)
{
	const struct ptl_clock *clock = &bridge.clock;

#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	esp_log_level_set("*", ESP_LOG_NONE); /* its pin is the light's */
#endif
	vTaskPrioritySet(NULL, LOOP_PRIORITY);
	start();
	for (;;) {
		ptl_time wake = serial_bridge_poll();
		ptl_time light = light_show(serial_bridge_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake ? light : wake);
		esp_task_wdt_reset();
	}
}
