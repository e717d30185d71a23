/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See life.h. The count of starts is in RTC memory, which only a loss of power clears. */
#include "life.h"

#include "esp_attr.h"
#include "esp_system.h"

RTC_NOINIT_ATTR static struct device_boots boots;

enum ptl_boot life_begin(void)
{
	enum ptl_boot why;

	switch (esp_reset_reason()) {
	case ESP_RST_PANIC:
		why = PTL_BOOT_CRASH;
		break;
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT:
		why = PTL_BOOT_WATCHDOG;
		break;
	case ESP_RST_EXT:
		why = PTL_BOOT_RESET;
		break;
	default:
		why = PTL_BOOT_POWER;
		break;
	}
	return device_boots_begin(&boots, why);
}

uint32_t life_boots(void)
{
	return boots.boots;
}

void life_well(void)
{
	device_boots_well(&boots);
}

uint32_t life_heap(void *user)
{
	(void)user;
	return esp_get_free_heap_size();
}

void life_restart(void *user, uint8_t how)
{
	(void)user;
	(void)how;
	device_boots_ask(&boots);
	esp_restart();
}
