/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The light, and what is left of a start that failed. */
#include "lamp.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#define FAILED_US 10000000u

void lamp_start(void)
{
#if CONFIG_PIGTAIL_LIGHT_PIN >= 0
	const gpio_config_t pin = {
		.pin_bit_mask = 1ULL << CONFIG_PIGTAIL_LIGHT_PIN,
		.mode = GPIO_MODE_OUTPUT,
	};

	(void)gpio_config(&pin);
#endif
}

ptl_time lamp_show(enum light_code code, ptl_time now)
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

/* By the system's own clock: ours may not have started. */
_Noreturn void lamp_failed(const char *what, const char *why)
{
	ptl_time until = (ptl_time)esp_timer_get_time() + FAILED_US;

	ESP_LOGE("pigtail", "%s: %s", what, why);
	while ((ptl_time)esp_timer_get_time() < until) {
		(void)lamp_show(LIGHT_FAILED, (ptl_time)esp_timer_get_time());
		vTaskDelay(1);
	}
	esp_restart();
}
