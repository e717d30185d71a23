// SPDX-License-Identifier: GPL-2.0-only
/* What is in a scripted air: access points, what is heard of them at a moment, their keys. */
#include "sim/air_radio.h"

#include <string.h>

#define NOTHING	  (-120) /* dBm */
#define PART_BITS 17	 /* of a span between two points: times 12000 it fits 31 bits */

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

unsigned air_count(const struct air_radio *radio)
{
	return radio->air->ap_count + (radio->space ? AIR_RADIOS : 0);
}

struct air_radio *air_ap_owner(const struct air_radio *radio, unsigned ap)
{
	return ap < radio->air->ap_count || ap >= air_count(radio)
		       ? NULL
		       : radio->space->radios[ap - radio->air->ap_count];
}

const struct air_ap *air_ap_at(const struct air_radio *radio, unsigned ap)
{
	const struct air_radio *owner;

	if (ap < radio->air->ap_count)
		return &radio->air->aps[ap];
	owner = air_ap_owner(radio, ap);
	return owner && owner != radio && owner->own.step == AIR_OWN_UP ? &owner->own.ap : NULL;
}

int32_t air_heard(const struct air_radio *radio, unsigned index)
{
	const struct air_ap *ap = air_ap_at(radio, index);

	return ap ? air_signal(ap, air_ms(radio, radio->origin)) : NOTHING * AIR_DB;
}

void air_due(const struct air_radio *radio)
{
	if (radio->events.due)
		radio->events.due(radio->events.user);
}

void air_station_sent_away(struct air_radio *radio, uint16_t reason)
{
	radio->sent_away = reason;
	radio->step_over = 0;
	air_due(radio);
}

/* ---- keys ---- */

bool air_take_secret(const struct air *air, const struct ptl_control *message,
		     struct air_secret *secret)
{
	size_t n;
	const uint8_t *value = ptl_control_bytes(message, PTL_F_PMK, &n);

	*secret = (struct air_secret){.pmk = value != NULL};
	if (value && !air->pmk)
		return false;
	if (!value)
		value = ptl_control_bytes(message, PTL_F_PASSPHRASE, &n);
	if (value)
		memcpy(secret->bytes, value, n);
	secret->n = (uint8_t)n;
	return true;
}

void air_text_secret(struct air_secret *secret, const char *key)
{
	*secret = (struct air_secret){.n = (uint8_t)strlen(key)};
	memcpy(secret->bytes, key, secret->n);
}

static void make_pmk(const struct air *air, const struct air_ap *ap,
		     const struct air_secret *secret, uint8_t pmk[AIR_PMK])
{
	if (secret->pmk)
		memcpy(pmk, secret->bytes, AIR_PMK);
	else
		air->pmk(secret->bytes, secret->n, (const uint8_t *)ap->ssid, ap->ssid_n, pmk);
}

bool air_same_key(const struct air *air, const struct air_ap *ap, const struct air_secret *a,
		  const struct air_secret *b)
{
	uint8_t one[AIR_PMK], other[AIR_PMK];

	if (a->pmk == b->pmk || a->n == 0 || b->n == 0)
		return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
	make_pmk(air, ap, a, one);
	make_pmk(air, ap, b, other);
	return memcmp(one, other, sizeof(one)) == 0;
}

int8_t air_dbm(int32_t signal)
{
	int32_t rounded = (signal - AIR_DB / 2) / AIR_DB;

	return (int8_t)(rounded < -100 ? -100 : rounded > 0 ? 0 : rounded);
}
