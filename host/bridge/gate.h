/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where strangers wait until they have shown who they are: TLS, then a certificate or the
 * login's dialogue (pigtail/login.h). The bridge hears of them after that, see gate.c.
 */
#ifndef PIGTAIL_HOST_GATE_H
#define PIGTAIL_HOST_GATE_H

#include "host/base/stream.h"
#include "host/bridge/access.h"

#include <pigtail/bridge.h>

#define GATE_VISITORS	  32u /* at once */
#define GATE_OF_ADDRESS	  8u
#define GATE_HANDSHAKE_US UINT64_C(10000000)
#define GATE_LOGIN_US	  UINT64_C(60000000) /* people type */

/* Somebody has passed. */
struct gate_guest {
	struct stream *stream; /* the receiver's from now on */
	enum ptl_service service;
	const char *name;     /* of the user */
	const uint8_t *bytes; /* that came already */
	size_t n;
};

struct gate_events {
	void *user;
	void (*passed)(void *user, const struct gate_guest *guest);
	/* A user asks that a port be armed. What became of it goes to text; false: nothing. */
	bool (*arm)(void *user, const char *name, const struct sockaddr *address,
		    unsigned minutes, char *text, size_t size);
};

struct gate;

/* access has TLS, and stays. NULL: out of memory. */
struct gate *gate_open(uv_loop_t *loop, const struct access *access,
		       const struct gate_events *events);

/* A connection; the descriptor is the gate's. */
void gate_take(struct gate *gate, int fd, enum ptl_service service);

/* NULL does nothing. */
void gate_close(struct gate *gate);

#endif
