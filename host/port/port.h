/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports: where the bytes of a link go. A tty, a pty that we make, a TCP or a
 * unix socket, either way round; all on one libuv loop.
 *
 * A port hides that the other end comes and goes: a tty that is unplugged, a
 * peer that hangs up, a server that is not there yet. It waits, reopens, and
 * tells its owner by the lost and opened events. Only errors that waiting
 * cannot mend (bad syntax, no permission, busy tty at start) fail port_open().
 */
#ifndef PIGTAIL_HOST_PORT_H
#define PIGTAIL_HOST_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <pigtail/endpoint.h>

struct port;

struct port_events {
	void *user;
	/* The owner changes the rate of a running tty: rate=auto is possible, and
	 * what a tty without baud= does. */
	bool negotiates;
	/* Bytes are there: call port_read() until it returns 0. Level
	 * triggered; port_want_read(port, false) silences it. */
	void (*readable)(void *user);
	/* port_write() took less than it was given, and may take more now. */
	void (*writable)(void *user);
	/* The port works (again); said once after port_open() succeeded too. */
	void (*opened)(void *user);
	/* The other end went away; the port tries to get it back. */
	void (*lost)(void *user, const char *why);
	/* Whether bytes, the first from somebody who has connected to a listening port
	 * while the place is taken, are what this end understands. NULL: whatever it is,
	 * it is sensible. See port_makes_sense(). */
	bool (*sensible)(void *user, const uint8_t *bytes, size_t n);
	/* Not there yet: the first try failed, the port keeps trying. Said at
	 * most once before each opened. May be NULL. */
	void (*waiting)(void *user, const char *why);
};

/*
 * Opens the port that spec names: PORT of the command line with its options,
 * see pigtail(1). Returns 0, or with one line in error that says what failed, on
 * what, why, and what to do: -1, or -2 when the spec itself makes no sense.
 */
int port_open(uv_loop_t *loop, const char *spec, const struct port_events *events,
	      struct port **port, char *error, size_t error_size);

/* The path that the port of this spec is opened at each time, a tty's or a socket's, or the
 * folder that it makes something in. False: there is none, or no room for it. */
bool port_place(const char *spec, char *path, size_t size);

/* Takes at most n bytes that have arrived; 0: none now. Never blocks. */
size_t port_read(struct port *port, uint8_t *bytes, size_t n);

/* Hands over at most n bytes; returns how many were taken. Never blocks. */
size_t port_write(struct port *port, const uint8_t *bytes, size_t n);

/* The owner understood what it read: a peer that does not connects in vain, or has to give
 * way to one that does. Not needed where events.sensible is NULL. */
void port_makes_sense(struct port *port);

void port_want_read(struct port *port, bool want);

/* The connection is over, by a reset, so that its peer takes it for no ordinary end. The
 * port is lost, and gets another one as ever. */
void port_reset(struct port *port);

/* What it was lost by last: a reset by the peer. */
bool port_was_reset(const struct port *port);

/* Bytes that were written and have not left yet, or PTL_PACER_UNKNOWN. */
size_t port_queued(const struct port *port);

/* All that was written has left, as far as the driver and the UART know. */
bool port_drained(const struct port *port);

/* Drops what was written and has not left. */
void port_discard(struct port *port);

/* Line rate of the port now, bits/s; after opening the one of the option baud=. */
uint32_t port_baud(const struct port *port);

/* The owner is to find the rate; the UART is this one. */
bool port_rate_is_auto(const struct port *port);
const struct ptl_uart *port_uart(const struct port *port);

/* Another rate for a running tty, whose output has left. 0, or -1: it cannot, and
 * has the old one. Opened anew, it has the first one again. */
int port_set_rate(struct port *port, uint32_t rate);

/* The descriptor of a tty that is open, for what a serial port has besides bytes; it stays
 * the port's. -1: it is none, or not open. */
int port_tty(const struct port *port);

/* The same for the other end of a pty that we made: it has the settings of whoever uses it. */
int port_peer_tty(const struct port *port);

/* What the other end of a pty has set its side to; of others port_baud(). */
uint32_t port_peer_baud(const struct port *port);

/* The other end of a pty is told that its rate is followed. Before its peer opens it. */
void port_follow_peer(struct port *port);

bool port_is_open(const struct port *port);

/* The spec without options, and what it was resolved to (/dev/pts/3). */
const char *port_name(const struct port *port);
const char *port_detail(const struct port *port);

/* Closes; removes the symlink or socket it made. The memory is freed once the
 * loop has run its close callbacks. */
void port_close(struct port *port);

/* The text names a port by its kind or by a path, as one of this machine. */
bool port_is_named(const char *spec);

#endif
