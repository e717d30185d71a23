/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * TLS 1.2 (RFC 5246) of a server over a connection (tcp_stream.h). What mbedTLS allocates
 * is taken from memory that is given once; a connection for which it has none is ended.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_TLS_STREAM_H
#define PIGTAIL_DEVICE_BRIDGE_TLS_STREAM_H

#include "tcp_stream.h"

#include <mbedtls/ssl.h>
#include <pigtail/bridge_settings.h>
#include <pigtail/clock.h>

struct tls_stream {
	struct tcp_stream *tcp;
	mbedtls_ssl_context ssl;
	bool shaken; /* the handshake is done */
	bool ended;  /* by the peer, or by an error */
};

/*
 * Once. Certificate and key are the store's (bridge_settings.h), and the seed of all
 * chance, of which the next one is written before this one is used. memory: aligned for any
 * type. false: the store has no identity, or memory is too small.
 */
bool tls_stream_start(struct ptl_store *store, const struct ptl_clock *clock, void *memory,
		      size_t size);

/* false: no memory. */
bool tls_stream_begin(struct tls_stream *stream, struct tcp_stream *tcp);

/* Goes on with the handshake; whether it is done. */
bool tls_stream_shake(struct tls_stream *stream);

/* As of tcp_stream.h; what was not taken all is offered again, the same. */
size_t tls_stream_read(struct tls_stream *stream, uint8_t *to, size_t room);
size_t tls_stream_write(struct tls_stream *stream, const uint8_t *bytes, size_t n);

/* Tells the peer, if it listens, and frees all; the connection stays its owner's. */
void tls_stream_end(struct tls_stream *stream);

/* Bytes that nobody can guess; false: there are none to be had. */
bool tls_random(uint8_t *to, size_t n);

/* Whether the password is the one of a user's line (password.h). */
bool tls_password_is(const char *line, const char *name, const char *password);

#endif
