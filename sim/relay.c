/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A turn first delivers, then fills the line, and again while filling brings
 * bytes that have arrived already (being late). Delivering goes in steps of a
 * fraction of the FIFO, at the moment of the line when each step arrived: a
 * real reader would have been in time, so lateness must not overrun the FIFO
 * nor drop RTS.
 */
#include "sim/relay.h"

#define CHUNK 4096u

void relay_init(struct relay *relay)
{
	relay->idle = true;
	relay->blocked = false;
}

/* Out of the FIFO into the output. */
static void flush(struct relay *relay, uint64_t at)
{
	const uint8_t *bytes;
	size_t n;

	while (!relay->blocked && (n = wire_peek(relay->wire, at, &bytes))) {
		size_t taken = relay->write(relay->user, bytes, n);

		wire_consume(relay->wire, at, taken);
		relay->blocked = taken < n;
	}
}

static void deliver(struct relay *relay, uint64_t now)
{
	size_t step = wire_fifo(relay->wire) / 4;
	uint64_t at;

	if (!step)
		step = 1;
	do {
		at = wire_arrival(relay->wire, step);
		if (at > now)
			at = now;
		wire_run(relay->wire, at);
		flush(relay, at);
	} while (at < now);
}

static size_t ahead_bytes(const struct relay *relay)
{
	size_t n = wire_ns_bytes(relay->wire, RELAY_AHEAD_NS);

	return n < RELAY_AHEAD_MIN ? RELAY_AHEAD_MIN : n;
}

/* From when on new bytes fill the line. */
static uint64_t fill_from(const struct relay *relay, uint64_t now)
{
	uint64_t dry = wire_dry(relay->wire);

	if (relay->idle || dry >= now || wire_queued(relay->wire) || wire_stopped(relay->wire))
		return now;
	return now - dry < RELAY_LATE_NS ? dry : now - RELAY_LATE_NS;
}

/* Bytes that may be read now. */
static size_t fill_room(const struct relay *relay, uint64_t now)
{
	size_t queued = wire_queued(relay->wire);
	size_t room =
		ahead_bytes(relay) + wire_ns_bytes(relay->wire, now - fill_from(relay, now));
	size_t space = wire_room(relay->wire);

	room = room > queued ? room - queued : 0;
	return room < space ? room : space;
}

/* Small reads cost as much as large ones: waits for half of what is ahead. */
static bool fill_is_due(const struct relay *relay, uint64_t now)
{
	return fill_room(relay, now) >= ahead_bytes(relay) / 2;
}

/* Reads once; true: what it read was all that was asked for. */
static bool fill(struct relay *relay, uint64_t now)
{
	uint8_t bytes[CHUNK];
	uint64_t from = fill_from(relay, now);
	size_t room = fill_room(relay, now);
	size_t n;

	if (room > CHUNK)
		room = CHUNK;
	n = relay->read(relay->user, bytes, room);
	if (n) {
		wire_offer(relay->wire, from, bytes, n);
		relay->idle = false;
	} else if (wire_dry(relay->wire) <= now) {
		relay->idle = true;
	}
	return n == room;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When bytes should be handed to the output. */
static uint64_t delivery_wake(const struct relay *relay)
{
	uint64_t first = wire_arrival(relay->wire, 1);
	size_t batch = wire_ns_bytes(relay->wire, RELAY_BATCH_NS);

	if (first == WIRE_NEVER)
		return WIRE_NEVER;
	return earliest(first + RELAY_BATCH_NS, wire_arrival(relay->wire, batch ? batch : 1));
}

/* When half of what is ahead can be read again, or the line runs dry. */
static uint64_t fill_wake(const struct relay *relay, bool due)
{
	uint64_t dry = wire_dry(relay->wire);

	if (wire_stopped(relay->wire))
		return WIRE_NEVER;
	if (due)
		return relay->idle ? WIRE_NEVER : dry;
	return dry - wire_bytes_ns(relay->wire, ahead_bytes(relay) - ahead_bytes(relay) / 2);
}

struct relay_wish relay_turn(struct relay *relay, uint64_t now)
{
	struct relay_wish wish;
	bool more = true;

	relay->blocked = false;
	deliver(relay, now);
	while (more && fill_is_due(relay, now)) {
		more = fill(relay, now);
		deliver(relay, now);
	}
	wish.read = fill_is_due(relay, now);
	wish.write = relay->blocked;
	wish.wake = earliest(delivery_wake(relay), fill_wake(relay, wish.read));
	return wish;
}
