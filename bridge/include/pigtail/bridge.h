/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A serial server without an OS: clients on one side, one UART (serial.h) on the other.
 *
 *	UART --> ptl_bridge_uart() --> history, one ring --> ptl_bridge_transmit() --> client
 *	UART <-- serial.write() <----- output, one ring <--- ptl_bridge_receive() <--- client
 *
 * What the UART says is kept once, in a ring that each client reads at its own pace; one
 * that falls behind by the whole ring loses what it has not read, alone, and the loss is
 * counted and told. What clients say waits in the other ring until the UART takes it; while
 * that is full, ptl_bridge_receive() takes nothing, so that TCP holds the client back.
 *
 * The caller owns memory, connections and time. It serialises all calls. The events are
 * called from within; they may call nothing here, but note what there is to do. (The
 * programmer has its own words, at the end of this file.)
 */
#ifndef PIGTAIL_BRIDGE_H
#define PIGTAIL_BRIDGE_H

#include <pigtail/endpoint.h>
#include <pigtail/programmer.h>
#include <pigtail/serial.h>

#define PTL_BRIDGE_CLIENTS_MAX 64u
#define PTL_BRIDGE_RING_MIN    512u

/* What is spoken on a connection. */
enum ptl_service {
	PTL_SERVICE_AUTO,    /* raw, telnet or a programmer: found out by what comes first */
	PTL_SERVICE_RAW,     /* bytes as they are */
	PTL_SERVICE_TELNET,  /* we speak first */
	PTL_SERVICE_RFC2217, /* the same, and offer COM-PORT-OPTION */
	PTL_SERVICE_PROGRAM, /* a programmer; told nothing of the UART before */
	PTL_SERVICES,
};

/* Who may write. What others write is dropped and counted; what they set is answered with
 * the value that is in force. */
enum ptl_write_policy {
	PTL_WRITE_ALL,
	PTL_WRITE_FIRST,     /* who came first, until it leaves */
	PTL_WRITE_EXCLUSIVE, /* the same, or whom ptl_bridge_take() gave the right to */
};

enum ptl_slow_policy {
	PTL_SLOW_LOSES,	  /* what it has not read */
	PTL_SLOW_DROPPED, /* the connection */
};

/* Why a client is to be hung up on. */
enum ptl_drop {
	PTL_DROP_SLOW,
	PTL_DROP_IDLE,
	PTL_DROP_PROGRAMMER, /* it failed; by a reset, since avrdude spins on an end */
	PTL_DROP_BUSY,	     /* a programmer while another one is at work; by a reset too */
	PTL_DROP_STALLED,    /* a programmer whose place another one takes; likewise */
};

struct ptl_bridge_counters {
	uint64_t from_uart, to_uart; /* bytes */
	uint64_t overruns, parity, framing, breaks;
	uint64_t connects, refused; /* clients; for want of a place */
	uint64_t dropped;	    /* clients, by us */
	uint64_t programmers;	    /* times that one began */
};

struct ptl_client_counters {
	uint64_t received;  /* bytes of it that went to the UART */
	uint64_t sent;	    /* bytes of the UART that it was given */
	uint64_t lost;	    /* bytes of the UART that it was too slow for */
	uint64_t denied;    /* bytes of it that it had no right to write */
	uint64_t malformed; /* subnegotiations too long, or of a bad size */
};

struct ptl_bridge_events {
	void *user;

	/* There is something for ptl_bridge_transmit(). */
	void (*writable)(void *user, unsigned client);

	/* ptl_bridge_receive() may take more than it last did. */
	void (*readable)(void *user);

	/* The client is to be hung up on: ptl_bridge_disconnect() follows, later, by the
	 * caller; with reset by an RST, without after what was pulled for it has left. */
	void (*drop)(void *user, unsigned client, enum ptl_drop why, bool reset);

	/* The client is too slow and lost this many bytes more. May be NULL. */
	void (*lost)(void *user, unsigned client, uint64_t bytes);

	/* What it speaks is known now. May be NULL. */
	void (*service)(void *user, unsigned client, enum ptl_service service);
};

struct ptl_bridge_config {
	unsigned clients; /* 1 to PTL_BRIDGE_CLIENTS_MAX */
	size_t history;	  /* bytes: how far a client may fall behind */
	size_t output;	  /* bytes that wait for the UART */
	uint32_t packet;  /* bytes of the UART that are sent at once; 0: 80 */
	uint32_t silence; /* character times after which fewer are; 0: 4 */
	ptl_time idle;	  /* us without a byte either way, then dropped; 0: never */
	enum ptl_write_policy write;
	enum ptl_slow_policy slow;
	struct ptl_serial_format format; /* at the beginning */
	const char *signature;		 /* RFC 2217's, at most 60 bytes */
	struct ptl_serial_seam serial;
	struct ptl_bridge_events events;
	struct ptl_programmer_seam programmer; /* match NULL: none */
};

struct ptl_bridge;

/* 0: the configuration makes no sense. */
size_t ptl_bridge_size(const struct ptl_bridge_config *config);

/* memory: aligned for any type, as many bytes as that. Sets the format, and DTR and RTS
 * on. */
struct ptl_bridge *ptl_bridge_init(void *memory, const struct ptl_bridge_config *config,
				   ptl_time now);

/* A connection; its number, or -1: there is no place. */
int ptl_bridge_connect(struct ptl_bridge *bridge, ptl_time now, enum ptl_service service);

/* It is gone. */
void ptl_bridge_disconnect(struct ptl_bridge *bridge, ptl_time now, unsigned client);

/* Bytes of a client; returns how many were taken. After less than n, events.readable. */
size_t ptl_bridge_receive(struct ptl_bridge *bridge, ptl_time now, unsigned client,
			  const uint8_t *bytes, size_t n);

/* Pulls the next bytes for a client; 0: none now. */
size_t ptl_bridge_transmit(struct ptl_bridge *bridge, ptl_time now, unsigned client,
			   uint8_t *out, size_t room);

/* The UART: bytes, room for them after a short write, what went wrong (PTL_SERIAL_*),
 * and the modem lines may have changed. */
void ptl_bridge_uart(struct ptl_bridge *bridge, ptl_time now, const uint8_t *bytes, size_t n);
void ptl_bridge_uart_room(struct ptl_bridge *bridge, ptl_time now);
void ptl_bridge_uart_errors(struct ptl_bridge *bridge, ptl_time now, unsigned errors);
void ptl_bridge_uart_modem(struct ptl_bridge *bridge, ptl_time now);

/* The UART is another one, or the same after it was gone: format and lines are set anew. */
void ptl_bridge_uart_renewed(struct ptl_bridge *bridge, ptl_time now);

/* When to call ptl_bridge_poll(). */
ptl_time ptl_bridge_deadline(const struct ptl_bridge *bridge);
void ptl_bridge_poll(struct ptl_bridge *bridge, ptl_time now);

/* Gives the right to write to a client. false: the policy knows no such right, or there is
 * no such client. */
bool ptl_bridge_take(struct ptl_bridge *bridge, unsigned client);

/* The format in force, and another one by the owner's wish; lines likewise. */
const struct ptl_serial_format *ptl_bridge_format(const struct ptl_bridge *bridge);
void ptl_bridge_set_format(struct ptl_bridge *bridge, ptl_time now,
			   const struct ptl_serial_format *format);
bool ptl_bridge_line(const struct ptl_bridge *bridge, enum ptl_serial_line line);
void ptl_bridge_set_line(struct ptl_bridge *bridge, ptl_time now, enum ptl_serial_line line,
			 bool on);

/* Whether a programmer is at work. */
bool ptl_bridge_is_programmed(const struct ptl_bridge *bridge);

/* Another programmer, as for another target or other pins; false: one is at work. Format and
 * lines are set anew, since lines that were pins are lines again, or the other way round. */
bool ptl_bridge_set_programmer(struct ptl_bridge *bridge, ptl_time now,
			       const struct ptl_programmer_seam *programmer);

/* For the programmer, see programmer.h. Bytes to its client, encoded as it wants them;
 * how many were taken. It is a console from now on; it is to be hung up on. The last two
 * take effect when the programmer's function has returned; its end() is called then. */
size_t ptl_bridge_say(struct ptl_bridge *bridge, const uint8_t *bytes, size_t n);
void ptl_bridge_release(struct ptl_bridge *bridge);
void ptl_bridge_drop(struct ptl_bridge *bridge);

void ptl_bridge_get_counters(const struct ptl_bridge *bridge,
			     struct ptl_bridge_counters *counters);

struct ptl_client_state {
	enum ptl_service asked;	  /* of its port */
	enum ptl_service service; /* as far as it is known */
	bool may_write, programs;
	size_t waits; /* bytes of the UART that it has not been given yet */
	struct ptl_client_counters counters;
};

/* false: there is no such client. */
bool ptl_bridge_get_client(const struct ptl_bridge *bridge, unsigned client,
			   struct ptl_client_state *state);

const char *ptl_service_name(enum ptl_service service);

#endif
