/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client's TCP connection: bytes between its socket and the bridge, whichever of the two
 * is slower. See connection.c.
 */
#ifndef PIGTAIL_HOST_BRIDGE_CONNECTION_H
#define PIGTAIL_HOST_BRIDGE_CONNECTION_H

#include "host/base/stream.h"

#include <pigtail/bridge.h>
#include <uv.h>

struct connection;

struct connection_events {
	void *user;
	/* The bridge was called: what it told is to be done. */
	void (*settle)(void *user);
	/* The peer is gone, or was hung up on: connection_close() is to follow. */
	void (*gone)(void *user, unsigned client);
};

/* peer: what it is called; NULL: its address. NULL with errno. The stream is its own from
 * now on, also where it fails. */
struct connection *connection_new(uv_loop_t *loop, struct stream *stream,
				  struct ptl_bridge *bridge, unsigned client, const char *peer,
				  const struct connection_events *events);
void connection_close(struct connection *connection);

/* Bytes that had come before, 2048 at most; then those of the stream. */
void connection_begin(struct connection *connection, const uint8_t *bytes, size_t n);

/* The bridge may have something for it; may take what it didn't; wants it hung up on. */
void connection_send(struct connection *connection);
void connection_receive(struct connection *connection);
void connection_hang_up(struct connection *connection, bool reset);

/* Who it is: "127.0.0.1:5000". */
const char *connection_peer(const struct connection *connection);

#endif
