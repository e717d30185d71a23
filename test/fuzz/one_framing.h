/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One framing under the fuzzer. The input is a list of operations on two endpoints
 * of the same kind that get the same bytes, one of them a byte at a time: both
 * must deliver the same. Memory is exactly as large as the endpoint asked for, so
 * that the sanitizer sees each byte beyond it.
 *
 * First byte: role, profile and what packet() says; then operations, a byte each
 * with its operands after it.
 */
#ifndef FUZZ_ONE_FRAMING_H
#define FUZZ_ONE_FRAMING_H

#include "require.h"

#include <pigtail/compat.h>

#include <stdlib.h>
#include <string.h>

struct fuzz_end {
	const struct ptl_framing *framing;
	struct ptl_endpoint *endpoint;
	void *memory;
	ptl_time now;
	size_t packet_min, packet_max;
	bool refuse, echo;
	enum ptl_state state;
	uint32_t hash; /* of all that was delivered */
};

struct fuzz_input {
	const uint8_t *p;
	size_t n;
};

static uint8_t fuzz_byte(struct fuzz_input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static void fuzz_hash(struct fuzz_end *end, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		end->hash = (end->hash ^ p[i]) * 16777619u;
	end->hash = (end->hash ^ (uint32_t)n) * 16777619u;
}

static bool fuzz_packet(void *user, const uint8_t *packet, size_t n)
{
	struct fuzz_end *end = user;

	REQUIRE(n >= end->packet_min && n <= end->packet_max);
	REQUIRE(end->state == PTL_STATE_UP);
	fuzz_hash(end, packet, n);
	if (end->echo)
		end->framing->send(end->endpoint, end->now, packet, n);
	return !end->refuse;
}

static void fuzz_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct fuzz_end *end = user;

	REQUIRE(state != end->state || reason == PTL_REASON_PEER_RESTARTED);
	end->state = state;
}

static void fuzz_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		       size_t n)
{
	REQUIRE(user && n && (ok || direction == PTL_RX));
	for (size_t i = 0; i < n; i++) /* all of it can be read */
		REQUIRE((unsigned)frame[i] < 256);
}

static void fuzz_open(struct fuzz_end *end, const struct ptl_framing *framing, uint8_t flags)
{
	struct ptl_config config = {
		.role = flags & 1 ? PTL_DEVICE : PTL_HOST,
		.nonce = 1,
		.baud = flags & 2 ? 9600 : 921600,
		.max_packet = flags & 4 ? 576 : 1518,
		.tx_packets = flags & 2 ? 4 : 64,
		.drop_when_full = flags & 8,
		.ssid = flags & 64 ? NULL : "workshop",
		.password = flags & 64 ? NULL : "correct horse",
		.ip_address = 0xc0a80417,
		.ip_netmask = 0xffffff00,
		.ip_gateway = 0xc0a80401,
	};
	struct ptl_events events = {
		.user = end,
		.packet = fuzz_packet,
		.state = fuzz_state,
		.frame = fuzz_frame,
	};
	size_t size;

	if (config.role == PTL_HOST && !config.ssid)
		config.ssid = config.password = "same-same";
	*end = (struct fuzz_end){
		.framing = framing,
		.refuse = flags & 16,
		.echo = flags & 32,
		.packet_min = framing->payload == PTL_ETHERNET ? 14 : 20,
		.packet_max = framing->payload == PTL_ETHERNET ? 1518 : 1500,
		.hash = 2166136261u,
	};
	size = framing->size(&config);
	REQUIRE(size > 0);
	end->memory = malloc(size);
	REQUIRE(end->memory);
	memset(end->memory, 0xa5, size);
	REQUIRE(framing->init(end->memory, size, &config, &events, 0, &end->endpoint) ==
		PTL_OK);
}

static void fuzz_receive(struct fuzz_end *end, const uint8_t *bytes, size_t n, size_t chunk)
{
	while (n) {
		size_t part = chunk < n ? chunk : n;
		uint8_t *copy = malloc(part);

		REQUIRE(copy);
		memcpy(copy, bytes, part);
		end->framing->receive(end->endpoint, end->now, copy, part);
		free(copy);
		bytes += part;
		n -= part;
	}
}

static void fuzz_transmit(struct fuzz_end *end, size_t room)
{
	uint8_t *out = malloc(room);
	size_t n;

	REQUIRE(out || !room);
	n = end->framing->transmit(end->endpoint, end->now, out, room);
	REQUIRE(n <= room);
	fuzz_hash(end, out, n);
	free(out);
}

/* What must hold after each operation. */
static void fuzz_check(const struct fuzz_end *end)
{
	const struct ptl_counters *counters = end->framing->counters(end->endpoint);
	ptl_time deadline = end->framing->deadline(end->endpoint);
	struct ptl_info info;

	end->framing->info(end->endpoint, &info);
	REQUIRE(info.state == end->state);
	REQUIRE(info.queued <= 64);
	REQUIRE(!info.queued || !deadline);
	REQUIRE(deadline == PTL_NEVER || deadline <= end->now + 60000000);
	REQUIRE(counters->rx_packets + counters->rx_refused <= counters->rx_frames);
	REQUIRE(counters->rx_packet_bytes <= counters->rx_bytes);
}

static void fuzz_operation(struct fuzz_end *end, uint8_t operation, const uint8_t *operand,
			   size_t n, size_t chunk)
{
	switch (operation % 8) {
	case 0:
	case 1:
		fuzz_receive(end, operand, n, chunk);
		break;
	case 2:
		fuzz_transmit(end, n * (operation >> 3));
		break;
	case 3:
		end->framing->send(end->endpoint, end->now, operand, n);
		break;
	case 4:
		end->now += (ptl_time)(operation >> 3) * 100000;
		if (end->framing->deadline(end->endpoint) <= end->now)
			end->framing->transmit(end->endpoint, end->now, NULL, 0);
		break;
	case 5:
		end->now += (ptl_time)(operation >> 3) * 1000000;
		break;
	case 6:
		if (operation >> 3 == 0)
			end->framing->wire_reset(end->endpoint, end->now);
		else
			end->framing->set_baud(end->endpoint, (uint32_t)operation * 1000);
		break;
	default:
		fuzz_transmit(end, operation >> 3);
		break;
	}
	fuzz_check(end);
}

static int fuzz_framing(const struct ptl_framing *framing, const uint8_t *data, size_t n)
{
	struct fuzz_input in = {data, n};
	uint8_t flags = fuzz_byte(&in);
	struct fuzz_end whole, bytewise;

	fuzz_open(&whole, framing, flags);
	fuzz_open(&bytewise, framing, flags);
	while (in.n) {
		uint8_t operation = fuzz_byte(&in);
		size_t operand_n = 0;

		if (operation % 8 <= 3) {
			operand_n = fuzz_byte(&in);
			if (operation % 8 == 1) /* a long one */
				operand_n = operand_n * 8 + (operation >> 3);
		}
		if (operand_n > in.n)
			operand_n = in.n;
		fuzz_operation(&whole, operation, in.p, operand_n,
			       1 + (size_t)(operation >> 3) * 50);
		fuzz_operation(&bytewise, operation, in.p, operand_n, 1);
		REQUIRE(whole.hash == bytewise.hash);
		REQUIRE(whole.state == bytewise.state);
		if (operation % 8 != 2) {
			in.p += operand_n;
			in.n -= operand_n;
		}
	}
	free(whole.memory);
	free(bytewise.memory);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
