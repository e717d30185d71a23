// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile radio: its messages go to the decoder, the host's Wi-Fi machine and the
 * streams, between requests of an owner and jumps of time. Whatever it says, getters
 * stay within the message, each operation has one end, each stream one close.
 *
 * Input: operations, a byte each. 0 to 3: a message of as many bytes as the next one
 * says (with its top bit: the type alone is from the input, fields are made right). The
 * rest: requests, time, room, sessions.
 */
#include "count_messages.h"
#include "radio_message.h"
#include "require.h"

#include <pigtail/streams.h>
#include <pigtail/wifi.h>

#include <stdlib.h>
#include <string.h>

struct world {
	struct ptl_wifi wifi;
	struct ptl_streams streams;
	struct ptl_share share;
	ptl_time now;
	bool refuse;
	uint8_t last_id;
	unsigned begun[PTL_WIFI_MACHINES], over[PTL_WIFI_MACHINES], active[PTL_WIFI_MACHINES];
	unsigned asked, answered;
	bool open[PTL_STREAMS];
	uint32_t sum; /* of all bytes that a callback saw, so that they are read */
};

static void look(struct world *world, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		world->sum += ((const uint8_t *)bytes)[i];
}

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	struct world *world = user;
	struct ptl_control control = {message, n};

	REQUIRE(ptl_control_check(&control) == PTL_STATUS_DONE);
	if (world->refuse)
		return false;
	if (ptl_control_id(&control))
		world->last_id = ptl_control_id(&control);
	return true;
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	if (info)
		look(user, info, sizeof(*info));
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	REQUIRE(bss->ssid_n <= sizeof(bss->ssid));
	REQUIRE(ptl_elements_whole(bss->elements, bss->elements_n) == bss->elements_n);
	look(user, bss->elements, bss->elements_n);
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	struct world *world = user;

	(void)status;
	look(world, text, strlen(text));
	world->over[PTL_WIFI_SCAN]++;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	struct world *world = user;

	look(world, association->elements, association->elements_n);
	world->over[PTL_WIFI_STATION]++;
	world->active[PTL_WIFI_STATION]++;
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	struct world *world = user;

	(void)code;
	REQUIRE(ptl_failure_text(failure));
	look(world, text, strlen(text));
	world->over[PTL_WIFI_STATION]++;
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	struct world *world = user;

	(void)reason;
	REQUIRE(ptl_by_text(by));
	look(world, text, strlen(text));
	REQUIRE(world->active[PTL_WIFI_STATION]-- == 1);
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	look(user, association->elements, association->elements_n);
	REQUIRE(((struct world *)user)->active[PTL_WIFI_STATION] == 1);
}

static void on_ap_started(void *user, enum ptl_status status, const char *text)
{
	struct world *world = user;

	look(world, text, strlen(text));
	world->over[PTL_WIFI_AP]++;
	world->active[PTL_WIFI_AP] += status == PTL_STATUS_DONE;
}

static void on_ap_stopped(void *user, uint16_t reason, const char *text)
{
	struct world *world = user;

	(void)reason;
	look(world, text, strlen(text));
	REQUIRE(world->active[PTL_WIFI_AP]-- == 1);
}

static void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
		       const uint8_t *elements, size_t n)
{
	(void)joined;
	(void)reason;
	look(user, mac, 6);
	look(user, elements, n);
}

static void on_answer(void *user, void *token, enum ptl_status status,
		      const struct ptl_control *message)
{
	struct world *world = user;

	REQUIRE(token == user);
	REQUIRE(ptl_status_text(status));
	if (message)
		look(world, message->bytes, message->n);
	world->answered++;
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
			       const uint8_t *argument, size_t argument_n)
{
	struct world *world = user;

	look(world, name, name_n);
	look(world, argument, argument_n);
	if (name_n % 2)
		return PTL_STATUS_DENIED;
	REQUIRE(!world->open[stream]);
	world->open[stream] = true;
	return PTL_STATUS_DONE;
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	struct world *world = user;

	REQUIRE(world->open[stream]);
	look(world, bytes, n);
	if (bytes[0] & 1)
		ptl_stream_took(&world->streams, stream, n);
}

static void on_room(void *user, unsigned stream)
{
	struct world *world = user;

	ptl_stream_write(&world->streams, world->now, stream, (const uint8_t *)"abcdefgh", 8);
}

static void on_closed(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		      size_t n)
{
	struct world *world = user;

	(void)status;
	look(world, text, n);
	REQUIRE(world->open[stream]);
	world->open[stream] = false;
}

static void give(struct world *world, struct input *in)
{
	uint8_t bytes[PTL_CONTROL_MAX], first = take(in), *copy;
	struct ptl_control message;
	size_t n;

	if (first & 0x80) {
		n = well_made(in, take(in), bytes, NULL);
		if (bytes[0] == PTL_M_ANSWER && bytes[1] & 1)
			bytes[1] = world->last_id;
	} else {
		n = first * 4u;
		for (size_t i = 0; i < n; i++)
			bytes[i] = take(in);
	}
	copy = malloc(n ? n : 1);
	REQUIRE(copy);
	memcpy(copy, bytes, n);
	message = (struct ptl_control){copy, n};
	messages_given++;
	if (n > 0 && copy[0] >= PTL_M_STREAM_OPEN && copy[0] <= PTL_M_STREAM_CLOSE) {
		if (ptl_control_check(&message) == PTL_STATUS_DONE)
			ptl_streams_message(&world->streams, &message);
	} else {
		ptl_wifi_message(&world->wifi, world->now, copy, n);
	}
	free(copy);
}

static void start(struct world *world, unsigned machine)
{
	static const enum ptl_control_type types[] = {PTL_M_SCAN, PTL_M_JOIN, PTL_M_AP_START};
	struct ptl_control_writer to;

	ptl_control_begin(&to, types[machine], 0, machine == PTL_WIFI_AP);
	if (machine != PTL_WIFI_SCAN)
		ptl_put_text(&to, PTL_F_SSID, "pig");
	if (machine == PTL_WIFI_AP)
		ptl_put_uint(&to, PTL_F_CHANNEL, 6);
	if (ptl_wifi_start(&world->wifi, world->now, (enum ptl_wifi_machine)machine, &to) ==
	    PTL_STATUS_DONE)
		world->begun[machine]++;
}

static void ask(struct world *world)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_STATS, 0, PTL_IF_RADIO);
	world->asked +=
		ptl_wifi_request(&world->wifi, world->now, &to, world) == PTL_STATUS_DONE;
}

static void open_stream(struct world *world)
{
	int stream = ptl_stream_open(&world->streams, "name", NULL, 0);

	if (stream < 0)
		return;
	REQUIRE(!world->open[stream]);
	world->open[stream] = true;
}

static void step(struct world *world, struct input *in)
{
	uint8_t what = take(in), more = take(in);

	switch (what % 16) {
	case 4:
		start(world, more % PTL_WIFI_MACHINES);
		break;
	case 5:
		ptl_wifi_stop(&world->wifi, world->now,
			      (enum ptl_wifi_machine)(more % PTL_WIFI_MACHINES), 3);
		break;
	case 6:
		ask(world);
		break;
	case 7:
		world->now += (ptl_time)more << (more % 18);
		ptl_wifi_poll(&world->wifi, world->now);
		break;
	case 8:
		ptl_share_set(&world->share, 1u << (more % 24), more & 1, more >> 6);
		ptl_streams_poll(&world->streams, world->now);
		break;
	case 9:
		world->refuse = more & 1;
		break;
	case 10:
		open_stream(world);
		break;
	case 11:
		ptl_stream_close(&world->streams, more % PTL_STREAMS, PTL_STATUS_DONE, "end");
		break;
	case 12:
		ptl_stream_write(&world->streams, world->now, more % PTL_STREAMS,
				 (const uint8_t *)"0123456789", 10);
		break;
	case 13:
		if (more > 250) {
			ptl_wifi_session(&world->wifi);
			ptl_streams_session(&world->streams);
		}
		break;
	default:
		give(world, in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ptl_wifi_events wifi = {
		.send = on_send,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.ap_started = on_ap_started,
		.ap_stopped = on_ap_stopped,
		.station = on_station,
		.answer = on_answer,
	};
	static const struct ptl_stream_events streams = {
		.send = on_send,
		.open = on_open,
		.data = on_data,
		.room = on_room,
		.closed = on_closed,
	};
	struct ptl_wifi_events wifi_events = wifi;
	struct ptl_stream_events stream_events = streams;
	struct input in = {data, size};
	struct world *world = calloc(1, sizeof(*world));
	ptl_time next;

	REQUIRE(world);
	wifi_events.user = stream_events.user = world;
	ptl_wifi_init(&world->wifi, &wifi_events);
	ptl_share_set(&world->share, 115200, false, 0);
	ptl_streams_init(&world->streams, PTL_HOST, 1024, &stream_events, &world->share);
	while (in.n > 0)
		step(world, &in);
	world->refuse = false;
	for (unsigned i = 0; (next = ptl_wifi_poll(&world->wifi, world->now)) != PTL_NEVER;
	     i++) {
		REQUIRE(i < 100);
		world->now = next;
	}
	ptl_wifi_session(&world->wifi);
	ptl_streams_session(&world->streams);
	for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++) {
		REQUIRE(world->begun[i] == world->over[i]);
		REQUIRE(world->active[i] == 0);
	}
	REQUIRE(world->asked == world->answered);
	for (unsigned i = 0; i < PTL_STREAMS; i++)
		REQUIRE(!world->open[i]);
	free(world);
	return 0;
}
