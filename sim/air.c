// SPDX-License-Identifier: GPL-2.0-only
/* Signals of a scripted air: what is heard of an access point at a moment. */
#include "sim/air_radio.h"

#define PART_BITS 17 /* of a span between two points: times 12000 it fits 31 bits */

int32_t air_signal(const struct air_ap *ap, uint32_t at)
{
	const struct air_point *points = ap->points;
	uint32_t whole, part;
	unsigned i = 0;
	int32_t gain;

	if (ap->period > 0)
		at %= ap->period;
	while (i + 1 < ap->point_count && points[i + 1].at <= at)
		i++;
	if (i + 1 == ap->point_count || at <= points[i].at)
		return points[i].signal * AIR_DB;
	whole = points[i + 1].at - points[i].at;
	part = at - points[i].at;
	while (whole >> PART_BITS) {
		whole >>= 1;
		part >>= 1;
	}
	gain = (points[i + 1].signal - points[i].signal) * AIR_DB;
	return points[i].signal * AIR_DB + gain * (int32_t)part / (int32_t)whole;
}

uint32_t air_ms(const struct air_radio *radio, ptl_time since)
{
	ptl_time eighths = (radio->control.now - since) >> 3;

	return (eighths < UINT32_MAX ? (uint32_t)eighths : UINT32_MAX) / 125;
}

int32_t air_heard(const struct air_radio *radio, unsigned ap)
{
	return air_signal(&radio->air->aps[ap], air_ms(radio, radio->origin));
}

int8_t air_dbm(int32_t signal)
{
	int32_t rounded = (signal - AIR_DB / 2) / AIR_DB;

	return (int8_t)(rounded < -100 ? -100 : rounded > 0 ? 0 : rounded);
}
