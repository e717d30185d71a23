/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A board in an air that others share: `pigtail air FILE --listen unix:PATH`, to which
 * QEMU's -netdev stream connects. The radio itself is there, by the address of the board;
 * here its control messages go between the link and the Ethernet as sim/air_wire.h has
 * them, beside the frames, which go as they are.
 *
 *	link --message()--> CONTROL --> air		link --send()--> air
 *	link <--device_send_control()-- CONTROL <-- air	link <-- frames <-- air
 *
 * What finds no room waits: a message of the host in the link, one of the air in the
 * MAC's ring, with all that came after it. Whether the air is there nobody says; without
 * one the host hears nothing, and says so.
 */
#include "clock.h"
#include "ethernet_radio.h"
#include "personality.h"

#include "sim/air_wire.h"

#define BLOCKS	 96 /* as of the nic */
#define CONTEXTS 4
#define BITS	 10 /* of a byte on the line */

const char personality_name[] = "air";

static struct {
	struct device *device;
	uint8_t mac[6];
	bool up;       /* the host's session */
	bool told;     /* the air knows whether */
	uint32_t line; /* bits/s, as the air knows it */
	bool refused;  /* a message of the host's waits */
	bool waiting;  /* one of the air's does */
} air;

/* ---- to the air ---- */

static bool say(enum air_wire_kind kind, const uint8_t *bytes, size_t n)
{
	uint8_t frame[AIR_WIRE_MAX];

	return lx60_ethernet.send(NULL, frame, air_wire_make(frame, air.mac, kind, bytes, n));
}

static uint32_t line_now(void)
{
	struct ptl_info info;

	device_link_info(air.device, &info);
	return info.rate * BITS;
}

static bool say_session(void)
{
	uint8_t bytes[5] = {air.up};
	uint32_t line = line_now();

	air_wire_put32(bytes + 1, line);
	if (!say(AIR_WIRE_SESSION, bytes, sizeof(bytes)))
		return false;
	air.told = true;
	air.line = line;
	return true;
}

static bool say_line(void)
{
	uint32_t line = line_now();
	uint8_t bytes[4];

	air_wire_put32(bytes, line);
	if (line != air.line && !say(AIR_WIRE_LINE, bytes, sizeof(bytes)))
		return false;
	air.line = line;
	return true;
}

/* ---- the link's control channel ---- */

static bool on_message(void *user, ptl_time now, const uint8_t *message, size_t n)
{
	(void)user;
	(void)now;
	air.refused = !air.told || !say_line() || !say(AIR_WIRE_CONTROL, message, n);
	return !air.refused;
}

static void on_session(void *user, ptl_time now, bool up)
{
	(void)user;
	(void)now;
	air.up = up;
	air.told = air.refused = false;
}

static ptl_time on_poll(void *user, ptl_time now)
{
	(void)user;
	if (!air.told && !say_session())
		return now;
	if (air.refused) {
		air.refused = false;
		device_resume_control(air.device);
	}
	if (air.waiting) {
		air.waiting = false;
		lx60_ethernet.room(NULL);
	}
	return PTL_NEVER;
}

/* ---- from the air ---- */

static enum ethernet_lot on_frame(const uint8_t *frame, size_t all)
{
	const uint8_t *message;
	unsigned kind;
	size_t n;

	if (!air_wire_is(frame, all))
		return ETHERNET_FOR_HOST;
	message = air_wire_read(frame, all, &kind, &n);
	if (!message || kind != AIR_WIRE_CONTROL || n == 0 || n > PTL_CONTROL_MAX || !air.up)
		return ETHERNET_DONE;
	air.waiting = device_send_control(air.device, message, n, NULL) == PTL_FULL;
	return air.waiting ? ETHERNET_WAITS : ETHERNET_DONE;
}

/* A host's frame that looks like one of the air's is none. */
static bool to_air(void *user, const uint8_t *frame, size_t n)
{
	return air_wire_is(frame, n) || lx60_ethernet.send(user, frame, n);
}

/* ---- the card ---- */

void personality_init(struct device_config *config, const struct boot *boot)
{
	for (unsigned i = 0; i < sizeof(air.mac); i++)
		air.mac[i] = boot->mac[i];
	config->control = (struct device_control){
		.message = on_message,
		.session = on_session,
		.poll = on_poll,
	};
	config->radio = (struct ptl_radio){
		.send = to_air,
		.poll = lx60_ethernet.poll,
		.room = lx60_ethernet.room,
	};
	config->link.contexts = CONTEXTS;
	config->link.tx_blocks = BLOCKS;
	config->link.drop_when_full = true;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	(void)boot;
	air.device = device;
	ethernet_radio_start(device, config->link.mac, on_frame);
	ethernet_hear_all(); /* stations of the access point have any address */
	return true;
}
