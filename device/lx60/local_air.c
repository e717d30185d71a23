/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See local_air.h. While the station is joined its frames go to QEMU's network and come from
 * there, but for those that the signal loses.
 *
 * If an air that others share is behind the MAC, it answers to a session before ASKING_US are
 * over, and all is its matter; else the scripted one begins then.
 *
 * All of its memory is apart (lx60.ld): a chip has a radio there, and none of this.
 */
#include "local_air.h"
#include "clock.h"
#include "ethernet.h"
#include "scripted_air.h"
#include "shared_air.h"

#include <string.h>

#define TX_FRAMES 2u
#define RX_FRAMES 4u
#define ASKING_US 150000u
#define NO_LINE	  100000000u /* bits/s: what it says goes by memory */

static struct {
	struct air air;
	struct air_space space;
	struct air_radio radio;
	struct ptl_share share;
	const struct local_radio_events *events;
	uint32_t seed;
	ptl_time asked_until; /* PTL_NEVER: a session of one or the other air, or none */
	uint8_t mac[6];
	uint8_t buffer[TX_FRAMES + RX_FRAMES][ETHERNET_FRAME] __attribute__((aligned(4)));
} local __attribute__((section(".beyond")));

/* ---- frames ---- */

static bool from_air(const uint8_t *frame, size_t n)
{
	bool taken, room = shared_air_frame(frame, n, &taken);

	if (taken)
		return room;
	if (shared_air_there())
		return local.events->frame(frame, n);
	return !air_radio_passes(&local.radio, clock_now(NULL)) ||
	       local.events->frame(frame, n);
}

static void on_room(void)
{
}

static void on_missed(void)
{
}

static bool send(const uint8_t *frame, size_t n)
{
	uint8_t *to;

	if (!shared_air_there() && !air_radio_passes(&local.radio, clock_now(NULL)))
		return true; /* lost */
	to = ethernet_buffer();
	if (!to || n > ETHERNET_FRAME)
		return false;
	memcpy(to, frame, n);
	ethernet_send(n);
	return true;
}

/* ---- the seam ---- */

static void start(const struct local_radio_events *events, ptl_time now)
{
	static const struct ethernet_events of_mac = {from_air, on_room, on_missed};

	local.events = events;
	ptl_share_set(&local.share, NO_LINE, false, 0);
	scripted_air(&local.air, local.seed);
	air_radio_init(&local.radio, &local.air, local.mac, events->message, NULL, &local.share,
		       now);
	air_space_init(&local.space, &local.air, now);
	(void)air_space_add(&local.space, &local.radio);
	local.asked_until = PTL_NEVER;
	ethernet_start(&of_mac, local.mac, local.buffer, TX_FRAMES, RX_FRAMES);
	ethernet_hear_all(); /* stations of the access point have any address */
	shared_air_start(events, local.mac);
}

static void session(ptl_time now, bool up)
{
	shared_air_session(up);
	local.asked_until = up ? now + ASKING_US : PTL_NEVER;
	if (!up)
		air_radio_session(&local.radio, now, false);
}

static bool message(ptl_time now, const uint8_t *bytes, size_t n)
{
	return shared_air_there() ? shared_air_message(bytes, n)
				  : air_radio_message(&local.radio, now, bytes, n);
}

static ptl_time poll(ptl_time now)
{
	ptl_time visitors = air_space_poll(&local.space, now);
	ptl_time air = air_radio_poll(&local.radio, now);

	ethernet_resume();
	ethernet_poll();
	shared_air_poll();
	if (shared_air_there())
		return PTL_NEVER;
	if (now >= local.asked_until) {
		local.asked_until = PTL_NEVER;
		air_radio_session(&local.radio, now, true);
		return now;
	}
	air = air < local.asked_until ? air : local.asked_until;
	return air < visitors ? air : visitors;
}

const struct local_radio *local_air(uint32_t seed, const uint8_t mac[6])
{
	static struct local_radio radio = {
		.start = start,
		.session = session,
		.message = message,
		.send = send,
		.poll = poll,
		.mac = local.mac,
	};

	memset(&local, 0, sizeof(local));
	local.seed = seed;
	memcpy(local.mac, mac, sizeof(local.mac));
	return &radio;
}
