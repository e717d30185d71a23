/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Starts the seams and the bridge, and runs it in the main task for ever. What wakes that goes
 * through the queue of the UART's driver (pigtail_uart.h). Nothing of the chip's own goes to
 * that UART, which is the target's and not the console's.
 *
 * Starting can only fail for reasons that stay (flash, memory, settings) or that come back
 * (three crashes): the log says why, the light flickers, and it is tried again after 10 s.
 */
#include "board.h"
#include "lamp.h"
#include "pigtail_uart.h"
#include "serial.h"
#include "serial_bridge.h"

#include "esp_task_wdt.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#define LOOP_PRIORITY 19 /* the event task has 20, Wi-Fi 23 */

#define WIRES (CONFIG_PIGTAIL_RTS_PIN >= 0 && CONFIG_PIGTAIL_CTS_PIN >= 0)

static struct pigtail_uart uart;

static void wake(void)
{
	pigtail_uart_wake(&uart);
}

static struct serial_bridge bridge = {.wake = wake};

static void start(void)
{
	const struct pigtail_uart_config config = PIGTAIL_UART_CONFIG_DEFAULT();
	const char *what, *why;
	esp_err_t error = pigtail_uart_start(&uart, &config, &bridge.uart, &bridge.clock);

	if (error != ESP_OK)
		lamp_failed("UART", esp_err_to_name(error));
	bridge.serial = serial_start(&uart, &bridge.uart, WIRES);
	board_gpio(&bridge.gpio);
	what = serial_bridge_start(&bridge, &why);
	if (what)
		lamp_failed(what, why);
}

void app_main(void)
{
	const struct ptl_clock *clock = &bridge.clock;

	vTaskPrioritySet(NULL, LOOP_PRIORITY);
	(void)esp_task_wdt_add(NULL);
	lamp_start();
	start();
	for (;;) {
		ptl_time wake_at = serial_bridge_poll();
		ptl_time light = lamp_show(serial_bridge_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake_at ? light : wake_at);
		(void)esp_task_wdt_reset();
	}
}
