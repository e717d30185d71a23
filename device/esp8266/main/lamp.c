/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The light, and what is left of a start that failed. */
#include "lamp.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "esp_system.h"
#include "sdkconfig.h"

#define LIGHT_PIN GPIO_NUM_2 /* of most modules; on when low */
#define FAILED_US 10000000u

void lamp_start(void)
{
#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	const gpio_config_t pin = {.pin_bit_mask = 1u << LIGHT_PIN, .mode = GPIO_MODE_OUTPUT};

	(void)gpio_config(&pin);
#endif
}

ptl_time lamp_show(enum light_code code, ptl_time now)
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

_Noreturn void lamp_failed(const struct ptl_clock *clock, const char *what, const char *why)
{
	ptl_time until = clock->now(clock->user) + FAILED_US;
	ptl_time now;

	ESP_LOGE("pigtail", "%s: %s", what, why);
	while ((now = clock->now(clock->user)) < until) {
		ptl_time light = lamp_show(LIGHT_FAILED, now);

		clock->sleep(clock->user, light < until ? light : until);
	}
	esp_restart();
}
