/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLS 1.2, either side, by mbedTLS. No I/O: a connection pulls and pushes its bytes by the
 * caller's functions and never waits. Over a socket that is stream.h; over anything else it
 * is the caller, who also limits the time of a handshake.
 *
 * Suites are those with forward secrecy and authenticated encryption; no renegotiation, no
 * tickets, no compression. RFC 5246, RFC 5289, RFC 7905.
 */
#ifndef PIGTAIL_HOST_TLS_H
#define PIGTAIL_HOST_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TLS_FINGERPRINT (32 * 3) /* 32 bytes as hex with colons, and a NUL */

/* ---- what connections of one side have in common ---- */

struct tls_context;

/*
 * A server: its certificate, perhaps with those above it, and its key, both as PEM or DER;
 * the key's file may be accessed by nobody but its owner. client_ca: a client that shows a
 * certificate must have it from there, see tls_peer_name(); NULL: none is asked for.
 * -1 with a line in error.
 */
int tls_server(const char *certificate, const char *key, const char *client_ca,
	       struct tls_context **context, char *error, size_t error_size);

/*
 * A client. ca: who must have signed the server's certificate, which must be for the name
 * that tls_new() is told; NULL: any certificate that is valid now will do, and the caller
 * looks at tls_peer_fingerprint(). certificate and key: the client's own, or NULL.
 */
int tls_client(const char *ca, const char *certificate, const char *key,
	       struct tls_context **context, char *error, size_t error_size);

/* After all its connections. NULL does nothing. */
void tls_context_free(struct tls_context *context);

/* What our own certificate is known by. */
void tls_own_fingerprint(const struct tls_context *context, char text[TLS_FINGERPRINT]);

/* ---- one connection ---- */

struct tls;

/* Bytes that were sent, or received; 0: not now; -1: there is an end to it. */
struct tls_seam {
	void *user;
	ssize_t (*send)(void *user, const uint8_t *bytes, size_t n);
	ssize_t (*receive)(void *user, uint8_t *bytes, size_t n);
};

enum tls_state {
	TLS_HANDSHAKE,
	TLS_OPEN,
	TLS_ENDED,  /* the peer says no more; it may still listen */
	TLS_FAILED, /* tls_why() */
};

/* name: of the server, for a client; NULL for a server. NULL: out of memory. */
struct tls *tls_new(struct tls_context *context, const char *name, const struct tls_seam *seam);
void tls_free(struct tls *tls);

/* Goes on with the handshake, and with bytes that could not be sent. To be called at the
 * beginning, and when the seam may have what it had not. */
enum tls_state tls_go_on(struct tls *tls);
enum tls_state tls_state(const struct tls *tls);

/* Why it failed: a line. */
const char *tls_why(const struct tls *tls);

/* Bytes of the peer; 0: none now, see tls_state(). Call it until it returns 0. */
size_t tls_read(struct tls *tls, uint8_t *bytes, size_t n);

/* Takes bytes for the peer; returns how many. Less than n: not now, or it is over. */
size_t tls_write(struct tls *tls, const uint8_t *bytes, size_t n);

/* Bytes are there for tls_read() that the seam has given already. */
bool tls_has_input(const struct tls *tls);

/* It waits for the seam to send. */
bool tls_has_output(const struct tls *tls);

/* Tells the peer that there is no more, if that can be sent now. */
void tls_end(struct tls *tls);

/* Of the peer's certificate; false: it showed none. */
bool tls_peer_fingerprint(const struct tls *tls, char text[TLS_FINGERPRINT]);

/* The common name in a client's certificate that client_ca has signed; NULL: none. */
const char *tls_peer_name(const struct tls *tls);

#endif
