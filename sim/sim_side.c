/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver under a simulated endpoint.
 *
 * Sending: pulls bytes while the pacer and the driver's buffer have room, in
 * chunks as configured, then sleeps until the endpoint's deadline, or until the
 * pacer has room again if the endpoint has more.
 *
 * Receiving: draws how many bytes the next chunk shall have and wakes when that
 * many have arrived, or a while after the first of them, or with the last one
 * that is on the line.
 *
 * An endpoint that claims to have bytes, gets room and gives none, over and
 * over at the same moment, would hang a real program; here it is an error.
 */
#include "sim/sim_side.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RX_WAIT_NS	  UINT64_C(250000)
#define RX_WAIT_RANDOM_NS 2000000u
#define POLL_US		  250u
#define SWITCH_NS	  3000000u
#define SPINS_MAX	  16
#define CHUNK_RANDOM	  10 /* chunks up to 2^10 */

static void fail(struct sim_side *side, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void fail(struct sim_side *side, const char *format, ...)
{
	va_list arguments;

	if (side->error[0])
		return;
	va_start(arguments, format);
	vsnprintf(side->error, sizeof(side->error), format, arguments);
	va_end(arguments);
}

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct sim_side *side = user;

	if (side->refusing)
		return false;
	if (!side->hooks->packet)
		return true;
	return side->hooks->packet(side->hooks->user, side->index, packet, n);
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	struct sim_side *side = user;

	if (!side->hooks->control)
		return true;
	return side->hooks->control(side->hooks->user, side->index, message, n);
}

static void on_control_lost(void *user, uint32_t first, uint32_t count)
{
	struct sim_side *side = user;

	if (side->hooks->control_lost)
		side->hooks->control_lost(side->hooks->user, side->index, first, count);
}

static void on_room(void *user)
{
	struct sim_side *side = user;

	side->room = true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct sim_side *side = user;

	if (side->hooks->state)
		side->hooks->state(side->hooks->user, side->index, state, reason);
}

static void on_rate(void *user, uint32_t rate)
{
	struct sim_side *side = user;

	side->wanted = rate;
	side->switch_at = 0;
}

static void on_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		     size_t n)
{
	struct sim_side *side = user;

	if (side->hooks->frame)
		side->hooks->frame(side->hooks->user, side->index, direction, ok, frame, n);
}

/* How long the next chunk waits for more bytes, ns: as a UART's driver, or like
 * all that there is, up to a USB adapter that polls every 2 ms. */
static uint64_t draw_wait(struct sim_side *side)
{
	if (side->chunks != SIM_CHUNKS_RANDOM)
		return RX_WAIT_NS;
	return prng_below(&side->prng, RX_WAIT_RANDOM_NS);
}

/* 1 to SIM_CHUNK. */
static size_t draw_chunk(struct sim_side *side)
{
	switch (side->chunks) {
	case SIM_CHUNKS_BYTE:
		return 1;
	case SIM_CHUNKS_RANDOM:
		return 1 + prng_below(&side->prng,
				      UINT64_C(1) << prng_below(&side->prng, CHUNK_RANDOM + 1));
	case SIM_CHUNKS_WHOLE:
		break;
	}
	return SIM_CHUNK;
}

static uint64_t draw_late(struct sim_side *side)
{
	return side->late_us ? prng_below(&side->prng, (uint64_t)side->late_us * 1000) : 0;
}

/* Both its directions; false: it cannot. */
static bool set_rate(struct sim_side *side, uint64_t now, uint32_t rate)
{
	uint32_t made = ptl_uart_rate(&side->uart, rate);

	if (!made)
		return false;
	side->rate = rate;
	ptl_pacer_init(&side->pacer, rate);
	return wire_set_baud(side->out, now, made) && wire_set_rx_baud(side->in, now, made);
}

void sim_side_base(struct sim_side *side, uint64_t now)
{
	side->wanted = 0;
	side->rate = side->config.baud;
	ptl_pacer_init(&side->pacer, side->rate);
	if (side->config.rate_auto && !set_rate(side, now, side->rate))
		fail(side, "the UART cannot make %u baud", side->rate);
}

static bool init(struct sim_side *side, uint64_t now)
{
	struct ptl_events events = {
		.user = side,
		.packet = on_packet,
		.control = on_control,
		.control_room = on_room,
		.control_lost = on_control_lost,
		.room = on_room,
		.state = on_state,
		.rate = on_rate,
		.frame = side->hooks->frame ? on_frame : NULL,
	};
	struct ptl_config config = side->config;

	if (config.nonce)
		config.nonce += side->restarts;
	while (!config.nonce)
		config.nonce = (uint32_t)prng_next(&side->prng);
	sim_side_base(side, now);
	side->tx_wake = now;
	side->dirty = true;
	side->room = false;
	side->rx_chunk = draw_chunk(side);
	side->rx_wait = draw_wait(side);
	side->rx_late = draw_late(side);
	return side->framing->init(side->memory, side->size, &config, &events, now / 1000,
				   &side->endpoint) == PTL_OK;
}

bool sim_side_start(struct sim_side *side, uint64_t now)
{
	side->size = side->framing->size(&side->config);
	if (!side->size)
		return false;
	side->memory = malloc(side->size);
	if (!side->memory)
		return false;
	/* What init() forgets to set shall show. */
	memset(side->memory, 0xa5, side->size);
	return init(side, now);
}

void sim_side_end(struct sim_side *side)
{
	free(side->memory);
	side->memory = NULL;
}

void sim_side_add_counters(const struct sim_side *side, struct ptl_counters *sum)
{
	const struct ptl_counters *counters = side->framing->counters(side->endpoint);

#define ADD(name, what) sum->name += counters->name;
	PTL_COUNTERS(ADD)
#undef ADD
}

void sim_side_restart(struct sim_side *side, uint64_t now)
{
	sim_side_add_counters(side, &side->past);
	side->restarts++;
	side->off = false;
	if (prng_below(&side->prng, 2))
		wire_flush_sender(side->out, now);
	if (prng_below(&side->prng, 2))
		wire_flush_receiver(side->in, now);
	if (!init(side, now))
		fail(side, "init() failed at restart %u", side->restarts);
	side->room = true;
}

static size_t room_now(const struct sim_side *side, ptl_time us)
{
	size_t queued = side->knows_queued ? wire_queued(side->out) : PTL_PACER_UNKNOWN;
	size_t paced = ptl_pacer_room(&side->pacer, us, queued);
	size_t room = wire_room(side->out);

	return paced < room ? paced : room;
}

/* Asks for up to room bytes and puts them on the wire. */
static size_t pull(struct sim_side *side, uint64_t now, size_t room)
{
	static const uint8_t canary[4] = {0xc5, 0x3a, 0x96, 0x71};
	uint8_t bytes[SIM_CHUNK + sizeof(canary)];
	size_t n;

	memcpy(bytes + room, canary, sizeof(canary));
	n = side->framing->transmit(side->endpoint, now / 1000, bytes, room);
	if (n > room || memcmp(bytes + room, canary, sizeof(canary)) != 0) {
		fail(side, "transmit() had room for %zu bytes and wrote more (returned %zu)",
		     room, n);
		return 0;
	}
	if (n) {
		wire_offer(side->out, now, bytes, n);
		ptl_pacer_sent(&side->pacer, now / 1000, n);
	}
	return n;
}

/* Changes the rate when the last byte has left, and a little later, as programs
 * do. Returns when to come again, or WIRE_NEVER: it is done. */
static uint64_t change_rate(struct sim_side *side, uint64_t now)
{
	uint64_t dry = wire_dry(side->out);

	if (!side->wanted)
		return WIRE_NEVER;
	if (wire_queued(side->out) || dry > now)
		return dry > now ? dry : now + POLL_US * 1000;
	if (!side->switch_at)
		side->switch_at = now + prng_below(&side->prng, SWITCH_NS);
	if (side->switch_at > now)
		return side->switch_at;
	(void)set_rate(side, now, side->wanted);
	side->wanted = 0;
	side->framing->rate_done(side->endpoint, now / 1000, side->rate);
	return WIRE_NEVER;
}

void sim_side_transmit(struct sim_side *side, uint64_t now)
{
	ptl_time us = now / 1000;
	ptl_time deadline, next;
	uint64_t change;
	size_t room, ask;
	int spins = 0;

	side->dirty = false;
	side->tx_wake = WIRE_NEVER;
	if (side->off)
		return;
	wire_run(side->out, now);
	(void)change_rate(side, now);
	do {
		room = room_now(side, us);
		ask = draw_chunk(side);
		if (ask > room)
			ask = room;
		if (pull(side, now, ask))
			spins = 0;
		else if (room && ++spins > SPINS_MAX)
			fail(side, "deadline() is in the past, but transmit() gives nothing");
		deadline = side->framing->deadline(side->endpoint);
	} while (room && deadline <= us && !side->error[0]);

	change = change_rate(side, now);
	if (change != WIRE_NEVER) {
		side->tx_wake = change;
		return;
	}
	deadline = side->framing->deadline(side->endpoint);
	if (deadline > PTL_NEVER / 2000)
		return;
	next = deadline;
	if (deadline <= us) {
		next = ptl_pacer_next(&side->pacer, us);
		if (next <= us)
			next = us + POLL_US;
	}
	side->tx_wake = next * 1000 + draw_late(side);
}

void sim_side_receive(struct sim_side *side, uint64_t now)
{
	uint8_t bytes[SIM_CHUNK];
	size_t n;

	if (side->off) {
		wire_flush_receiver(side->in, now);
		return;
	}
	while ((n = wire_take(side->in, now, bytes, side->rx_chunk))) {
		side->framing->receive(side->endpoint, now / 1000, bytes, n);
		side->rx_chunk = draw_chunk(side);
		side->rx_wait = draw_wait(side);
		side->rx_late = draw_late(side);
		side->dirty = true;
	}
}

uint64_t sim_side_rx_wake(const struct sim_side *side)
{
	uint64_t first, full;

	if (wire_level(side->in))
		return 0;
	first = wire_arrival(side->in, 1);
	if (first == WIRE_NEVER)
		return WIRE_NEVER;
	full = wire_arrival(side->in, side->rx_chunk);
	if (full > first + side->rx_wait)
		full = first + side->rx_wait;
	return full + side->rx_late;
}
