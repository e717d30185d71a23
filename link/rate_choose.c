/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which rates two UARTs can make (SPEC 12.1), and which of them the host tries when
 * (12.6): the highest that has not failed; where all have, or one is in use, the lowest
 * of those above it that failed, again after a while that doubles.
 */
#include "state.h"

#ifndef PTL_WITHOUT_RATE

static const uint32_t candidates[] = PTL_RATES;

#define CANDIDATES   (sizeof(candidates) / sizeof(candidates[0]))
#define NONE	     0xff
#define CLIMB_US     5000000u	     /* until the next step up, after one */
#define AGAIN_US     10000000u	     /* a failed rate is tried again; then doubled */
#define AGAIN_MAX_US RATE_LONGEST_US /* up to this */

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

/* ---- the host's plan ---- */

static uint8_t highest(const struct rate *rate)
{
	for (uint8_t i = CANDIDATES; i-- > 0;)
		if (candidates[i] > rate->base && !(rate->plan.failed & 1u << i) &&
		    ptl_rate_usable(rate, candidates[i]))
			return i;
	return NONE;
}

static uint8_t lowest_failed(const struct ptl_link *link)
{
	for (uint8_t i = 0; i < CANDIDATES; i++)
		if (candidates[i] > link->baud && link->rate.plan.failed & 1u << i)
			return i;
	return NONE;
}

static void plan(struct ptl_link *link, enum rate_next next, uint32_t us)
{
	link->rate.plan.next = (uint8_t)next;
	link->rate.plan.at = (uint32_t)link->now + us;
}

static void wait_again(struct ptl_link *link, uint32_t us)
{
	plan(link, lowest_failed(link) == NONE ? RATE_NEXT_NOTHING : RATE_NEXT_AGAIN, us);
}

void ptl_plan_begin(struct ptl_link *link)
{
	link->rate.plan.failed = 0;
	link->rate.plan.again_us = AGAIN_US;
}

void ptl_plan_trial(struct ptl_link *link, uint32_t us)
{
	plan(link, RATE_NEXT_TRY, us);
}

void ptl_plan_failed(struct ptl_link *link)
{
	struct rate_plan *plan = &link->rate.plan;

	plan->latest = (uint16_t)(1u << plan->index);
	plan->failed |= plan->latest;
}

void ptl_plan_doubt(struct ptl_link *link)
{
	link->rate.plan.failed &= (uint16_t)~link->rate.plan.latest;
	link->rate.plan.latest = 0;
}

void ptl_plan_works(struct ptl_link *link)
{
	struct rate_plan *plan = &link->rate.plan;
	bool climbed = plan->again == plan->index + 1;

	plan->latest = 0;
	plan->again = 0;
	if (climbed)
		plan->again_us = AGAIN_US;
	wait_again(link, climbed ? CLIMB_US : plan->again_us);
}

bool ptl_plan_climbs(struct ptl_link *link)
{
	struct rate_plan *plan = &link->rate.plan;
	uint8_t index = lowest_failed(link);

	if (index == NONE) {
		plan->next = RATE_NEXT_NOTHING;
		return false;
	}
	plan->failed &= (uint16_t) ~(1u << index);
	plan->again = (uint8_t)(index + 1);
	plan->again_us = plan->again_us < AGAIN_MAX_US / 2 ? 2 * plan->again_us : AGAIN_MAX_US;
	return true;
}

uint32_t ptl_plan_choose(struct ptl_link *link)
{
	struct rate_plan *plan = &link->rate.plan;
	uint8_t index;

	if (plan->next == RATE_NEXT_AGAIN)
		ptl_plan_climbs(link);
	index = highest(&link->rate);
	if (index == NONE) {
		wait_again(link, plan->again_us);
		return 0;
	}
	plan->index = index;
	return candidates[index];
}

#endif
