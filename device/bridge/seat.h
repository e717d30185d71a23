/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One client's connection, and its place at the core. See seat.c. */
#ifndef PIGTAIL_DEVICE_BRIDGE_SEAT_H
#define PIGTAIL_DEVICE_BRIDGE_SEAT_H

#include "tcp_stream.h"

#include <pigtail/bridge.h>

struct seat {
	bool taken;
	bool gone;	 /* only seat_leave() is left to do */
	bool drop;	 /* by the core's wish: what is in hand is sent, then it ends */
	bool reset;	 /* and that by an RST */
	unsigned client; /* of the core */
	ptl_time ends;	 /* the peer sends no more; PTL_NEVER: it does */
	struct tcp_stream stream;
	uint16_t in_at, in_n, out_at, out_n;
	uint8_t in[256], out[256];
};

/* A connection comes to a free seat, and is a client of that number from now on. */
void seat_take(struct seat *seat, struct tcp_pcb *pcb, unsigned client);

/* Moves bytes each way; whether any moved. */
bool seat_serve(struct seat *seat, struct ptl_bridge *bridge, ptl_time now);

/* It is free again. */
void seat_leave(struct seat *seat, struct ptl_bridge *bridge, ptl_time now);

#endif
