/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See codel.h. Times are the low 32 bits of microseconds. */
#include "codel.h"
#include "arithmetic.h"

#define TARGET_MIN_US	15000u
#define TARGET_PACKETS	8u
#define TARGET_FEWEST	4u
#define TARGET_MAX_US	500000u
#define INTERVAL_MIN_US 100000u

void ptl_codel_times(uint32_t packet_us, uint32_t *target_us, uint32_t *interval_us)
{
	uint32_t target = TARGET_PACKETS * packet_us;

	if (target > TARGET_MAX_US)
		target = TARGET_MAX_US;
	if (target < TARGET_FEWEST * packet_us)
		target = TARGET_FEWEST * packet_us;
	*target_us = target < TARGET_MIN_US ? TARGET_MIN_US : target;
	*interval_us = 2 * *target_us;
	if (*interval_us < INTERVAL_MIN_US)
		*interval_us = INTERVAL_MIN_US;
}

void ptl_codel_reset(struct flow *flow)
{
	flow->above = false;
	flow->dropping = false;
	flow->drops = 0;
	flow->last_drops = 0;
}

/* interval / sqrt(drops), in 1/16 steps of the root. */
static uint32_t control_law(uint32_t at, uint32_t interval_us, uint16_t drops)
{
	return at + interval_us * 4 / root((uint32_t)drops * 16);
}

static bool stands_too_long(struct flow *flow, uint32_t stood_us, uint32_t now,
			    uint32_t max_packet, uint32_t target_us, uint32_t interval_us)
{
	if (stood_us < target_us || flow->bytes <= max_packet) {
		flow->above = false;
		return false;
	}
	if (!flow->above) {
		flow->above = true;
		flow->above_since = now;
		return false;
	}
	return now - flow->above_since >= interval_us;
}

bool ptl_codel_drops(struct flow *flow, uint32_t stood_us, uint32_t now, uint32_t max_packet,
		     uint32_t target_us, uint32_t interval_us)
{
	bool too_long =
		stands_too_long(flow, stood_us, now, max_packet, target_us, interval_us);

	if (!flow->dropping) {
		if (!too_long)
			return false;
		/* Soon after the last phase: go on at about its pace. */
		flow->drops = flow->drops > flow->last_drops + 2u &&
					      (int32_t)(now - flow->drop_at) <
						      (int32_t)(16 * interval_us)
				      ? (uint16_t)(flow->drops - flow->last_drops)
				      : 1;
		flow->last_drops = flow->drops;
		flow->dropping = true;
		flow->drop_at = control_law(now, interval_us, flow->drops);
		return true;
	}
	if (!too_long) {
		flow->dropping = false;
		return false;
	}
	if ((int32_t)(now - flow->drop_at) < 0)
		return false;
	if (flow->drops < 0xffff)
		flow->drops++;
	flow->drop_at = control_law(flow->drop_at, interval_us, flow->drops);
	return true;
}
