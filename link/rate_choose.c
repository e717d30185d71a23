/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which rates two UARTs can make, and which of them is next (SPEC 12.1). See rate.h. */
#include "rate.h"

#ifndef PTL_WITHOUT_RATE

static const uint32_t candidates[] = PTL_RATES;

#define CANDIDATES (sizeof(candidates) / sizeof(candidates[0]))

static uint32_t apart(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

bool ptl_rate_near(uint32_t a, uint32_t b)
{
	return apart(a, b) <= b / 1000 * PTL_RATE_OFF;
}

uint32_t ptl_uart_rate(const struct ptl_uart *uart, uint32_t rate)
{
	uint32_t divider, made;

	if (rate == 0 || rate > uart->max)
		return 0;
	if (uart->clock == 0)
		return rate;
	divider = uart->clock / rate;
	/* The nearer one of two. */
	if (uart->clock % rate >= rate - rate / 2)
		divider++;
	if (divider < uart->least_divider)
		divider = uart->least_divider;
	if (divider == 0)
		divider = 1;
	made = uart->clock / divider;
	return ptl_rate_near(made, rate) ? made : 0;
}

bool ptl_rate_usable(const struct rate *rate, uint32_t wanted)
{
	uint32_t a = ptl_uart_rate(&rate->own, wanted);
	uint32_t b = ptl_uart_rate(&rate->peer, wanted);

	return a > 0 && b > 0 && apart(a, b) < wanted / 1000 * PTL_RATE_APART;
}

uint8_t ptl_rate_choose(const struct rate *rate)
{
	for (uint8_t i = CANDIDATES; i-- > 0;)
		if (candidates[i] > rate->base && !(rate->failed & 1u << i) &&
		    ptl_rate_usable(rate, candidates[i]))
			return i;
	return RATE_NONE;
}

uint8_t ptl_rate_choose_again(const struct rate *rate, uint32_t baud)
{
	for (uint8_t i = 0; i < CANDIDATES; i++)
		if (candidates[i] > baud && rate->failed & 1u << i)
			return i;
	return RATE_NONE;
}

uint32_t ptl_rate_candidate(uint8_t index)
{
	return candidates[index];
}

#endif
