/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Starts the seams and the application, and runs it in the main task for ever.
 *
 * Starting can only fail for reasons that stay (flash, memory, options): the light
 * then flickers, the log says why, and it is tried again after 10 s.
 */
#include "target.h"

#include "esp8266/eagle_soc.h"
#include "esp_log.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "application.h"
#include "board.h"
#include "divider.h"
#include "lamp.h"

#define LOOP_PRIORITY 9 /* the event task has 10, Wi-Fi 13 */

static void start(struct application *application)
{
	const char *what, *why;

	clock_start(&application->clock);
	lamp_start();
	if (!uart_start(&application->uart, &application->baud))
		lamp_failed(&application->clock, "UART", "this rate cannot be made of 80 MHz");
	board_gpio(&application->gpio);
	what = application_start(application, &why);
	if (what)
		lamp_failed(&application->clock, what, why);
}

void app_main(void)
{
	struct application application = {
		.board = board_name,
		.limits = {UART_CLK_FREQ, DIVIDER_MIN, CONFIG_PIGTAIL_BAUD_MAX},
		.refuses = board_refuses,
		.wake = clock_wake,
	};
	const struct ptl_clock *clock = &application.clock;

#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	esp_log_level_set("*", ESP_LOG_NONE); /* its pin is the light's */
#endif
	vTaskPrioritySet(NULL, LOOP_PRIORITY);
	application_open();
	start(&application);
	for (;;) {
		ptl_time wake = application_poll();
		ptl_time light = lamp_show(application_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake ? light : wake);
		esp_task_wdt_reset();
	}
}
