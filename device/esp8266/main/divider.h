/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The UART's clock is 80 MHz over a whole number. The vendor's driver rounds that
 * number down (921600 becomes 930233, 3000000 becomes 3076923); to the nearest is
 * closer (919540, 2962963).
 */
#ifndef PIGTAIL_ESP8266_DIVIDER_H
#define PIGTAIL_ESP8266_DIVIDER_H

#include <stdint.h>

#define DIVIDER_MAX 0xfffffu
#define DIVIDER_MIN 16u /* 5 Mbaud of 80 MHz */

/* 0: the rate cannot be made. */
static inline uint32_t divider_for(uint32_t clock, uint32_t baud)
{
	uint32_t divider;

	if (!baud || baud > clock)
		return 0;
	divider = (clock + baud / 2) / baud;
	return divider < DIVIDER_MIN || divider > DIVIDER_MAX ? 0 : divider;
}

#endif
