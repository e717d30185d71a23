/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where strangers wait until they have shown who they are: TLS (entrance.h), then the login's
 * dialogue (pigtail/login.h), or requests for a page (web.h). The bridge hears of them after
 * that. A table of functions, so that an image without TLS has no byte of it.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_GATE_H
#define PIGTAIL_DEVICE_BRIDGE_GATE_H

#include "tcp_stream.h"

#include <pigtail/bridge.h>
#include <pigtail/bridge_settings.h>
#include <pigtail/clock.h>

enum gate_state {
	GATE_WAITS,
	GATE_PASSED, /* from now on read() and write() are the bridge's */
	GATE_SHUT,   /* it is to be hung up on */
};

struct gate_config {
	struct ptl_store *store;
	const struct bridge_settings *settings;
	struct ptl_clock clock;
	void *memory; /* of all that TLS needs; aligned for any type */
	size_t size;

	/* A user asks that the plain ports be opened for an address. false: it is none. */
	bool (*arm)(const char *address, unsigned minutes);
	void (*log)(const char *line);
};

struct bridge_gate {
	enum ptl_service service; /* of who has passed */

	bool (*start)(const struct gate_config *config);

	/* A connection takes a place, 0 to BRIDGE_CLIENTS - 1. false: no memory. */
	bool (*begin)(unsigned place, ptl_time now, struct tcp_stream *tcp);

	/* What it does of its own, also after it has passed. */
	enum gate_state (*serve)(unsigned place, ptl_time now);

	/* When it is to be served at the latest. */
	ptl_time (*due)(unsigned place);

	/* Whether it only keeps the place for a request that may come, or not. NULL: never. */
	bool (*idle)(unsigned place, ptl_time now);

	/* Whether nobody has asked for anything yet: its handshake goes on, or it only keeps
	 * the place. NULL: never. */
	bool (*greets)(unsigned place);

	/* As of tcp_stream.h. */
	size_t (*read)(unsigned place, uint8_t *to, size_t room);
	size_t (*write)(unsigned place, const uint8_t *bytes, size_t n);
	bool (*ended)(unsigned place);

	void (*end)(unsigned place);
};

extern const struct bridge_gate bridge_gate;

#endif
