/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See light.h. A period begins with the flashes, each as long as the dark after it. */
#include "light.h"

static const uint8_t flashes[] = {
	[LIGHT_NO_HOST] = 1,
	[LIGHT_NO_WIFI] = 2,
};

bool light_is_on(enum light_code code, ptl_time now, ptl_time *next)
{
	ptl_time period = now - now % LIGHT_PERIOD_US;
	uint32_t step = (uint32_t)(now % LIGHT_PERIOD_US) / LIGHT_FLASH_US;

	*next = PTL_NEVER;
	if (code == LIGHT_ALL_WELL)
		return true;
	*next = period + (ptl_time)(step + 1) * LIGHT_FLASH_US;
	if (code == LIGHT_FAILED) {
		if (*next > period + LIGHT_PERIOD_US)
			*next = period + LIGHT_PERIOD_US;
		return step % 2 == 0;
	}
	if (step < 2u * flashes[code] - 1)
		return step % 2 == 0;
	*next = period + LIGHT_PERIOD_US;
	return false;
}
