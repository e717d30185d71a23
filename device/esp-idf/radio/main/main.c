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
#include "pigtail_uart.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#define LOOP_PRIORITY 19 /* the event task has 20, Wi-Fi 23 */
#define FAILED_US     10000000u

static const char tag[] = "pigtail";
static struct pigtail_uart uart;

static void wake(void)
{
	pigtail_uart_wake(&uart);
}

/* ---- the light ---- */

static void light_start(void)
{
#if CONFIG_PIGTAIL_LIGHT_PIN >= 0
	const gpio_config_t pin = {
		.pin_bit_mask = 1ULL << CONFIG_PIGTAIL_LIGHT_PIN,
		.mode = GPIO_MODE_OUTPUT,
	};

	(void)gpio_config(&pin);
#endif
}

/* Returns when it is to be called again. */
static ptl_time light_show(enum light_code code, ptl_time now)
{
	ptl_time next = PTL_NEVER;

#if CONFIG_PIGTAIL_LIGHT_PIN >= 0
#ifdef CONFIG_PIGTAIL_LIGHT_LOW
	(void)gpio_set_level(CONFIG_PIGTAIL_LIGHT_PIN, !light_is_on(code, now, &next));
#else
	(void)gpio_set_level(CONFIG_PIGTAIL_LIGHT_PIN, light_is_on(code, now, &next));
#endif
#else
	(void)code;
	(void)now;
#endif
	return next;
}

static void fail(const char *what, const char *why)
{
	ptl_time until = (ptl_time)esp_timer_get_time() + FAILED_US;

	ESP_LOGE(tag, "%s: %s", what, why);
	while ((ptl_time)esp_timer_get_time() < until) {
		(void)light_show(LIGHT_FAILED, (ptl_time)esp_timer_get_time());
		vTaskDelay(1);
	}
	esp_restart();
}

/* ---- start, and the loop ---- */

static void start(struct application *application)
{
	const struct pigtail_uart_config config = {
		.port = CONFIG_PIGTAIL_UART_PORT,
		.tx_pin = CONFIG_PIGTAIL_TX_PIN,
		.rx_pin = CONFIG_PIGTAIL_RX_PIN,
		.rts_pin = CONFIG_PIGTAIL_RTS_PIN,
		.cts_pin = CONFIG_PIGTAIL_CTS_PIN,
		.baud = CONFIG_PIGTAIL_BAUD,
	};
	const char *what, *why;
	esp_err_t error =
		pigtail_uart_start(&uart, &config, &application->uart, &application->clock);

	if (error != ESP_OK)
		fail("UART", esp_err_to_name(error));
	what = application_start(application, &why);
	if (what)
		fail(what, why);
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
	light_start();
	board_gpio(&application.gpio);
	application_open();
	start(&application);
	for (;;) {
		ptl_time wake_at = application_poll();
		ptl_time light = light_show(application_light(), clock->now(clock->user));

		clock->sleep(clock->user, light < wake_at ? light : wake_at);
		(void)esp_task_wdt_reset();
	}
}
