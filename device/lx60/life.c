/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See life.h. Memory is not cleared by a restart; what stands there at power-up is told
 * by boots.h. */
#include "life.h"

__attribute__((section(".noinit"))) static struct {
	struct device_boots boots;
	uint32_t ends; /* enum ptl_boot */
} life;

enum ptl_boot life_begin(void)
{
	enum ptl_boot why = PTL_BOOT_POWER;

	if (life.ends == PTL_BOOT_CRASH || life.ends == PTL_BOOT_WATCHDOG)
		why = (enum ptl_boot)life.ends;
	life.ends = PTL_BOOT_POWER;
	return device_boots_begin(&life.boots, why);
}

uint32_t life_boots(void)
{
	return life.boots.boots;
}

uint32_t life_failed(void)
{
	return life.boots.failed;
}

void life_well(void)
{
	device_boots_well(&life.boots);
}

void life_ask(void)
{
	device_boots_ask(&life.boots);
}

void life_ends(enum ptl_boot why)
{
	if (life.ends == PTL_BOOT_POWER)
		life.ends = why;
}
