/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See shared_air.h. */
#include "shared_air.h"
#include "ethernet.h"

#include "sim/air_wire.h"

#include <string.h>

#define NO_LINE 100000000u /* bits/s: what it says goes by memory */

static struct {
	const struct local_radio_events *events;
	uint8_t mac[6];
	bool up, told, there;
} air;

static bool say(enum air_wire_kind kind, const uint8_t *bytes, size_t n)
{
	uint8_t *to = ethernet_buffer();

	if (!to)
		return false;
	ethernet_send(air_wire_make(to, air.mac, kind, bytes, n));
	return true;
}

void shared_air_start(const struct local_radio_events *events, const uint8_t mac[6])
{
	air.events = events;
	memcpy(air.mac, mac, sizeof(air.mac));
}

void shared_air_session(bool up)
{
	air.up = up;
	air.told = air.there = false;
	shared_air_poll();
}

bool shared_air_there(void)
{
	return air.there;
}

bool shared_air_frame(const uint8_t *frame, size_t all, bool *taken)
{
	const uint8_t *message;
	unsigned kind;
	size_t n;

	*taken = air_wire_is(frame, all);
	if (!*taken)
		return true;
	message = air_wire_read(frame, all, &kind, &n);
	if (!message || kind != AIR_WIRE_CONTROL || n == 0 || n > PTL_CONTROL_MAX || !air.up)
		return true;
	air.there = true;
	return air.events->message(NULL, message, n);
}

bool shared_air_message(const uint8_t *bytes, size_t n)
{
	return air.told && say(AIR_WIRE_CONTROL, bytes, n);
}

void shared_air_poll(void)
{
	uint8_t bytes[5] = {air.up};

	if (air.told)
		return;
	air_wire_put32(bytes + 1, NO_LINE);
	air.told = say(AIR_WIRE_SESSION, bytes, sizeof(bytes));
}
