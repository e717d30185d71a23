/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One endpoint under test: its memory is exactly as large as it asked for, its
 * packets, states and frames are recorded, and its clock is a variable.
 */
#ifndef TEST_ONE_END_H
#define TEST_ONE_END_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pigtail/endpoint.h>

enum {
	END_PACKETS = 64,
	END_PACKET_MAX = 1600,
};

struct one_end {
	const struct ptl_framing *framing;
	struct ptl_endpoint *endpoint;
	void *memory;
	ptl_time now;

	bool refuse; /* packet() says no */
	unsigned packets;
	size_t length[END_PACKETS];
	uint8_t packet[END_PACKETS][END_PACKET_MAX];

	unsigned states, rooms, good_rx, bad_rx, good_tx;
	enum ptl_state state;
	enum ptl_reason reason;
	uint32_t rate; /* last wanted by events.rate */
};

static inline bool end_packet(void *user, const uint8_t *packet, size_t n)
{
	struct one_end *end = user;

	if (end->refuse)
		return false;
	assert_true(n <= END_PACKET_MAX);
	end->length[end->packets % END_PACKETS] = n;
	memcpy(end->packet[end->packets % END_PACKETS], packet, n);
	end->packets++;
	return true;
}

static inline void end_room(void *user)
{
	((struct one_end *)user)->rooms++;
}

static inline void end_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct one_end *end = user;

	end->states++;
	end->state = state;
	end->reason = reason;
}

static inline void end_rate(void *user, uint32_t rate)
{
	((struct one_end *)user)->rate = rate;
}

static inline void end_frame(void *user, enum ptl_direction direction, bool ok,
			     const uint8_t *frame, size_t n)
{
	struct one_end *end = user;

	assert_non_null(frame);
	assert_true(n > 0);
	if (direction == PTL_TX)
		end->good_tx++;
	else if (ok)
		end->good_rx++;
	else
		end->bad_rx++;
}

static inline struct ptl_config end_config(enum ptl_role role)
{
	return (struct ptl_config){
		.role = role,
		.mac = {2, 0, 0, 0, 0, role == PTL_HOST ? 1 : 2},
		.nonce = 1,
		.baud = 921600,
		.max_packet = 1518,
		.tx_packets = 64,
		.ssid = "workshop",
		.password = "correct horse",
		.ip_address = 0xc0a80417, /* 192.168.4.23 */
		.ip_netmask = 0xffffff00,
		.ip_gateway = 0xc0a80401,
	};
}

static inline struct ptl_events end_events(struct one_end *end)
{
	return (struct ptl_events){
		.user = end,
		.packet = end_packet,
		.room = end_room,
		.state = end_state,
		.rate = end_rate,
		.frame = end_frame,
	};
}

static inline void end_open_with(struct one_end *end, const struct ptl_framing *framing,
				 const struct ptl_config *config,
				 const struct ptl_events *events)
{
	size_t size = framing->size(config);

	memset(end, 0, sizeof(*end));
	end->framing = framing;
	end->now = 1000000;
	assert_true(size > 0);
	end->memory = malloc(size);
	assert_non_null(end->memory);
	memset(end->memory, 0xa5, size); /* init() may not count on zeros */
	assert_int_equal(
		framing->init(end->memory, size - 1, config, events, end->now, &end->endpoint),
		PTL_NO_MEMORY);
	assert_int_equal(
		framing->init(end->memory, size, config, events, end->now, &end->endpoint),
		PTL_OK);
}

static inline void end_open(struct one_end *end, const struct ptl_framing *framing,
			    const struct ptl_config *config)
{
	struct ptl_events events = end_events(end);

	end_open_with(end, framing, config, &events);
}

static inline void end_close(struct one_end *end)
{
	free(end->memory);
}

static inline const struct ptl_counters *end_counters(const struct one_end *end)
{
	return end->framing->counters(end->endpoint);
}

static inline enum ptl_error end_send(struct one_end *end, const uint8_t *packet, size_t n)
{
	return end->framing->send(end->endpoint, end->now, packet, n);
}

/* Receives n bytes, chunk at a time; each chunk in memory of its own so that the
 * sanitizer sees reads beyond it. chunk 0: random, from *seed. */
static inline void end_receive(struct one_end *end, const uint8_t *bytes, size_t n,
			       size_t chunk, uint32_t *seed)
{
	while (n) {
		size_t part = chunk;
		uint8_t *copy;

		if (!chunk) {
			*seed = *seed * 1664525u + 1013904223u;
			part = 1 + (*seed >> 16) % ((*seed >> 12 & 1) ? 7 : 700);
		}
		if (part > n)
			part = n;
		copy = malloc(part);
		assert_non_null(copy);
		memcpy(copy, bytes, part);
		end->framing->receive(end->endpoint, end->now, copy, part);
		free(copy);
		bytes += part;
		n -= part;
	}
}

static inline size_t end_transmit(struct one_end *end, uint8_t *out, size_t room)
{
	size_t n = end->framing->transmit(end->endpoint, end->now, out, room);

	assert_true(n <= room);
	return n;
}

/* All that is to be sent, step bytes at a time. */
static inline size_t end_drain(struct one_end *end, uint8_t *out, size_t room, size_t step)
{
	size_t done = 0;
	size_t n;

	while ((n = end_transmit(end, out + done, step < room - done ? step : room - done)))
		done += n;
	return done;
}

/* Runs the timer if it is due at the moment `now`. */
static inline void end_wait(struct one_end *end, ptl_time us)
{
	end->now += us;
	if (end->framing->deadline(end->endpoint) <= end->now)
		end->framing->transmit(end->endpoint, end->now, NULL, 0);
}

/* The newest packet is these bytes. */
static inline void assert_last_packet(const struct one_end *end, const uint8_t *packet,
				      size_t n)
{
	unsigned i = (end->packets - 1) % END_PACKETS;

	assert_true(end->packets > 0);
	assert_int_equal(end->length[i], n);
	assert_memory_equal(end->packet[i], packet, n);
}

#endif
