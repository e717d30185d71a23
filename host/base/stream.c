/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * With TLS a reader may have to write and the other way round, and bytes may have left the
 * socket without being read here. stream_events() knows; so an owner reads and writes both,
 * whatever the poller says.
 */
#include "host/base/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

struct stream {
	int fd;
	struct tls *tls;
	int error; /* of the socket; -1: none */
};

/* As the seam of TLS wants it, which has no errno. */
static ssize_t outcome(struct stream *stream, ssize_t n)
{
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	stream->error = n ? errno : 0;
	return -1;
}

static ssize_t on_send(void *user, const uint8_t *bytes, size_t n)
{
	struct stream *stream = user;

	return outcome(stream, send(stream->fd, bytes, n, MSG_NOSIGNAL));
}

static ssize_t on_receive(void *user, uint8_t *bytes, size_t n)
{
	struct stream *stream = user;

	return outcome(stream, recv(stream->fd, bytes, n, 0));
}

struct stream *stream_new(int fd, struct tls_context *context)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream) {
		(void)close(fd);
		return NULL;
	}
	stream->fd = fd;
	stream->error = -1;
	if (context) {
		const struct tls_seam seam = {stream, on_send, on_receive};

		stream->tls = tls_new(context, NULL, &seam);
		if (!stream->tls) {
			stream_free(stream, false);
			return NULL;
		}
	}
	return stream;
}

void stream_free(struct stream *stream, bool reset)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (!stream)
		return;
	if (reset)
		(void)setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	tls_free(stream->tls);
	(void)close(stream->fd);
	free(stream);
}

int stream_fd(const struct stream *stream)
{
	return stream->fd;
}

const struct tls *stream_tls(const struct stream *stream)
{
	return stream->tls;
}

static ssize_t over(const struct stream *stream)
{
	errno = tls_state(stream->tls) == TLS_FAILED && stream->error <= 0 ? EPROTO
		: stream->error > 0					   ? stream->error
									   : 0;
	return -1;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t n)
{
	size_t got;

	if (!stream->tls) {
		ssize_t received = on_receive(stream, bytes, n);

		if (received < 0)
			errno = stream->error;
		return received;
	}
	got = tls_read(stream->tls, bytes, n);
	return got || tls_state(stream->tls) <= TLS_OPEN ? (ssize_t)got : over(stream);
}

ssize_t stream_write(struct stream *stream, const void *bytes, size_t n)
{
	size_t taken;

	if (!stream->tls) {
		ssize_t sent = on_send(stream, bytes, n);

		if (sent < 0)
			errno = stream->error;
		return sent;
	}
	taken = tls_write(stream->tls, bytes, n);
	return taken || tls_state(stream->tls) <= TLS_ENDED ? (ssize_t)taken : over(stream);
}

bool stream_flush(struct stream *stream)
{
	if (!stream->tls)
		return true;
	(void)tls_go_on(stream->tls);
	return !tls_has_output(stream->tls);
}

int stream_ready(struct stream *stream)
{
	if (!stream->tls)
		return 1;
	switch (tls_go_on(stream->tls)) {
	case TLS_HANDSHAKE:
		return 0;
	case TLS_OPEN:
		return 1;
	default:
		return (int)over(stream);
	}
}

int stream_events(const struct stream *stream, bool reads, bool writes)
{
	if (stream->tls && tls_state(stream->tls) == TLS_HANDSHAKE)
		return tls_has_output(stream->tls) ? UV_WRITABLE : UV_READABLE;
	/* What has left the socket already makes the loop turn again. */
	if (stream->tls &&
	    (tls_has_output(stream->tls) || (reads && tls_has_input(stream->tls))))
		writes = true;
	return (reads ? UV_READABLE : 0) | (writes ? UV_WRITABLE : 0);
}

void stream_end(struct stream *stream)
{
	if (stream->tls)
		tls_end(stream->tls);
	(void)shutdown(stream->fd, SHUT_WR);
}
