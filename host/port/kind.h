/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between open.c, which knows the kinds of ports, port.c, and the kinds (the other
 * files). port.c owns the states, the reading and writing and the waiting between
 * tries; a kind knows how to get a descriptor and what to clean up.
 *
 *	WAITING --- port_attach() ---> ATTACHED --- opened ---> OPEN
 *	   ^                                                     |
 *	   +--- lost <--- FAILING <--- read or write failed -----+
 */
#ifndef PIGTAIL_HOST_PORT_KIND_H
#define PIGTAIL_HOST_PORT_KIND_H

#include "host/base/poller.h"
#include "host/port/port.h"
#include <pigtail/pacer.h>

struct port_kind {
	const char *prefix;	/* "tcp:"; of a tty "" */
	size_t data_size;	/* of port->data, zeroed */
	unsigned int retry_max; /* longest wait between tries, ms */

	/* What its name is to be reached at. */
	enum { PORT_AT_ADDRESS, PORT_AT_PATH, PORT_IN_FOLDER } place;

	/* At port_open(): parses port->target, makes what must be made once.
	 * Calls port_attach() when the port can be had now. */
	int (*start)(struct port *port, char *error, size_t error_size);

	/* Try again: port_attach(), or port_absent() when that failed; both
	 * may come later. NULL: somebody will come to us. */
	void (*retry)(struct port *port);

	/* The descriptor is about to be closed. May be NULL. */
	void (*release)(struct port *port);

	/* The port is about to be freed: undo start(). May be NULL. */
	void (*stop)(struct port *port);

	/* Bytes were read. May be NULL. */
	void (*taken)(const struct port *port);

	/* Bytes written that have not left. NULL: unknown. */
	size_t (*queued)(const struct port *port);

	/* See port.h. NULL: true; nothing. */
	bool (*drained)(const struct port *port);
	void (*discard)(struct port *port);

	/* See port.h. NULL: there is no rate. */
	int (*set_rate)(struct port *port, uint32_t rate);
	int (*peer_tty)(const struct port *port); /* NULL: none */
	uint32_t (*peer_baud)(const struct port *port);
	void (*follow_peer)(struct port *port);
};

extern const struct port_kind port_kind_tty;
extern const struct port_kind port_kind_pty;
extern const struct port_kind port_kind_tcp;
extern const struct port_kind port_kind_tcp_listen;
extern const struct port_kind port_kind_unix;
extern const struct port_kind port_kind_unix_listen;

enum port_state {
	PORT_WAITING,
	PORT_ATTACHED,
	PORT_OPEN,
	PORT_FAILING,
	PORT_CLOSED,
};

enum port_rate {
	PORT_RATE_BY_KIND, /* not said: the kind decides, see port_choose_rate() */
	PORT_RATE_FIXED,
	PORT_RATE_AUTO,
};

struct port {
	uv_loop_t *loop;
	const struct port_kind *kind;
	struct port_events events;
	char *name;   /* the spec without options */
	char *target; /* the same without the kind's prefix */
	char detail[128];
	uint32_t baud; /* now; 0: not decided yet */
	uint32_t base; /* at each opening */
	enum port_rate rate;
	struct ptl_uart uart;
	bool clock_given;
	bool rtscts;
	bool wait;  /* a tty may be missing at start */
	void *data; /* the kind's own */

	enum port_state state;
	int fd; /* -1 when WAITING */
	struct poller *poller;
	bool want_read;
	bool want_write;
	unsigned int retry_ms;
	uint64_t opened_ms;
	uint64_t sense_ms; /* when the peer made sense last; 0: not yet */
	bool told_waiting;
	bool was_reset;
	char why[160];
	uv_timer_t timer;
};

/* For open.c: the port begins its life, which port_close() ends; and its first try. */
void port_init(struct port *port, uv_loop_t *loop);
void port_try(struct port *port);

/* The port has a descriptor, nonblocking, which it owns from now on. */
int port_attach(struct port *port, int fd);

/* The descriptor is of no more use: it is lost, for the reason why. Does nothing unless the
 * port is open. */
void port_fail(struct port *port, const char *why);

/* For a kind that opens: the rate to begin at. by_default: auto, unless said otherwise. */
void port_choose_rate(struct port *port, bool by_default);

/* This try failed; the next comes after a while. */
void port_absent(struct port *port, const char *why);

#endif
