/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A connection of a browser, or of a program that asks as one: requests one after the other
 * (visitor.c), or a WebSocket after one (console.c). All that it needs is here, and taken from
 * TLS's memory.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_VISITOR_H
#define PIGTAIL_DEVICE_BRIDGE_VISITOR_H

#include "../http/http_parse.h"
#include "../http/websocket.h"
#include "desk.h"
#include "gate.h"
#include "session.h"
#include "tls_stream.h"

#define VISITOR_NAME 72u /* characters of a Host; a longer one is refused */

enum visitor_state {
	VISITOR_READS, /* a request's head */
	VISITOR_READS_BODY,
	VISITOR_TELLS, /* an answer of the desk's, when it is known, in parts */
	VISITOR_SHOWS, /* the page */
	VISITOR_CONSOLE,
	VISITOR_ENDS, /* what is in out still leaves */
};

struct visitor {
	enum visitor_state state;
	struct desk *desk;
	struct tls_stream *tls;
	unsigned place;
	ptl_time until;		/* it stays in this state; PTL_NEVER: as long as it likes */
	bool served;		/* a request, at least */
	session_number session; /* 0: it has not logged in */
	struct desk_answer answer;
	uint8_t in[128], out[400];
	uint16_t in_at, in_n, out_at, out_n;
	char text[DESK_REQUEST + 1]; /* of a request's body, or a message */
	uint16_t text_n;

	union {
		struct {
			struct http_parser parser;
			ptl_time now; /* for the parser's headers */
			const struct visitor_route *route;
			char host[VISITOR_NAME + 1], origin[8 + VISITOR_NAME + 1], key[25];
			bool ours;    /* it has X-Pigtail */
			bool foreign; /* another site's page asks */
			bool socket, version;
			bool known;   /* the page, by its ETag */
			bool lingers; /* what still comes is read before the end */
			size_t page_at;
		} http;
		struct {
			struct websocket socket;
			uint8_t control[WEBSOCKET_CONTROL_MAX], control_n;
			uint8_t due; /* a pong or a close, that is to be sent; 0: none */
			bool asked;  /* text is a request */
			bool telling, ended;
			unsigned changes;	  /* of the upload, as they were told */
			struct desk_answer later; /* that waits; there is one at a time */
			struct {
				bool on;
				ptl_time every, next; /* every 0: when it happens */
			} event[DESK_KINDS];
		} console;
	};
};

/* ---- for both: visitor_bytes.c ---- */

/* Sends of out what can be sent; whether that is all. */
bool visitor_flush(struct visitor *visitor);

/* Whether there are bytes in in now. */
bool visitor_has_bytes(struct visitor *visitor);

/* A request was read; it may have had a password. */
void visitor_wipe(struct visitor *visitor);

/* Where the next byte of out goes. */
struct writer visitor_out(struct visitor *visitor);

/* ---- requests ---- */

/* tls: its handshake is done. NULL: no memory. */
struct visitor *visitor_new(struct desk *desk, struct tls_stream *tls, unsigned place,
			    ptl_time now);
void visitor_free(struct visitor *visitor);

/* Passed: it is a console from now on. */
enum gate_state visitor_serve(struct visitor *visitor, ptl_time now);

/* Whether nothing of a request is here, and all of the last answer has gone. */
bool visitor_is_silent(const struct visitor *visitor);

/* Whether it only keeps its place for a request that may come. */
bool visitor_is_idle(const struct visitor *visitor, ptl_time now);

/* ---- console.c ---- */

/* It was asked for with a right key; the answer goes to out. */
void console_begin(struct visitor *visitor);

/* What it was asked is answered, what happens is told. */
enum gate_state console_serve(struct visitor *visitor, ptl_time now);

/* When there will be something to tell. */
ptl_time console_due(const struct visitor *visitor);

/* Bytes from the browser to the UART, and back. */
size_t console_read(struct visitor *visitor, uint8_t *to, size_t room);
size_t console_write(struct visitor *visitor, const uint8_t *bytes, size_t n);
bool console_ended(const struct visitor *visitor);

#endif
