// SPDX-License-Identifier: GPL-2.0-only
/*
 * What http-parser finds is copied into the places of struct http. A header that is there
 * twice is an error if it matters: who reads the first and who reads the last would
 * disagree.
 */
#include "host/web/http.h"

#include <string.h>
#include <strings.h>

static const char *const names[HTTP_HEADERS] = {
	[HTTP_HOST] = "Host",
	[HTTP_ORIGIN] = "Origin",
	[HTTP_COOKIE] = "Cookie",
	[HTTP_FETCH_SITE] = "Sec-Fetch-Site",
	[HTTP_PIGTAIL] = "X-Pigtail",
	[HTTP_ETAG] = "If-None-Match",
	[HTTP_SOCKET_KEY] = "Sec-WebSocket-Key",
	[HTTP_SOCKET_VERSION] = "Sec-WebSocket-Version",
};

static int fail(struct http *http, int status)
{
	http->state = HTTP_BAD;
	http->status = status;
	return -1;
}

static int on_url(http_parser *parser, const char *at, size_t n)
{
	struct http *http = parser->data;

	if (n >= sizeof(http->path) - http->path_n)
		return fail(http, 414);
	memcpy(http->path + http->path_n, at, n);
	http->path_n += n;
	http->path[http->path_n] = 0;
	return 0;
}

static int on_name(http_parser *parser, const char *at, size_t n)
{
	struct http *http = parser->data;

	if (http->in_value)
		http->name_n = 0;
	http->in_value = false;
	/* A longer one is none that matters. */
	if (n > sizeof(http->name) - http->name_n)
		n = sizeof(http->name) - http->name_n;
	memcpy(http->name + http->name_n, at, n);
	http->name_n += n;
	return 0;
}

static int find(const struct http *http)
{
	for (int i = 0; i < HTTP_HEADERS; i++)
		if (strlen(names[i]) == http->name_n &&
		    !strncasecmp(names[i], http->name, http->name_n))
			return i;
	return -1;
}

static int on_value(http_parser *parser, const char *at, size_t n)
{
	struct http *http = parser->data;
	char *value;

	if (!http->in_value) {
		http->in_value = true;
		http->value_n = 0;
		http->which = find(http);
		if (http->which >= 0 && *http->header[http->which])
			return fail(http, 400);
	}
	if (http->which < 0)
		return 0;
	value = http->header[http->which];
	if (n >= sizeof(http->header[0]) - http->value_n)
		return fail(http, 431);
	memcpy(value + http->value_n, at, n);
	http->value_n += n;
	value[http->value_n] = 0;
	return 0;
}

static int on_head(http_parser *parser)
{
	struct http *http = parser->data;
	char *query = strchr(http->path, '?');

	http->in_head = false;
	http->method = parser->method;
	if (query)
		*query = 0;
	if (parser->http_major != 1)
		return fail(http, 505);
	if (http->path[0] != '/' || !*http->header[HTTP_HOST])
		return fail(http, 400);
	if (parser->content_length != UINT64_MAX && parser->content_length > HTTP_BODY_MAX)
		return fail(http, 413);
	return 0;
}

static int on_body(http_parser *parser, const char *at, size_t n)
{
	struct http *http = parser->data;

	if (n > HTTP_BODY_MAX - http->body_n)
		return fail(http, 413);
	memcpy(http->body + http->body_n, at, n);
	http->body_n += n;
	http->body[http->body_n] = 0;
	return 0;
}

static int on_end(http_parser *parser)
{
	struct http *http = parser->data;

	http->state = HTTP_DONE;
	http->keep = http_should_keep_alive(parser);
	http->websocket = parser->upgrade;
	http_parser_pause(parser, 1);
	return 0;
}

void http_init(struct http *http)
{
	/* There may have been a password in it. */
	explicit_bzero(http, sizeof(*http));
	http_parser_init(&http->parser, HTTP_REQUEST);
	http->parser.data = http;
	http->in_head = true;
	http->in_value = true;
}

size_t http_read(struct http *http, const char *bytes, size_t n)
{
	static const http_parser_settings settings = {
		.on_url = on_url,
		.on_header_field = on_name,
		.on_header_value = on_value,
		.on_headers_complete = on_head,
		.on_body = on_body,
		.on_message_complete = on_end,
	};
	size_t used;

	if (http->state != HTTP_MORE || !n)
		return 0;
	/* What is counted here may be a body that came along. */
	if (http->in_head && n > HTTP_HEAD_MAX - http->head_n)
		n = HTTP_HEAD_MAX - http->head_n;
	used = http_parser_execute(&http->parser, &settings, bytes, n);
	if (http->in_head)
		http->head_n += used;
	if (http->state != HTTP_MORE)
		return used;
	if (HTTP_PARSER_ERRNO(&http->parser) != HPE_OK)
		(void)fail(http,
			   HTTP_PARSER_ERRNO(&http->parser) == HPE_HEADER_OVERFLOW ? 431 : 400);
	else if (http->in_head && http->head_n == HTTP_HEAD_MAX)
		(void)fail(http, 431);
	return used;
}
