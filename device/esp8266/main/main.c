/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Starts the seams and the application, and runs it in the main task for ever.
 *
 * Starting can only fail for reasons that stay (flash, memory, options): the light
 * then flickers, the log says why, and it is tried again after 10 s.
 */
#include "target.h"

#include "driver/gpio.h"
#include "esp8266/eagle_soc.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "application.h"
#include "board.h"
#include "divider.h"

#define LIGHT_PIN     GPIO_NUM_2 /* of most modules; on when low */
#define LOOP_PRIORITY 9		 /* the event task has 10, Wi-Fi 13 */
#define FAILED_US     10000000u

static const char tag[] = "pigtail";

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

static void start(struct application *application)
{
	const char *what, *why;

	clock_start(&application->clock);
	light_start();
	if (!uart_start(&application->uart, &application->baud))
		fail(&application->clock, "UART", "this rate cannot be made of 80 MHz");
	board_gpio(&application->gpio);
	what = application_start(application, &why);
	if (what)
		fail(&application->clock, what, why);
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
		ptl_time light = light_show(application_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake ? light : wake);
		esp_task_wdt_reset();
	}
}
