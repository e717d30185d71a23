/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a bridge's clients sit: their connections, what the core tells of them, and its time.
 */
#ifndef PIGTAIL_HOST_BRIDGE_SEATS_H
#define PIGTAIL_HOST_BRIDGE_SEATS_H

#include "host/base/stream.h"

#include <pigtail/bridge.h>
#include <uv.h>

struct seats;

/* For so many clients; NULL with errno. */
struct seats *seats_new(uv_loop_t *loop, unsigned clients);

/* For the core's configuration; and that core, before anything else. */
struct ptl_bridge_events seats_events(struct seats *seats);
void seats_attach(struct seats *seats, struct ptl_bridge *bridge);

/* To be called after each call of the core: does what that made possible. */
void seats_settle(void *seats);

struct seats_guest {
	struct stream *stream; /* the seats' from now on, also where there is no room */
	enum ptl_service service;
	const char *peer; /* what it is called; NULL: its address */
	bool armed;	  /* it came by a port that is open for a while */
	const uint8_t *bytes;
	size_t n; /* that came before, 2048 at most */
};

/* A client comes, or is refused. */
void seats_take(struct seats *seats, const struct seats_guest *guest);

/* Hangs up on those that were armed; on one, false: there is none. */
void seats_hang_up_armed(struct seats *seats);
bool seats_hang_up(struct seats *seats, unsigned client);

/* NULL: there is no such client. */
const char *seats_peer(const struct seats *seats, unsigned client);

/* All connections are closed, no time passes; the core may still tell something until the
 * memory is freed. NULL does nothing. */
void seats_end(struct seats *seats);
void seats_free(struct seats *seats);

#endif
