/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running bridge: its UART, its listeners and its clients' connections around the
 * portable core (pigtail/bridge.h), on one loop.
 */
#ifndef PIGTAIL_HOST_BRIDGE_SERVER_H
#define PIGTAIL_HOST_BRIDGE_SERVER_H

#include "host/bridge/access.h"
#include "host/bridge/listener.h"
#include "host/bridge/programming.h"
#include "host/bridge/uart.h"

#define SERVER_LISTENS 8u

struct server_config {
	const char *port;
	struct listener_spec listen[SERVER_LISTENS];
	size_t listens;
	unsigned clients;
	size_t history; /* bytes */
	ptl_time idle;	/* us; 0: never */
	enum ptl_write_policy write;
	enum ptl_slow_policy slow;
	struct ptl_serial_format format;
	struct target_config target;
	struct access_options access;
};

struct server;

/* Opens all of it. -1 or -2 with a line in error. */
int server_open(uv_loop_t *loop, const struct server_config *config, struct server **server,
		char *error, size_t error_size);

/* All is gone when the loop has run dry. NULL does nothing. */
void server_close(struct server *server);

/* Who else hears what the UART says; NULL: nobody. */
void server_hear(struct server *server,
		 void (*heard)(void *user, const uint8_t *bytes, size_t n), void *user);

/* How strangers are let in. */
const struct access *server_access(const struct server *server);

/* Opens the ports that are to be armed, for one address and so many minutes; what became of
 * it goes to text. Who: who asked. */
bool server_arm(struct server *server, const char *who, const struct sockaddr *address,
		unsigned minutes, char *text, size_t size);

/* Seconds for which they are open; 0: they are not. address: for whom. */
unsigned server_armed(const struct server *server, char *address, size_t size);

enum listener_guard server_guard(const struct server *server, size_t listen);

/* What comes on a connection or a socket pair is a client. peer: what it is called; NULL: its
 * address. The descriptor is the server's. */
void server_join(struct server *server, int fd, enum ptl_service service, const char *peer);

/* An image into the target, which stays the caller's until done(); or -1 with a line in
 * error. Meanwhile clients are held back, and programmers are hung up on. */
int server_flash(struct server *server, enum ptl_target kind, struct image *image,
		 const struct flashing_events *events, char *error, size_t error_size);
void server_flash_abort(struct server *server);

/* Resets the target into its program. -1 with a line in error. */
int server_reset(struct server *server, char *error, size_t error_size);

/* Another target, or other pins, for as long as the bridge runs. -1 with a line in error: all
 * is as it was. */
int server_set_target(struct server *server, const struct target_config *target, char *error,
		      size_t error_size);

/* DTR, RTS, or a break. */
void server_set_line(struct server *server, enum ptl_serial_line line, bool on);

/* Gives the right to write to a client, by its number; false: the policy knows none, or
 * there is no such client. Hangs up on one. */
bool server_take(struct server *server, unsigned client);
bool server_hang_up(struct server *server, unsigned client);

/* Another format for the UART, and the one in force. */
void server_set_format(struct server *server, const struct ptl_serial_format *format);
const struct ptl_serial_format *server_format(const struct server *server);

/* For who reports of it. The peer of a client is NULL where there is none. */
const struct server_config *server_config(const struct server *server);
const struct uart *server_uart(const struct server *server);
const struct ptl_bridge *server_bridge(const struct server *server);
const char *server_peer(const struct server *server, unsigned client);
ptl_time server_began(const struct server *server);

#endif
