/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the HTTP server and its pages send: all of a piece, or none when there is no room. */
#include "http.h"

#include <string.h>

size_t http_room(const struct http *http)
{
	size_t room = tcp_sndbuf(http->pcb);

	/* Each write may become a segment of its own, of two pbufs. */
	return tcp_sndqueuelen(http->pcb) + 4 > TCP_SND_QUEUELEN ? 0 : room;
}

static bool send(struct http *http, const void *bytes, size_t n, u8_t flags)
{
	return n <= http_room(http) && tcp_write(http->pcb, bytes, (u16_t)n,
						 (u8_t)(flags | TCP_WRITE_FLAG_MORE)) == ERR_OK;
}

bool http_copy(struct http *http, const void *bytes, size_t n)
{
	return stack_heap_has(n, ENDPOINT_HEAP_RESERVE) &&
	       send(http, bytes, n, TCP_WRITE_FLAG_COPY);
}

bool http_constant(struct http *http, const void *bytes, size_t n)
{
	return send(http, bytes, n, 0);
}

/* As one chunk, its length in two digits, or as it is for HTTP/1.0. */
bool http_text(struct http *http, const char *bytes, size_t n)
{
	char chunk[HTTP_PIECE + 6];

	if (!http->chunked)
		return http_copy(http, bytes, n);
	chunk[0] = "0123456789abcdef"[n >> 4];
	chunk[1] = "0123456789abcdef"[n & 15];
	chunk[2] = '\r';
	chunk[3] = '\n';
	memcpy(chunk + 4, bytes, n);
	chunk[4 + n] = '\r';
	chunk[5 + n] = '\n';
	return http_copy(http, chunk, n + 6);
}
