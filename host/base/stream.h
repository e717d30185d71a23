/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connected, nonblocking stream socket, perhaps with TLS in it: read and written as a
 * socket, by whoever has the loop.
 */
#ifndef PIGTAIL_HOST_STREAM_H
#define PIGTAIL_HOST_STREAM_H

#include "host/base/tls.h"

struct stream;

/* The descriptor is its own from now on, also where it fails. context NULL: without TLS.
 * NULL: out of memory. */
struct stream *stream_new(int fd, struct tls_context *context);

/* Closes; with reset by an RST. NULL does nothing. */
void stream_free(struct stream *stream, bool reset);

int stream_fd(const struct stream *stream);

/* NULL: there is none. */
const struct tls *stream_tls(const struct stream *stream);

/* Bytes, 0: none now, -1: it is over, with errno (0: the peer ended it; EPROTO: tls_why()).
 * During a handshake there are none; both go on with it. */
ssize_t stream_read(struct stream *stream, void *bytes, size_t n);
ssize_t stream_write(struct stream *stream, const void *bytes, size_t n);

/* Of what was taken TLS may hold the last part. Goes on with that; false: it has not left yet.
 * To be tried whenever the poller says something, and before stream_end(). */
bool stream_flush(struct stream *stream);

/* Goes on with a handshake: 1: there is none, or it is done; 0 and -1 as above. */
int stream_ready(struct stream *stream);

/* What poller_want() is to be told where the owner reads, or has bytes to write. Whatever
 * it then says, the owner tries both. */
int stream_events(const struct stream *stream, bool reads, bool writes);

/* Tells the peer that there is no more, and shuts our side of the socket. */
void stream_end(struct stream *stream);

#endif
