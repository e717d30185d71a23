/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * States of a connection:
 *
 *	OPEN -- the peer ended its side --> HALF: what it sent is still taken, and what the
 *	  |                                 UART answers is sent for LINGER_MS
 *	  +-- drop without reset --> LAST: what was pulled for it is sent
 *	  +-- an error, or drop with reset --> GONE: only connection_close() is left
 *
 * At most one piece each way is in hand. Where the bridge doesn't take the one, the socket
 * is not read, so TCP holds the peer back; where the socket doesn't take the other, the
 * bridge is not asked for more, so the client falls behind there, where that is counted.
 * Such a peer may stall for as long as it likes (somebody has pressed Ctrl-S) if it still
 * acknowledges; that is looked at every LOOK_US.
 */
#include "host/bridge/connection.h"

#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/base/timer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINGER_US 500000u
#define LOOK_US	  5000000u /* at a peer that doesn't read */
#define READS	  4	   /* at one go */

enum state {
	OPEN,
	HALF,
	LAST,
	GONE,
};

struct connection {
	struct ptl_bridge *bridge;
	unsigned client;
	struct connection_events events;
	struct stream *stream;
	struct poller *poller;
	struct timer *linger;
	bool resets;
	bool stuck; /* the socket doesn't take what is in hand, and linger is set for it */
	enum state state;
	char peer[64];
	size_t in_at, in_n, out_at, out_n;
	uint8_t in[2048], out[4096];
};

static void end(struct connection *connection)
{
	if (connection->state == GONE)
		return;
	connection->state = GONE;
	poller_want(connection->poller, 0);
	connection->events.gone(connection->events.user, connection->client);
}

static void rearm(struct connection *connection)
{
	bool reads = connection->state == OPEN && connection->in_at == connection->in_n;
	bool writes = connection->out_at < connection->out_n;

	if (connection->state != GONE)
		poller_want(connection->poller,
			    stream_events(connection->stream, reads, writes));
}

/* Sends what is in hand; returns whether all of it. */
static bool flush(struct connection *connection)
{
	while (connection->out_at < connection->out_n) {
		ssize_t n =
			stream_write(connection->stream, connection->out + connection->out_at,
				     connection->out_n - connection->out_at);

		if (n < 0)
			end(connection);
		if (n <= 0)
			return false;
		connection->out_at += (size_t)n;
	}
	return stream_flush(connection->stream);
}

void connection_send(struct connection *connection)
{
	bool flushed;

	while ((flushed = connection->state != GONE && flush(connection))) {
		connection->out_at = 0;
		connection->out_n =
			connection->state == LAST
				? 0
				: ptl_bridge_transmit(connection->bridge, timer_now(),
						      connection->client, connection->out,
						      sizeof(connection->out));
		if (!connection->out_n)
			break;
	}
	if (connection->state == LAST && flushed)
		end(connection);
	if (flushed) {
		connection->stuck = false;
	} else if (!connection->stuck &&
		   (connection->state == OPEN || connection->state == LAST)) {
		connection->stuck = true;
		timer_set(connection->linger, timer_now() + LOOK_US);
	}
	rearm(connection);
}

/* Gives the bridge what is in hand; returns whether all was taken. */
static bool give(struct connection *connection)
{
	size_t n = connection->in_n - connection->in_at;

	if (n)
		connection->in_at +=
			ptl_bridge_receive(connection->bridge, timer_now(), connection->client,
					   connection->in + connection->in_at, n);
	return connection->in_at == connection->in_n;
}

/* The peer has ended its side. A programmer, or one that speaks telnet, is gone then. */
static void half_close(struct connection *connection)
{
	struct ptl_client_state seen;

	connection->state = HALF;
	if (!ptl_bridge_get_client(connection->bridge, connection->client, &seen) ||
	    seen.programs || seen.service == PTL_SERVICE_TELNET ||
	    seen.service == PTL_SERVICE_RFC2217)
		end(connection);
	else
		timer_set(connection->linger, timer_now() + LINGER_US);
}

static void read_some(struct connection *connection)
{
	for (unsigned i = 0; i < READS && connection->state == OPEN && give(connection); i++) {
		ssize_t n =
			stream_read(connection->stream, connection->in, sizeof(connection->in));

		if (n < 0 && errno) {
			end(connection);
			return;
		}
		if (n < 0)
			half_close(connection);
		if (n <= 0)
			break;
		connection->in_at = 0;
		connection->in_n = (size_t)n;
		if (!give(connection))
			break;
		socket_acknowledge(stream_fd(connection->stream));
	}
	rearm(connection);
}

void connection_receive(struct connection *connection)
{
	if (connection->state <= HALF && connection->in_at < connection->in_n) {
		(void)give(connection);
		rearm(connection);
	}
}

static void on_ready(void *user, int events)
{
	struct connection *connection = user;

	read_some(connection);
	connection_send(connection);
	if (events & POLLER_ERROR)
		end(connection);
	connection->events.settle(connection->events.user);
}

static void on_linger(void *user)
{
	struct connection *connection = user;

	if (connection->state == OPEN && !connection->stuck)
		return;
	if (connection->state == OPEN && socket_peer_is_there(stream_fd(connection->stream)))
		timer_set(connection->linger, timer_now() + LOOK_US);
	else if (connection->state == HALF && connection->in_at < connection->in_n)
		/* the UART is slow */
		timer_set(connection->linger, timer_now() + LINGER_US);
	else
		end(connection);
	connection->events.settle(connection->events.user);
}

void connection_hang_up(struct connection *connection, bool reset)
{
	if (reset) {
		connection->resets = true;
		end(connection);
		return;
	}
	connection->state = LAST;
	connection_send(connection);
}

struct connection *connection_new(uv_loop_t *loop, struct stream *stream,
				  struct ptl_bridge *bridge, unsigned client, const char *peer,
				  const struct connection_events *events)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int fd = stream_fd(stream);

	if (!connection)
		goto bad;
	connection->bridge = bridge;
	connection->client = client;
	connection->events = *events;
	connection->stream = stream;
	socket_allow_stalls(fd);
	connection->linger = timer_new(loop, on_linger, connection);
	connection->poller = poller_new(loop, fd, on_ready, connection);
	if (!connection->linger || !connection->poller)
		goto bad;
	if (peer)
		(void)snprintf(connection->peer, sizeof(connection->peer), "%s", peer);
	else
		socket_peer(fd, connection->peer, sizeof(connection->peer));
	rearm(connection);
	return connection;

bad:
	if (connection) {
		timer_free(connection->linger);
		poller_free(connection->poller);
	}
	free(connection);
	stream_free(stream, false);
	return NULL;
}

void connection_begin(struct connection *connection, const uint8_t *bytes, size_t n)
{
	if (n > sizeof(connection->in))
		n = sizeof(connection->in);
	memcpy(connection->in, bytes, n);
	connection->in_n = n;
	read_some(connection);
}

void connection_close(struct connection *connection)
{
	timer_free(connection->linger);
	poller_free(connection->poller);
	if (!connection->resets)
		stream_end(connection->stream);
	stream_free(connection->stream, connection->resets);
	free(connection);
}

const char *connection_peer(const struct connection *connection)
{
	return connection->peer;
}
