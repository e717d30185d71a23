/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request of HTTP/1.1 (RFC 9112) with its small body, in any chunking, parsed by
 * http-parser. Bounded: a larger head or body is an error. No I/O.
 */
#ifndef PIGTAIL_HOST_WEB_HTTP_H
#define PIGTAIL_HOST_WEB_HTTP_H

#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>

#define HTTP_HEAD_MAX 8192u
#define HTTP_BODY_MAX 2048u

/* The headers that matter; all others are skipped. */
enum http_header {
	HTTP_HOST,
	HTTP_ORIGIN,
	HTTP_COOKIE,
	HTTP_FETCH_SITE,
	HTTP_PIGTAIL, /* X-Pigtail: only a page of ours, or no browser, can send it */
	HTTP_ETAG,    /* If-None-Match */
	HTTP_SOCKET_KEY,
	HTTP_SOCKET_VERSION,
	HTTP_HEADERS,
};

enum http_state {
	HTTP_MORE,
	HTTP_DONE,
	HTTP_BAD, /* status says why; nothing more can be read */
};

struct http {
	enum http_state state;
	int status;			/* of HTTP_BAD: 400 to 505 */
	unsigned method;		/* HTTP_GET ... of http_parser.h */
	bool keep;			/* the connection, after the answer */
	bool websocket;			/* it asks for one */
	char path[128];			/* without the query */
	char header[HTTP_HEADERS][512]; /* "": there is none */
	size_t body_n;
	char body[HTTP_BODY_MAX + 1]; /* and a NUL */

	/* Its own. */
	http_parser parser;
	size_t head_n, path_n, name_n, value_n;
	bool in_value, in_head;
	int which; /* header; -1: one that doesn't matter */
	char name[32];
};

void http_init(struct http *http);

/* Returns how many bytes it took: all while state is HTTP_MORE, and up to the request's end
 * with HTTP_DONE; http_init() for the next one. */
size_t http_read(struct http *http, const char *bytes, size_t n);

#endif
