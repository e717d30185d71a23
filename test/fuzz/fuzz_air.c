// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two scripted radios of one space, with hostile hosts: whatever these say and send, each
 * request has at most one answer that the host can read, no frame reaches a host that does
 * not know its station, and all is idle again after a new session.
 *
 * Input: operations, a byte each, whose low bits say which and whose top bit says of which
 * radio. A message has as many bytes as the next byte says; with its top bit set the type
 * alone is from the input, and the rest are fields.
 */
#include "count_messages.h"
#include "require.h"

#include <pigtail/interfaces.h>

#include "sim/air.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_N 60

struct input {
	const uint8_t *p;
	size_t n;
};

struct end {
	struct air_radio radio;
	struct ptl_share share;
	struct ptl_interfaces known; /* what its host knows */
	bool full;
	unsigned ready;
};

static struct {
	struct air air;
	struct air_space space;
	struct end ends[2];
	ptl_time now;
} world;

static uint8_t take(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

/* ---- what a host hears ---- */

static bool on_send(void *user, const uint8_t *bytes, size_t n)
{
	struct end *end = user;
	struct ptl_control message = {bytes, n};
	const uint8_t *mac;
	size_t mac_n;

	REQUIRE(ptl_control_check(&message) == PTL_STATUS_DONE);
	if (end->full)
		return false;
	mac = ptl_control_bytes(&message, PTL_F_MAC, &mac_n);
	switch (ptl_control_type(&message)) {
	case PTL_M_READY:
		end->ready++;
		ptl_interfaces_init(&end->known, mac,
				    ptl_control_bytes(&message, PTL_F_AP_MAC, &mac_n));
		break;
	case PTL_M_STATION_JOINED:
		ptl_interfaces_ap(&end->known, true);
		REQUIRE(ptl_interfaces_joined(&end->known, mac));
		break;
	default:
		break;
	}
	return true;
}

/* A station's frame comes after STATION_JOINED only. */
static void to_host(void *user, const uint8_t *frame, size_t n)
{
	const struct end *end = user;

	REQUIRE(n >= 14 && n <= FRAME_N);
	if (ptl_interfaces_to_host(&end->radio.interfaces, frame, n) == PTL_IF_AP)
		REQUIRE(end->known.ap_up);
}

static void to_net(void *user, unsigned ap, const uint8_t *frame, size_t n)
{
	const struct end *end = user;

	(void)n;
	REQUIRE(ap < world.air.ap_count);
	REQUIRE(memcmp(frame + 6, end->radio.mac, 6) == 0);
}

static void make_pmk(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		     uint8_t pmk[AIR_PMK])
{
	for (size_t i = 0; i < AIR_PMK; i++)
		pmk[i] = (uint8_t)(passphrase[i % n] + ssid[i % ssid_n]);
}

/* ---- what a host does ---- */

/* Mostly well made: names and keys of few kinds, so that they meet. */
static size_t make_fields(struct input *in, uint8_t *to)
{
	static const uint8_t ssids[] = {PTL_F_SSID, 1, 'm', PTL_F_SSID, 1, 'h'};
	static const uint8_t key[] = {
		PTL_F_PASSPHRASE, 8, '1', '2', '3', '4', '5', '6', '7', '8'};
	static const uint8_t channel[] = {PTL_F_CHANNEL, 1, 6};
	uint8_t which = take(in);
	size_t n = 0;

	memcpy(to + n, ssids + (which & 1 ? 3 : 0), 3);
	n += 3;
	if (which & 2) {
		memcpy(to + n, key, sizeof(key));
		n += sizeof(key);
	}
	memcpy(to + n, channel, sizeof(channel));
	n += sizeof(channel);
	if (which & 4) {
		const uint8_t mac[] = {PTL_F_MAC, 6, 2, 0, 0, 0, 0, take(in)};

		memcpy(to + n, mac, sizeof(mac));
		n += sizeof(mac);
	}
	return n;
}

static void say(struct input *in, struct end *end)
{
	uint8_t how = take(in), *copy;
	uint8_t bytes[128];
	size_t n;

	if (how & 0x80) {
		bytes[0] = take(in);
		bytes[1] = (uint8_t)(how | 1);
		bytes[2] = take(in) & 1;
		n = 3 + make_fields(in, bytes + 3);
	} else {
		n = how;
		for (size_t i = 0; i < n; i++)
			bytes[i] = take(in);
	}
	copy = malloc(n ? n : 1); /* so that what is read beyond is found */
	REQUIRE(copy);
	memcpy(copy, bytes, n);
	messages_given++;
	(void)air_radio_message(&end->radio, world.now, copy, n);
	free(copy);
}

static void send_frame(struct input *in, struct end *end)
{
	static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};
	const struct end *other = &world.ends[end == &world.ends[0]];
	uint8_t frame[FRAME_N] = {0}, how = take(in);

	memcpy(frame,
	       how & 1	 ? everybody
	       : how & 2 ? other->radio.mac
			 : other->radio.ap_mac,
	       6);
	memcpy(frame + 6, how & 4 ? end->radio.mac : end->radio.ap_mac, 6);
	air_radio_frame(&end->radio, world.now, frame, how & 8 ? how % FRAME_N : FRAME_N);
}

static void poll(void)
{
	(void)air_space_poll(&world.space, world.now);
	for (unsigned i = 0; i < 2; i++)
		(void)air_radio_poll(&world.ends[i].radio, world.now);
}

static void begin(void)
{
	static const struct air_ap aps[] = {{.ssid = "h",
					     .ssid_n = 1,
					     .bssid = {2, 0, 0, 0, 1, 1},
					     .channel = 6,
					     .akms = PTL_AKM_PSK | PTL_AKM_SAE,
					     .key = "12345678",
					     .points = {{0, -50}, {30000, -95}},
					     .point_count = 2,
					     .period = 60000}};
	static const struct air_visitor visitors[] = {
		{.mac = {2, 0, 0, 0, 2, 1}, .ssid = "m", .ssid_n = 1, .key = "12345678"}};

	memset(&world, 0, sizeof(world));
	world.now = 1000000;
	world.air = (struct air){.aps = aps,
				 .ap_count = 1,
				 .visitors = visitors,
				 .visitor_count = 1,
				 .pmk = make_pmk};
	air_space_init(&world.space, &world.air, world.now);
	for (unsigned i = 0; i < 2; i++) {
		struct end *end = &world.ends[i];
		const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};

		ptl_share_set(&end->share, 921600, false, 0);
		air_radio_init(&end->radio, &world.air, mac, on_send, end, &end->share,
			       world.now);
		end->radio.events = (struct air_radio_events){
			.user = end, .to_host = to_host, .to_net = to_net};
		REQUIRE(air_space_add(&world.space, &end->radio));
		air_radio_session(&end->radio, world.now, true);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};

	begin();
	while (in.n > 0) {
		uint8_t operation = take(&in);
		struct end *end = &world.ends[operation >> 7];

		switch (operation & 7) {
		case 0:
		case 1:
		case 2:
			say(&in, end);
			break;
		case 3:
			send_frame(&in, end);
			break;
		case 4:
			world.now += (ptl_time)take(&in) * 8000;
			break;
		case 5:
			end->full = !end->full;
			break;
		case 6:
			air_radio_session(&end->radio, world.now, take(&in) & 1);
			break;
		default:
			if (take(&in) == 0) {
				air_space_remove(&world.space, &end->radio);
				REQUIRE(air_space_add(&world.space, &end->radio));
			}
			break;
		}
		poll();
	}
	for (unsigned i = 0; i < 2; i++) {
		struct end *end = &world.ends[i];

		end->full = false;
		end->ready = 0;
		air_radio_session(&end->radio, world.now, true);
		poll();
		REQUIRE(end->ready == 1);
		REQUIRE(!air_radio_ap(&end->radio) && !end->radio.scanning);
		REQUIRE(end->radio.own.step == AIR_OWN_DOWN);
	}
	return 0;
}
