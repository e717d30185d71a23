/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One client's connection, and its place at the core. See seat.c. */
#ifndef PIGTAIL_DEVICE_BRIDGE_SEAT_H
#define PIGTAIL_DEVICE_BRIDGE_SEAT_H

#include "gate.h"
#include "tcp_stream.h"

#include <pigtail/bridge.h>

struct seat {
	bool taken;
	bool open;	 /* it is a client of the core; else it waits at the gate */
	bool gone;	 /* only seat_leave() is left to do */
	bool drop;	 /* by the core's wish: what is in hand is sent, then it ends */
	bool reset;	 /* and that by an RST */
	unsigned client; /* of the core */
	ptl_time ends;	 /* the peer sends no more; PTL_NEVER: it does */
	ptl_time until;	 /* it may stay; PTL_NEVER: as long as it likes */
	struct tcp_stream stream;
	const struct bridge_gate *gate; /* that it came in by; NULL: none */
	unsigned place;			/* there */
	uint16_t in_at, in_n, out_at, out_n;
	uint8_t in[96], out[96];
};

/* A connection comes to a free seat, as a client of that number, and may stay until then. */
void seat_take(struct seat *seat, struct tcp_pcb *pcb, unsigned client, ptl_time until);

/* The same, as one that will be a client when the gate has let it pass. */
void seat_take_at_gate(struct seat *seat, struct tcp_pcb *pcb, const struct bridge_gate *gate,
		       unsigned place, ptl_time now);

/* Moves bytes each way; whether any moved. */
bool seat_serve(struct seat *seat, struct ptl_bridge *bridge, ptl_time now);

/* When it is to be served at the latest. */
ptl_time seat_due(const struct seat *seat);

/* It is free again. */
void seat_leave(struct seat *seat, struct ptl_bridge *bridge, ptl_time now);

#endif
