/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection with bytes both ways on a loop: a client's, perhaps with TLS, or one end of a
 * socket pair to another part of the program. What is written waits until it is taken; its
 * owner looks how much that is, and asks for no more from elsewhere meanwhile.
 */
#ifndef PIGTAIL_HOST_WEB_DUPLEX_H
#define PIGTAIL_HOST_WEB_DUPLEX_H

#include "host/base/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define DUPLEX_MUCH 65536u /* from here on much waits, bytes */

struct duplex;

/* All may be done from within these, but duplex_free(). */
struct duplex_events {
	void *user;
	void (*data)(void *user, const char *bytes, size_t n);
	void (*taken)(void *user); /* some of what waited */
	void (*ended)(void *user); /* once: by the peer, by an error, or it has finished */
};

/* context: NULL for none. NULL with errno. The descriptor is its own from now on, also where
 * it fails. */
struct duplex *duplex_new(uv_loop_t *loop, int fd, struct tls_context *context,
			  const struct duplex_events *events);

/* Where it has ended already, nothing happens. */
void duplex_write(struct duplex *duplex, const void *bytes, size_t n);
size_t duplex_waiting(const struct duplex *duplex);

/* Whether data() is welcome; it is, at first. */
void duplex_want(struct duplex *duplex, bool data);

/* data() comes no more; the peer is told the end when it has taken all, and ended() comes when
 * it ends as well. */
void duplex_finish(struct duplex *duplex);
bool duplex_has_ended(const struct duplex *duplex);

/* Of the peer's certificate that its authority has signed; NULL: none. */
const char *duplex_peer_name(const struct duplex *duplex);

/* NULL does nothing. */
void duplex_free(struct duplex *duplex);

#endif
