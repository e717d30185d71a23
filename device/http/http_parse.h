/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The head of an HTTP/1 request (RFC 9112), in any chunking. No memory but its own, any
 * input.
 */
#ifndef PIGTAIL_DEVICE_HTTP_PARSE_H
#define PIGTAIL_DEVICE_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_TARGET_MAX 63
#define HTTP_HEAD_MAX	4096u

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_PUT,
	HTTP_POST,
	HTTP_OTHER,
};

struct http_request {
	enum http_method method;
	uint8_t minor; /* of the version: HTTP/1.minor */
	bool has_length;
	bool chunked;	       /* a body of unknown length follows */
	bool expects_continue; /* the body comes when we ask for it */
	bool close;	       /* the client wants no further request */
	uint64_t length;       /* of the body */
	char target[HTTP_TARGET_MAX + 1];
};

/* What a head is as far as it came: these, or the status to answer with (400 to 505). */
enum {
	HTTP_MORE = 0,
	HTTP_COMPLETE = 1,
};

struct http_parser {
	int status;
	uint16_t seen; /* bytes of the head */
	bool first;    /* the request line is still to come */
	bool long_line;
	uint8_t n;
	char line[120];
	struct http_request request;

	/* Set by the caller after http_parser_init(), or NULL: told of each header that is not
	 * in the request; cut: its value is longer than it. Returns HTTP_MORE, or the status
	 * to refuse with. */
	void *user;
	int (*header)(void *user, const char *name, const char *value, bool cut);
};

void http_parser_init(struct http_parser *parser);

/* text is a word, whatever the case of its letters. word: in lower case. */
bool http_is_word(const char *text, const char *word);

/* Returns how many bytes it took: all while status is HTTP_MORE, and those of the head
 * once it is HTTP_COMPLETE. */
size_t http_parse(struct http_parser *parser, const uint8_t *bytes, size_t n);

#endif
