/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Between the HTTP server (http.c) and what it serves (http_pages.c). A page is made
 * piece by piece, each when there is room for it.
 */
#ifndef PIGTAIL_DEVICE_ENDPOINT_HTTP_H
#define PIGTAIL_DEVICE_ENDPOINT_HTTP_H

#include "http_parse.h"
#include "state.h"

#include <lwip/tcp.h>

#define HTTP_PIECE 240 /* bytes of text that a page makes at once, at most */

struct http {
	struct tcp_pcb *pcb; /* NULL: this one is free */
	enum http_state {
		HTTP_READ_HEAD,
		HTTP_READ_BODY,
		HTTP_ANSWER,
		HTTP_LINGER, /* answered for the last time; the client may read on */
	} state;
	uint32_t since;	      /* ms: when enough went on last, or this state began */
	uint32_t moved;	      /* bytes since then */
	struct pbuf *pending; /* came before its turn: the next request */
	struct http_parser parser;
	const struct page *page; /* NULL: an error is answered */
	uint16_t status;
	bool head_sent;
	bool chunked;
	bool keep;   /* the connection, after this answer */
	bool halved; /* the client sends no more */

	/* A page's own, 0 when it begins. */
	uint64_t left; /* bytes of a body to come or to go */
	uint64_t done;
	uint32_t crc;
	uint32_t random;
	unsigned int section, row;
	const char *text; /* of what is sent from where it lies */
};

enum http_made {
	HTTP_FULL, /* no room for the next piece now */
	HTTP_MADE, /* one more is there */
	HTTP_LAST, /* that was all */
};

struct page {
	const char *path;
	const char *type;
	bool takes_body; /* by PUT and POST; else only GET and HEAD */

	/* Looks at the target's query; sets left to the bytes of the answer if they
	 * are known. A status: 200, or an error. May be NULL. */
	int (*begin)(struct http *http, const char *query);
	/* Bytes of the body. */
	void (*body)(struct http *http, const uint8_t *bytes, size_t n);
	enum http_made (*make)(struct http *http);
};

/* NULL: there is none of this path, which ends at n. */
const struct page *page_of(const char *path, size_t n);

/* http_send.c. Bytes that may be sent now. */
size_t http_room(const struct http *http);

/* Sends bytes: all, or none and false when there is no room. */
bool http_copy(struct http *http, const void *bytes, size_t n);
/* The same of what is constant: it is sent from where it lies. */
bool http_constant(struct http *http, const void *bytes, size_t n);
/* At most HTTP_PIECE bytes of an answer whose length is not known before. */
bool http_text(struct http *http, const char *text, size_t n);

/* http_wait.c. lwIP calls us no more for this connection, and counts it no more as
 * waiting. */
void http_forget(struct tcp_pcb *pcb);

/* At most HTTP_WAITERS wait. false: too many. */
#define HTTP_WAITERS 12
bool http_wait(struct tcp_pcb *pcb);
bool http_waits(void); /* anybody */

struct http_waiter {
	struct tcp_pcb *pcb;  /* NULL: none */
	struct pbuf *request; /* what came, or NULL */
	uint32_t since;	      /* ms */
	bool halved;	      /* the client sends no more */
};

/* Takes who has waited longest, whose callbacks are the taker's from now on. */
bool http_wait_next(struct http_waiter *taken);

#endif
