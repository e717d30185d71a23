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

#include "esp_log.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "board.h"
#include "lamp.h"
#include "serial.h"
#include "serial_bridge.h"

#define LOOP_PRIORITY 9 /* the event task has 10, Wi-Fi 13 */

static struct serial_bridge bridge = {.wake = clock_wake};

static void start(void)
{
	const char *what, *why;
	uint32_t baud;

	clock_start(&bridge.clock);
	lamp_start();
	if (!uart_start(&bridge.uart, &baud))
		lamp_failed(&bridge.clock, "UART", "this rate cannot be made of 80 MHz");
	bridge.serial = serial_start(&bridge.uart, &bridge.clock);
	board_gpio(&bridge.gpio);
	what = serial_bridge_start(&bridge, &why);
	if (what)
		lamp_failed(&bridge.clock, what, why);
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
		ptl_time light = lamp_show(serial_bridge_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake ? light : wake);
		esp_task_wdt_reset();
	}
}
