// SPDX-License-Identifier: GPL-2.0-only
/* Signals of a scripted air: what is heard of an access point at a moment. */
#include "sim/air_radio.h"

#include <math.h>

double air_signal(const struct air_ap *ap, double at)
{
	const struct air_point *points = ap->points;
	unsigned i = 0;
	double share;

	while (i + 1 < ap->point_count && points[i + 1].at <= at)
		i++;
	if (i + 1 == ap->point_count || at <= points[i].at)
		return points[i].signal;
	share = (at - points[i].at) / (points[i + 1].at - points[i].at);
	return points[i].signal + share * (points[i + 1].signal - points[i].signal);
}

double air_heard(const struct air_radio *radio, unsigned ap, ptl_time now)
{
	return air_signal(&radio->air->aps[ap], (double)(now - radio->origin) / 1e6);
}

int8_t air_dbm(double signal)
{
	return (int8_t)(signal < -100 ? -100 : signal > 0 ? 0 : lrint(signal));
}
