/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's events only note what there is to do, for they come from within it; settle()
 * does it, until nothing is left, after each call of the core: closes connections that are
 * gone, hangs up, gives and takes bytes, and sets the timer to the core's next deadline.
 */
#include "host/bridge/seats.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct seat {
	struct connection *connection; /* NULL: free */
	bool writable, gone, drop, reset;
	bool armed;
	uint64_t told_lost;
};

struct seats {
	uv_loop_t *loop;
	struct ptl_bridge *bridge;
	struct timer *timer;
	struct seat seat[PTL_BRIDGE_CLIENTS_MAX];
	unsigned n;
	bool readable, settling;
};

static bool settle_seat(struct seats *seats, unsigned client)
{
	struct seat *seat = &seats->seat[client];
	bool any = seat->gone || seat->drop || seat->writable;

	if (!seat->connection)
		return false;
	if (seat->drop && !seat->gone) {
		seat->drop = false;
		connection_hang_up(seat->connection, seat->reset);
	}
	if (seat->writable && !seat->gone) {
		seat->writable = false;
		connection_send(seat->connection);
	}
	if (seat->gone) {
		log_detail("client %u, %s: gone", client, connection_peer(seat->connection));
		connection_close(seat->connection);
		*seat = (struct seat){0};
		ptl_bridge_disconnect(seats->bridge, timer_now(), client);
	}
	return any;
}

void seats_settle(void *user)
{
	struct seats *seats = user;
	bool any = true;

	if (seats->settling)
		return;
	seats->settling = true;
	while (any) {
		any = seats->readable;
		seats->readable = false;
		for (unsigned i = 0; i < seats->n && any; i++)
			if (seats->seat[i].connection)
				connection_receive(seats->seat[i].connection);
		for (unsigned i = 0; i < seats->n; i++)
			any |= settle_seat(seats, i);
	}
	seats->settling = false;
	timer_set(seats->timer, ptl_bridge_deadline(seats->bridge));
}

static void on_time(void *user)
{
	struct seats *seats = user;

	ptl_bridge_poll(seats->bridge, timer_now());
	seats_settle(seats);
}

/* ---- what the core tells ---- */

static void on_writable(void *user, unsigned client)
{
	((struct seats *)user)->seat[client].writable = true;
}

static void on_readable(void *user)
{
	((struct seats *)user)->readable = true;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	static const char *const reasons[] = {
		[PTL_DROP_SLOW] = "it is too slow",
		[PTL_DROP_IDLE] = "it is idle",
		[PTL_DROP_PROGRAMMER] = "the target cannot be programmed",
		[PTL_DROP_BUSY] = "another programmer is at work",
		[PTL_DROP_STALLED] = "it is silent, and another programmer has come",
	};
	struct seat *seat = &((struct seats *)user)->seat[client];

	seat->drop = true;
	seat->reset = reset;
	log_line("client %u, %s: hung up on: %s", client,
		 seat->connection ? connection_peer(seat->connection) : "-", reasons[why]);
}

/* Told once for each client; the counters have it all. */
static void on_lost(void *user, unsigned client, uint64_t bytes)
{
	struct seat *seat = &((struct seats *)user)->seat[client];

	if (!seat->told_lost && seat->connection)
		log_line("client %u, %s: is too slow and loses what the UART says", client,
			 connection_peer(seat->connection));
	seat->told_lost += bytes;
}

static void on_service(void *user, unsigned client, enum ptl_service service)
{
	const struct seat *seat = &((struct seats *)user)->seat[client];

	log_detail("client %u, %s: speaks %s", client,
		   seat->connection ? connection_peer(seat->connection) : "new",
		   ptl_service_name(service));
}

struct ptl_bridge_events seats_events(struct seats *seats)
{
	return (struct ptl_bridge_events){seats,   on_writable, on_readable,
					  on_drop, on_lost,	on_service};
}

/* ---- clients ---- */

static void on_gone(void *user, unsigned client)
{
	((struct seats *)user)->seat[client].gone = true;
}

static struct seat *seat_one(struct seats *seats, const struct seats_guest *guest)
{
	const struct connection_events events = {seats, seats_settle, on_gone};
	int client = ptl_bridge_connect(seats->bridge, timer_now(), guest->service);
	struct seat *seat = &seats->seat[client < 0 ? 0 : client];

	if (client < 0) {
		log_detail("refused a client: there are %u", seats->n);
		stream_free(guest->stream, false);
		return NULL;
	}
	seat->connection = connection_new(seats->loop, guest->stream, seats->bridge,
					  (unsigned)client, guest->peer, &events);
	if (!seat->connection) {
		log_line("cannot take a client: %s", strerror(errno));
		ptl_bridge_disconnect(seats->bridge, timer_now(), (unsigned)client);
		return NULL;
	}
	log_detail("client %d, %s: on a port for %s", client, connection_peer(seat->connection),
		   ptl_service_name(guest->service));
	seat->writable = true;
	seat->armed = guest->armed;
	return seat;
}

void seats_take(struct seats *seats, const struct seats_guest *guest)
{
	struct seat *seat = seat_one(seats, guest);

	if (seat && guest->n)
		connection_begin(seat->connection, guest->bytes, guest->n);
	seats_settle(seats);
}

void seats_hang_up_armed(struct seats *seats)
{
	for (unsigned i = 0; i < seats->n; i++)
		if (seats->seat[i].armed && seats->seat[i].connection)
			connection_hang_up(seats->seat[i].connection, true);
	seats_settle(seats);
}

bool seats_hang_up(struct seats *seats, unsigned client)
{
	if (client >= seats->n || !seats->seat[client].connection)
		return false;
	connection_hang_up(seats->seat[client].connection, true);
	seats_settle(seats);
	return true;
}

const char *seats_peer(const struct seats *seats, unsigned client)
{
	const struct connection *connection = seats->seat[client].connection;

	return connection ? connection_peer(connection) : NULL;
}

/* ---- their life ---- */

struct seats *seats_new(uv_loop_t *loop, unsigned clients)
{
	struct seats *seats = calloc(1, sizeof(*seats));

	if (!seats)
		return NULL;
	seats->loop = loop;
	seats->n = clients;
	seats->timer = timer_new(loop, on_time, seats);
	if (seats->timer)
		return seats;
	free(seats);
	return NULL;
}

void seats_attach(struct seats *seats, struct ptl_bridge *bridge)
{
	seats->bridge = bridge;
}

void seats_end(struct seats *seats)
{
	if (!seats)
		return;
	for (unsigned i = 0; i < seats->n; i++)
		if (seats->seat[i].connection)
			connection_close(seats->seat[i].connection);
	timer_free(seats->timer);
}

void seats_free(struct seats *seats)
{
	free(seats);
}
