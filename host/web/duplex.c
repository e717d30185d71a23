// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream (host/base/stream.h) with a queue before it. Writing tries at once; what the
 * stream doesn't take waits. All events come from the socket's being ready, so none comes from
 * within a call of the owner's; a write that fails is found out that way as well.
 *
 * After the end of what is written the peer may still send: that is read and dropped, since
 * closing with bytes unread would take away from the peer what it was answered.
 */
#include "host/web/duplex.h"

#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/base/stream.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE 4096u
#define READS	  4 /* at one go */

struct duplex {
	struct duplex_events events;
	struct poller *poller;
	struct stream *stream;
	GByteArray *out;
	size_t taken; /* of out */
	bool wants, finishing, finished, ended;
};

static bool reads(const struct duplex *duplex)
{
	return duplex->finishing ? duplex->finished : duplex->wants;
}

static void rearm(struct duplex *duplex)
{
	bool writes = duplex_waiting(duplex) || (duplex->finishing && !duplex->finished);

	if (!duplex->ended)
		poller_want(duplex->poller,
			    stream_events(duplex->stream, reads(duplex), writes));
}

static void end(struct duplex *duplex)
{
	if (duplex->ended)
		return;
	duplex->ended = true;
	poller_want(duplex->poller, 0);
	duplex->events.ended(duplex->events.user);
}

/* What the stream takes; false: it never will again. */
static bool flush(struct duplex *duplex)
{
	while (duplex_waiting(duplex)) {
		ssize_t n = stream_write(duplex->stream, duplex->out->data + duplex->taken,
					 duplex_waiting(duplex));

		if (n <= 0)
			return n == 0;
		duplex->taken += (size_t)n;
	}
	if (duplex->out->len)
		explicit_bzero(duplex->out->data, duplex->out->len);
	g_byte_array_set_size(duplex->out, 0);
	duplex->taken = 0;
	return true;
}

static void read_some(struct duplex *duplex)
{
	char bytes[READ_SIZE];

	for (unsigned i = 0; i < READS && reads(duplex) && !duplex->ended; i++) {
		ssize_t n = stream_read(duplex->stream, bytes, sizeof(bytes));

		if (n < 0)
			end(duplex);
		if (n <= 0)
			break;
		socket_acknowledge(stream_fd(duplex->stream));
		if (!duplex->finishing)
			duplex->events.data(duplex->events.user, bytes, (size_t)n);
	}
	explicit_bzero(bytes, sizeof(bytes)); /* passwords come by here */
}

static void write_some(struct duplex *duplex)
{
	size_t waiting = duplex_waiting(duplex);

	if (!flush(duplex)) {
		end(duplex);
		return;
	}
	if (stream_flush(duplex->stream) && duplex->finishing && !duplex->finished &&
	    !duplex_waiting(duplex)) {
		duplex->finished = true;
		stream_end(duplex->stream);
	}
	if (duplex_waiting(duplex) < waiting)
		duplex->events.taken(duplex->events.user);
}

static void on_ready(void *user, int events)
{
	struct duplex *duplex = user;

	write_some(duplex);
	if (!duplex->ended)
		read_some(duplex);
	if (events & POLLER_ERROR)
		end(duplex);
	rearm(duplex);
}

struct duplex *duplex_new(uv_loop_t *loop, int fd, struct tls_context *context,
			  const struct duplex_events *events)
{
	struct duplex *duplex = calloc(1, sizeof(*duplex));
	struct stream *stream = stream_new(fd, context);

	if (duplex && stream)
		duplex->poller = poller_new(loop, fd, on_ready, duplex);
	if (!duplex || !duplex->poller) {
		stream_free(stream, true);
		free(duplex);
		return NULL;
	}
	duplex->events = *events;
	duplex->stream = stream;
	duplex->out = g_byte_array_new();
	duplex->wants = true;
	rearm(duplex);
	return duplex;
}

void duplex_write(struct duplex *duplex, const void *bytes, size_t n)
{
	if (duplex->ended || duplex->finishing)
		return;
	g_byte_array_append(duplex->out, bytes, (guint)n);
	(void)flush(duplex);
	rearm(duplex);
}

size_t duplex_waiting(const struct duplex *duplex)
{
	return duplex->out->len - duplex->taken;
}

void duplex_want(struct duplex *duplex, bool data)
{
	duplex->wants = data;
	rearm(duplex);
}

void duplex_finish(struct duplex *duplex)
{
	duplex->finishing = true;
	rearm(duplex);
}

bool duplex_has_ended(const struct duplex *duplex)
{
	return duplex->ended;
}

const char *duplex_peer_name(const struct duplex *duplex)
{
	const struct tls *tls = stream_tls(duplex->stream);

	return tls ? tls_peer_name(tls) : NULL;
}

void duplex_free(struct duplex *duplex)
{
	if (!duplex)
		return;
	poller_free(duplex->poller);
	stream_free(duplex->stream, false);
	g_byte_array_unref(duplex->out);
	free(duplex);
}
