/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Starts the seams and the application, and runs it in the main task for ever. What wakes
 * that goes through the queue of the UART's driver (pigtail_uart.h).
 *
 * Starting can only fail for reasons that stay (flash, memory, options): the log says why,
 * the light flickers, and it is tried again after 10 s.
 */
#include "application.h"
#include "board.h"
#include "lamp.h"
#include "pigtail_uart.h"

#include "esp_task_wdt.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#define LOOP_PRIORITY 19 /* the event task has 20, Wi-Fi 23 */

static struct pigtail_uart uart;

static void wake(void)
{
	pigtail_uart_wake(&uart);
}

static void start(struct application *application)
{
	const struct pigtail_uart_config config = PIGTAIL_UART_CONFIG_DEFAULT();
	const char *what, *why;
	esp_err_t error =
		pigtail_uart_start(&uart, &config, &application->uart, &application->clock);

	if (error != ESP_OK)
		lamp_failed("UART", esp_err_to_name(error));
	what = application_start(application, &why);
	if (what)
		lamp_failed(what, why);
}

void app_main(void)
{
	struct application application = {
		.board = CONFIG_IDF_TARGET,
		.limits = {.max = CONFIG_PIGTAIL_BAUD_MAX}, /* a fractional divider: any rate */
		.baud = CONFIG_PIGTAIL_BAUD,
		.refuses = board_refuses,
		.wake = wake,
	};
	const struct ptl_clock *clock = &application.clock;

	vTaskPrioritySet(NULL, LOOP_PRIORITY);
	(void)esp_task_wdt_add(NULL);
	lamp_start();
	board_gpio(&application.gpio);
	application_open();
	start(&application);
	for (;;) {
		ptl_time wake_at = application_poll();
		ptl_time light = lamp_show(application_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake_at ? light : wake_at);
		(void)esp_task_wdt_reset();
	}
}
